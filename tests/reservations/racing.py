"""What races for seats are made of. How they are let loose is in tests/race.py."""

import time
from collections.abc import Callable

import psycopg
from django.db import connection, connections

from reservations.models import ReservedSeat
from tests.cast import as_
from tests.cinema import ids_of
from tests.race import at_once
from tests.refusals import problem_of

URL = "/api/v1/reservations/"
OK = (200, "")
CREATED = (201, "")
TAKEN = (409, "seats_unavailable")


def booking(user, showtime, *labels, **fields) -> Callable:
    seats = {"seat_ids": ids_of(showtime, *labels)} if labels else {}
    return lambda: as_(user).post(URL, {"showtime_id": showtime.pk} | seats | fields)


def post(user, url: str, body: dict | None = None) -> Callable:
    return lambda: as_(user).post(url, body)


def outcome(response) -> tuple[int, str]:
    return (response.status_code, "") if response.status_code < 400 else problem_of(response)


def race(*calls: Callable) -> tuple[list, list[tuple[int, str]]]:
    """The answers, and in short what they say. Every reservation in them is whole."""
    answers = at_once(*calls)
    for answer in answers:
        if answer.status_code == 201:
            told = {seat["id"] for seat in answer.json()["seats"]}
            kept = ReservedSeat.objects.filter(reservation=answer.json()["id"])
            assert told == {reserved.seat_id for reserved in kept}
    return answers, [outcome(answer) for answer in answers]


def deadlocks() -> int:
    """How many PostgreSQL has had in this database. A backend tells its count when it ends, so that is waited for."""
    if connection.vendor != "postgresql":
        return 0
    connections.close_all()
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as observer:
        others = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid != pg_backend_pid()"
        for _ in range(50):
            if not observer.execute(others).fetchall():
                break
            time.sleep(0.02)
        count = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        return observer.execute(count).fetchone()[0]
