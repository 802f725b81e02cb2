"""What the cinema is measured against gives the same answers: to be faster with others would show nothing."""

import io
import json
import re
from datetime import date, timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from benchmarks import limits
from benchmarks.bare import app, base
from benchmarks.bare.statements import BOOKING
from reservations.models import Reservation
from showtimes.models import Showtime
from tests.cast import PASSWORD
from tests.cinema import ids_of, make_movie, make_showtime, reserve, tomorrow
from tests.rows import everything
from users.models import Login
from users.tokens import AccessToken, RefreshToken

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="bare SQL is PostgreSQL's")


class Bare:
    """The bare application, on the connection of the test."""

    def __init__(self, token: str):
        self.token = token

    def ask(self, method: str, path: str, body: dict | None = None, **headers: str) -> tuple[int, object, dict]:
        path, _, query = path.partition("?")
        content = json.dumps(body).encode()
        environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "HTTP_HOST": "testserver"}
        environ |= {"wsgi.input": io.BytesIO(content), "CONTENT_LENGTH": str(len(content)), **headers}
        environ["HTTP_AUTHORIZATION"] = f"Bearer {self.token}"
        answered = []
        content = b"".join(app.application(environ, lambda *started: answered.extend(started)))
        status, headers = answered
        return int(status.split()[0]), json.loads(content) if content else None, dict(headers)


@pytest.fixture
def token(alice) -> str:
    return str(AccessToken.of(Login.objects.create(user=alice)))


@pytest.fixture
def bare(token, monkeypatch) -> Bare:
    connection.ensure_connection()
    monkeypatch.setattr(base, "connection", lambda: connection.connection)
    monkeypatch.setenv("SECRET_KEY", settings.SECRET_KEY)
    monkeypatch.setenv("REFRESH_SECRET_KEY", settings.REFRESH_SECRET_KEY)
    return Bare(token)


