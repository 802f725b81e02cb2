"""Two requests that get in each other's way for certain, each through a connection of its own. See tests/race.py."""

import time
from collections.abc import Callable
from functools import partial, wraps
from threading import Event

import psycopg
import pytest
from django.db import connection, models, transaction

from tests.race import PATIENCE, at_once


def pause_after(
    monkeypatch: pytest.MonkeyPatch, owner: object, name: str, seconds: float = PATIENCE
) -> tuple[Event, Event]:
    """Whoever comes to the end of `name` says so, and waits to be told to go on; no longer than so many seconds."""
    method, is_there, go_on = getattr(owner, name), Event(), Event()

    @wraps(method)
    def wrapper(*args, **kwargs):
        result = method(*args, **kwargs)
        is_there.set()
        go_on.wait(seconds)
        return result

    monkeypatch.setattr(owner, name, wrapper)
    return is_there, go_on


def all_behind(row: models.Model, *calls: Callable) -> list:
    """
    What each of the calls returns. They start together, with `row` locked by somebody else until all of them wait:
    for it, or for one another. PostgreSQL only, which tells who waits.
    """
    is_locked = Event()

    def be_in_the_way() -> None:
        with transaction.atomic():
            type(row).objects.filter(pk=row.pk).lock()
            is_locked.set()
            wait_until_they_wait(len(calls))

    def behind(call: Callable):
        assert is_locked.wait(10)
        return call()

    return at_once(be_in_the_way, *(partial(behind, call) for call in calls))[1:]


def wait_until_they_wait(many: int) -> None:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as observer:
        for _ in range(500):
            if observer.execute(waiting).fetchone()[0] == many:
                return
            time.sleep(0.01)
    raise AssertionError(f"There were never {many} who wait for a lock.")
