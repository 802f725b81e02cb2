"""Seats are sold once, also by two processes behind one port, as in production."""

import json
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection

import pytest

from reservations.invariants import broken_promises
from reservations.models import Reservation
from tests import harness
from tests.cast import make_user
from tests.cinema import ids_of
from tests.race import at_once
from tests.reservations.racing import TAKEN, URL
from users.models import Login
from users.tokens import AccessToken

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def address(tmp_path, settings):
    keys = {"SECRET_KEY": settings.SECRET_KEY, "REFRESH_SECRET_KEY": settings.REFRESH_SECRET_KEY}
    environment = harness.environment(harness.database_of_the_tests(), tmp_path, WEB_CONCURRENCY="2", **keys)
    with harness.serve(environment, tmp_path / "log") as address:
        yield address


def ask(address, user, body: dict) -> Callable:
    token = AccessToken.of(Login.objects.create(user=user))
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def call() -> tuple[int, dict]:
        with closing(HTTPConnection(*address, timeout=30)) as server:
            server.request("POST", URL, json.dumps(body), headers)
            response = server.getresponse()
            return response.status, json.loads(response.read())

    return call


def test_seats_are_sold_once(address, showtime):
    """To 32 buyers, each of whom wants two neighbours in a ring of six, in either order, until none are left."""
    ring = ids_of(showtime, "B1", "B2", "B3", "B4", "B5", "B6")
    pairs = [[ring[n % 6], ring[(n + 1) % 6]][:: 1 if n % 4 < 2 else -1] for n in range(32)]
    answers = at_once(
        *(
            ask(address, make_user(f"buyer{n}"), {"showtime_id": showtime.pk, "seat_ids": pair})
            for n, pair in enumerate(pairs)
        )
    )
    sold = [sorted(seat["id"] for seat in body["seats"]) for status, body in answers if status == 201]
    assert len(sold) in (2, 3)
    assert len({seat for pair in sold for seat in pair}) == 2 * len(sold)
    assert [(status, body["code"]) for status, body in answers if status != 201] == [TAKEN] * (32 - len(sold))
    kept = [sorted(one.reserved_seats.values_list("seat", flat=True)) for one in Reservation.objects.all()]
    assert sorted(kept) == sorted(sold)
    assert broken_promises() == {}
