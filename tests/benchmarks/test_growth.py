"""`make bench-growth`: its questions find something, its writes work round after round, its ratios are of one."""

import json

import pytest
from django.db import connection
from django.test import Client

from benchmarks.growth.__main__ import costs_table, verdict
from benchmarks.growth.measure import NAMES
from benchmarks.growth.plan import BOOKINGS, QUESTIONS, SHOWTIMES, WRITES
from benchmarks.growth.seed import furnish
from benchmarks.load import Measure, Request
from reservations.invariants import broken_promises
from reservations.management.scale import A_DAY, Size
from reservations.models import Reservation
from showtimes.models import Showtime


@pytest.fixture
def grown(db):
    if connection.vendor != "postgresql":
        pytest.skip("It furnishes PostgreSQL alone.")
    return furnish(Size(1000))


def answer(request: Request):
    headers = {name: value for name, value in request.headers.items() if name != "Host"}
    return Client(headers=headers).generic(request.method, request.path, request.content, "application/json")


def test_every_question_finds_something_but_holds_that_are_alive(grown):
    found = {}
    for question in QUESTIONS:
        requests = question.requests(grown)
        assert len(requests) == A_DAY
        body = answer(requests[0]).json()
        found[question.what] = len(body) if isinstance(body, list) else len(body.get("results", body.get("rows")))
    assert found.pop("holds that are alive") == 0
    assert min(found.values()) > 0
    assert found["my reservations"] == found["showtimes of a day"] == found["audit log until a day"] == 20
    assert found["sales of a month"] == 30 * A_DAY - 9  # those that were cancelled are no sales


def test_what_is_written_is_taken_back_round_after_round(grown):
    for number in range(2):
        answers = []
        for write in WRITES:
            requests = list(write.requests(grown, number, answers))
            assert len(requests) == (BOOKINGS if "reserv" in write.what else SHOWTIMES)
            responses = [answer(request) for request in requests]
            assert {response.status_code for response in responses} == {write.status}
            answers = [json.loads(response.content or "{}") for response in responses]
    assert Showtime.objects.count() == 1000 + 60
    assert Reservation.objects.filter(showtime__movie=grown.movie).exclude(status="cancelled").count() == 0
    assert broken_promises() == {}


def test_a_ratio_is_that_of_one_round():
    """When the machine is slow for a while, both are."""
    small = [{name: Measure(10, 1, 0, 0, app_cpu=0.2 * slow, database_cpu=0.1) for name in NAMES} for slow in (1, 4)]
    large = [{name: Measure(10, 1, 0, 0, app_cpu=0.2 * slow, database_cpu=0.2) for name in NAMES} for slow in (1, 4)]
    rounds = {1000: small, 10_000: small, 100_000: large}
    assert verdict(NAMES[0], rounds).values == pytest.approx([4 / 3, 10 / 9])
    assert costs_table(rounds).splitlines()[:3] == [
        "| app + database, ms | 1,000 | 10,000 | 100,000 |",
        "|---|---|---|---|",
        f"| {NAMES[0]} | 50 + 10 | 50 + 10 | 50 + 20 |",
    ]