@pytest.fixture
def cinema(token) -> APIClient:
    return APIClient(headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def busy(showtime, alice, bob) -> Showtime:
    """A showtime with seats of every status, and an expired hold."""
    with time_machine.travel(timezone.now() - timedelta(hours=1)):
        reserve(alice, showtime, "A3", "A4", hold=True)
    reserve(alice, showtime, "A1", "C1")
    reserve(alice, showtime, "A2", hold=True)
    reserve(alice, showtime, "B1", "B2").cancel(alice)
    reserve(bob, showtime, "B3")
    showtime.block(ids_of(showtime, "B5"))
    return showtime


def same(bare: Bare, cinema: APIClient, path: str) -> object:
    """What both answer."""
    expected = cinema.get(path)
    status, body, _ = bare.ask("GET", path)
    assert (status, body) == (200, expected.json())
    return body


def test_the_seat_map(bare, cinema, busy):
    seats = same(bare, cinema, f"/api/v1/showtimes/{busy.pk}/seats/")
    assert {seat["status"] for seat in seats} == {"available", "held", "reserved", "blocked"}


def test_the_seat_map_is_sent_again_only_when_it_has_changed(bare, busy, bob):
    url = f"/api/v1/showtimes/{busy.pk}/seats/"
    etag = bare.ask("GET", url)[2]["ETag"]
    assert bare.ask("GET", url, HTTP_IF_NONE_MATCH=etag)[:2] == (304, None)
    reserve(bob, busy, "B6")
    assert bare.ask("GET", url, HTTP_IF_NONE_MATCH=etag)[0] == 200


def test_the_showtimes_of_a_day(bare, cinema, busy):
    make_showtime(starts_at=tomorrow(9), premium_price=None)
    make_showtime(starts_at=tomorrow() + timedelta(days=1))
    body = same(bare, cinema, f"/api/v1/showtimes/?starts_at={busy.starts_at:%Y-%m-%d}")
    assert [showtime["available_seats"] for showtime in body["results"]] == [20, 15]


def test_the_schedule(bare, cinema, busy):
    make_showtime(make_movie("Another"), starts_at=tomorrow(9))
    body = same(bare, cinema, f"/api/v1/schedule/?date={busy.starts_at:%Y-%m-%d}")
    assert [item["movie"]["title"] for item in body] == ["Another", "The Long Shot"]


def test_the_movies_with_a_word(bare, cinema):
    make_movie("Anna", description="100 % of it, in a LightHouse_", release_date=date(2026, 5, 1))
    make_movie("Lighthouse", poster="a.webp", poster_thumbnail="b.webp")
    make_movie("Somewhere else")
    body = same(bare, cinema, "/api/v1/movies/?search=lighthouse")
    assert [movie["title"] for movie in body["results"]] == ["Anna", "Lighthouse"]


def test_my_reservations(bare, cinema, busy):
    body = same(bare, cinema, "/api/v1/reservations/")
    assert [one["status"] for one in body["results"]] == ["cancelled", "held", "confirmed", "expired"]


def test_the_first_page_of_my_reservations(bare, cinema, alice):
    for _ in range(21):
        reserve(alice, make_showtime(), "A1")
    assert "?cursor=" in same(bare, cinema, "/api/v1/reservations/")["next"]


def test_a_booking(bare, cinema, showtime):
    one, other = make_showtime(showtime.movie, starts_at=showtime.starts_at), showtime
    expected = book(cinema, one, "A1", "C2").json()
    status, body, _ = bare.ask("POST", "/api/v1/reservations/", body_of(other, "A1", "C2"))
    assert status == 201
    assert without_chance(body) == without_chance(expected)
    assert re.fullmatch("[2-9A-HJ-NP-Z]{8}", body["code"])
    assert Reservation.objects.filter(showtime=other, reserved_seats__released_at=None).count() == 2


@pytest.mark.parametrize("label", ["A1", "A2", "B3", "B5"])
def test_a_seat_that_is_taken(bare, cinema, busy, label):
    before = everything()
    status, body, _ = bare.ask("POST", "/api/v1/reservations/", body_of(busy, label, "B6"))
    assert (status, body) == (409, book(cinema, busy, label, "B6").json())
    assert everything() == before


def test_an_expired_hold_is_taken_over(bare, busy):
    assert bare.ask("POST", "/api/v1/reservations/", body_of(busy, "A3", "A4"))[0] == 201
    assert (
        list(
            busy.reserved_seats.filter(seat__in=ids_of(busy, "A3", "A4"), released_at=None).values_list(
                "reservation__status", flat=True
            )
        )
        == ["confirmed"] * 2
    )


def test_logging_in(bare, alice):
    status, body, _ = bare.ask("POST", "/api/v1/auth/token/", {"login": "ALICE@example.org", "password": PASSWORD})
    assert status == 200
    assert AccessToken(body["access"]).login().user == alice
    assert RefreshToken(body["refresh"]).login() == alice.logins.get(token_id=RefreshToken(body["refresh"])["jti"])
    before = everything()
    assert bare.ask("POST", "/api/v1/auth/token/", {"login": "alice", "password": "another"})[0] == 401
    assert everything() == before


def test_a_login_that_has_ended(bare, alice):
    alice.logins.revoke()
    assert bare.ask("GET", "/api/v1/reservations/")[0] == 401


def test_what_pgbench_runs_is_a_booking(bare, alice, showtime):
    """Its variables as it would put them in for the first booking."""
    _, _, transaction = limits.script().partition("BEGIN;")
    assert len(BOOKING) == transaction.count(";") + 2
    seat = ids_of(showtime, "A1")[0]
    values = {"user": alice.pk, "login": alice.pk, "showtime": showtime.pk, "seat": seat, "number": 0}
    for statement in transaction.removesuffix("COMMIT;\n").split(";\n"):
        filled = re.sub(r"(?<!:):([a-z]+)", lambda match: str(values[match[1]]), statement)
        connection.connection.execute(filled.strip() or "SELECT")
    reservation = Reservation.objects.get(user=alice)
    assert [(one.seat_id, one.price) for one in reservation.reserved_seats.all()] == [(seat, 10), (seat + 1, 10)]


def book(cinema: APIClient, showtime: Showtime, *labels: str):
    return cinema.post("/api/v1/reservations/", body_of(showtime, *labels), format="json")


def body_of(showtime: Showtime, *labels: str) -> dict:
    return {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, *labels)}


def without_chance(reservation: dict) -> dict:
    """Without what another showtime, and another moment, have of their own."""
    kept = {name: value for name, value in reservation.items() if name not in ("id", "code", "created_at", "showtime")}
    return kept | {"seats": [{**seat, "id": None} for seat in reservation["seats"]]}
