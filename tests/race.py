"""Requests at once, each through a connection of its own: what only a real race shows. Wants `transactional_db`."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import wraps
from threading import Barrier, BrokenBarrierError, Thread

import pytest
from django.db import connections

# Seconds to wait for somebody whom a guard keeps out. `make sabotage` has more of it: when the guard is missing, they
# are sure to come. Less than the settings' lock_timeout, so that nobody gives up meanwhile.
PATIENCE = float(os.environ.get("PATIENCE", 1))


def at_once(*calls: Callable) -> list:
    """What each of the calls returns, in their order. They start together, each in its own thread."""
    start = Barrier(len(calls))

    def run(call: Callable):
        try:
            start.wait(timeout=10)
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def meet_after(
    monkeypatch: pytest.MonkeyPatch, owner: object, name: str, parties: int = 2, seconds: float = PATIENCE
) -> None:
    """
    Make the method `name` wait at its end until so many threads are there: a pause between the look and the write, in
    which a missing lock shows. Whoever a lock keeps out is not waited for any longer than `seconds`.
    """
    method, barrier = getattr(owner, name), Barrier(parties)

    @wraps(method)
    def wrapper(*args, **kwargs):
        result = method(*args, **kwargs)
        with suppress(BrokenBarrierError):
            barrier.wait(seconds)
        return result

    monkeypatch.setattr(owner, name, wrapper)


def meanwhile(call: Callable) -> None:
    """Another request, from beginning to end on a connection of its own, while this thread is in the middle of one."""

    def run() -> None:
        try:
            call()
        finally:
            connections.close_all()

    thread = Thread(target=run)
    thread.start()
    thread.join()
