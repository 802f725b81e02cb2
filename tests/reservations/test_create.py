"""POST reservations/ with `seat_ids`: these very seats, all of them or none."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import OperationalError

from reservations.cancellations import cancel_showtime
from reservations.models import Reservation, ReservedSeat, reservation
from showtimes.models import Showtime
from tests.cast import as_
from tests.cinema import ids_of, make_showtime, reserve
from tests.locks import lock_by
from tests.refusals import errors_of, nothing_changes, problem_of
from users.rows import insert

URL = "/api/v1/reservations/"
NOW = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
UNKNOWN = 2**63 - 1


@pytest.fixture(autouse=True)
def clock(db):
    """Stands still at NOW; the showtime is the day after, at 20:00."""
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


class TestReserved:
    def test_the_whole_body(self, alice, showtime):
        a2, c1 = ids_of(showtime, "A2", "C1")
        response = as_(alice).post(URL, {"showtime_id": showtime.pk, "seat_ids": [c1, a2]})
        assert response.status_code == 201
        reservation = Reservation.objects.get()
        assert response.json() == {
            "id": reservation.pk,
            "code": reservation.code,
            "user": {"id": alice.pk, "username": "alice"},
            "showtime": {
                "id": showtime.pk,
                "movie_id": showtime.movie_id,
                "movie_title": "The Long Shot",
                "hall_number": 1,
                "starts_at": "2027-03-02T20:00:00Z",
                "ends_at": "2027-03-02T21:30:00Z",
                "status": "scheduled",
            },
            "seats": [
                {
                    "id": a2,
                    "label": "A2",
                    "row": "A",
                    "number": 2,
                    "kind": "standard",
                    "price": "10.00",
                    "status": "active",
                },
                {
                    "id": c1,
                    "label": "C1",
                    "row": "C",
                    "number": 1,
                    "kind": "premium",
                    "price": "14.50",
                    "status": "active",
                },
            ],
            "status": "confirmed",
            "total": "24.50",
            "currency": "EUR",
            "created_at": "2027-03-01T12:00:00Z",
            "expires_at": None,
            "cancelled_at": None,
            "cancelled_because": None,
        }

    def test_the_location_is_where_it_can_be_read_again(self, alice, showtime):
        response = as_(alice).post(URL, {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, "A1")})
        assert response["Location"] == f"http://testserver{URL}{response.json()['id']}/"
        assert as_(alice).get(response["Location"]).json() == response.json()

    def test_a_hold_says_until_when(self, alice, showtime, settings):
        settings.HOLD_SECONDS = 90
        response = as_(alice).post(URL, {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, "A1"), "hold": True})
        assert response.status_code == 201
        body = response.json()
        assert (body["status"], body["expires_at"], body["total"]) == ("held", "2027-03-01T12:01:30Z", "10.00")

    def test_hold_false_is_the_same_as_none(self, alice, showtime):
        response = as_(alice).post(URL, {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, "A1"), "hold": False})
        assert (response.status_code, response.json()["status"]) == (201, "confirmed")

    def test_the_code_is_easy_to_read_aloud_and_never_the_same(self, alice, showtime):
        for label in ("A1", "A2", "A3", "A4", "B1", "B2"):
            as_(alice).post(URL, {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, label)})
        codes = [reservation.code for reservation in Reservation.objects.all()]
        assert len(set(codes)) == 6
        assert all(re.fullmatch(r"[2-9A-HJ-NP-Z]{8}", code) for code in codes)

    def test_prices_are_those_of_the_moment(self, alice, showtime):
        asked = {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, "A1", "C1")}
        url = as_(alice).post(URL, asked)["Location"]
        showtime.edit(price=Decimal("99"), premium_price=Decimal("111"))
        assert as_(alice).get(url).json()["total"] == "24.50"
        later = as_(alice).post(URL, asked | {"seat_ids": ids_of(showtime, "A2", "C2")})
        assert [seat["price"] for seat in later.json()["seats"]] == ["99.00", "111.00"]

    def test_premium_seats_cost_the_same_where_there_is_no_premium_price(self, alice, showtime):
        showtime.edit(premium_price=None)
        response = as_(alice).post(URL, {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, "C1", "D1")})
        assert [seat["price"] for seat in response.json()["seats"]] == ["10.00", "10.00"]

    def test_a_premium_price_of_nothing_is_a_price(self, alice, showtime):
        showtime.edit(premium_price=Decimal("0"))
        response = as_(alice).post(URL, {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, "C1")})
        assert response.json()["total"] == "0.00"

    def test_an_admin_reserves_as_anybody_does(self, ada, showtime):
        response = as_(ada).post(URL, {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, "D1")})
        assert (response.status_code, response.json()["user"]["username"]) == (201, "ada")

    def test_what_is_not_known_is_ignored(self, alice, bob, showtime):
        asked = {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, "A1")}
        response = as_(alice).post(URL, asked | {"user_id": bob.pk, "status": "held", "price": "0"})
        assert response.status_code == 201
        assert (response.json()["user"]["id"], response.json()["total"]) == (alice.pk, "10.00")

    def test_a_freed_seat_is_reserved_again_at_once(self, alice, bob, showtime):
        reserve(bob, showtime, "A1").cancel(bob)
        response = as_(alice).post(URL, {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, "A1")})
        assert response.status_code == 201

    def test_it_costs_as_many_queries_for_ten_seats_as_for_one(self, alice, showtime, django_assert_num_queries):
        # BEGIN, user, seats, showtime, taken, INSERT twice, the audit entry, COMMIT
        for labels in (["A1"], ["A2", "A3", "A4", "B1", "B2", "B3", "B4", "B5", "B6", "C1"]):
            asked = {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, *labels)}
            client = as_(alice)
            with django_assert_num_queries(9):
                assert client.post(URL, asked).status_code == 201


class TestTaken:
    def test_each_seat_is_named_and_why(self, alice, bob, showtime):
        reserve(bob, showtime, "A1")
        reserve(bob, showtime, "A2", hold=True)
        showtime.block(ids_of(showtime, "A3"), "broken")
        a1, a2, a3, a4 = ids_of(showtime, "A1", "A2", "A3", "A4")
        with nothing_changes():
            response = as_(alice).post(URL, {"showtime_id": showtime.pk, "seat_ids": [a4, a3, a2, a1]})
        assert problem_of(response) == (409, "seats_unavailable")
        assert response.json()["detail"] == "Seats A1, A2 and A3 are not available."
        assert response.json()["seats"] == [
            {"id": a1, "label": "A1", "reason": "reserved"},
            {"id": a2, "label": "A2", "reason": "held"},
            {"id": a3, "label": "A3", "reason": "blocked"},
        ]

    def test_ones_own_seat_is_as_taken_as_anybodys(self, alice, showtime):
        reserve(alice, showtime, "A1", hold=True)
        [a1] = ids_of(showtime, "A1")
        with nothing_changes():
            response = as_(alice).post(URL, {"showtime_id": showtime.pk, "seat_ids": [a1]})
        assert problem_of(response) == (409, "seats_unavailable")
        assert response.json()["detail"] == "Seat A1 is not available."
        assert response.json()["seats"] == [{"id": a1, "label": "A1", "reason": "held"}]


class TestClosed:
    def test_a_cancelled_showtime_takes_none(self, alice, showtime):
        cancel_showtime(showtime)
        with nothing_changes():
            response = as_(alice).post(URL, {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, "A1")})
        assert problem_of(response) == (409, "showtime_cancelled")

    def test_a_started_one_takes_none(self, alice, showtime, clock):
        clock.move_to(showtime.starts_at)
        with nothing_changes():
            response = as_(alice).post(URL, {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, "A1")})
        assert problem_of(response) == (409, "showtime_started")

    def test_until_then_it_does(self, alice, showtime, clock):
        clock.move_to(showtime.starts_at - timedelta(microseconds=1))
        response = as_(alice).post(URL, {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, "A1")})
        assert response.status_code == 201


class TestOrderOfRefusals:
    """Bad values, the showtime's state, limits, seats."""

    @pytest.fixture(autouse=True)
    def taken_by_bob(self, bob, showtime, settings):
        settings.MAX_SEATS_PER_SHOWTIME = 1
        reserve(bob, showtime, "A2")

    def ask(self, user, showtime, *seat_ids: int):
        with nothing_changes():
            return as_(user).post(URL, {"showtime_id": showtime.pk, "seat_ids": seat_ids})

    def test_bad_values_come_before_the_state_of_the_showtime(self, alice, showtime):
        cancel_showtime(showtime)
        response = self.ask(alice, showtime, UNKNOWN, *ids_of(showtime, "A2"))
        assert errors_of(response) == [("seat_ids.0", "does_not_exist")]

    def test_its_state_before_limits(self, alice, showtime, clock):
        clock.move_to(showtime.starts_at)
        assert problem_of(self.ask(alice, showtime, *ids_of(showtime, "A1", "A2"))) == (409, "showtime_started")

    def test_cancelled_before_started(self, alice, showtime, clock):
        cancel_showtime(showtime)
        clock.move_to(showtime.starts_at)
        assert problem_of(self.ask(alice, showtime, *ids_of(showtime, "A1", "A2"))) == (409, "showtime_cancelled")

    def test_limits_before_seats(self, alice, showtime):
        assert problem_of(self.ask(alice, showtime, *ids_of(showtime, "A1", "A2"))) == (409, "seat_limit_exceeded")

    def test_seats_come_last(self, alice, showtime):
        assert problem_of(self.ask(alice, showtime, *ids_of(showtime, "A2"))) == (409, "seats_unavailable")


class TestUnknown:
    def test_seats_are_named_by_their_place_in_the_list(self, alice, showtime):
        elsewhere = make_showtime(showtime.movie)
        seat_ids = [*ids_of(showtime, "A1"), UNKNOWN, *ids_of(showtime, "A2"), *ids_of(elsewhere, "A1")]
        with nothing_changes():
            response = as_(alice).post(URL, {"showtime_id": showtime.pk, "seat_ids": seat_ids})
        assert errors_of(response) == [("seat_ids.1", "does_not_exist"), ("seat_ids.3", "does_not_exist")]

    @pytest.mark.parametrize("how", [{"seat_ids": [1]}, {"quantity": 1}])
    def test_a_showtime_that_does_not_exist(self, alice, how):
        with nothing_changes():
            response = as_(alice).post(URL, {"showtime_id": UNKNOWN} | how)
        assert errors_of(response) == [("showtime_id", "does_not_exist")]

    def test_a_deleted_showtime_as_well(self, alice, showtime):
        asked = {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, "A1")}
        Showtime.objects.get().delete()
        assert errors_of(as_(alice).post(URL, asked)) == [("showtime_id", "does_not_exist")]


class TestWho:
    def test_an_anonymous_visitor_reserves_nothing(self, anonymous, showtime):
        with nothing_changes():
            response = anonymous.post(URL, {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, "A1")})
        assert problem_of(response) == (401, "not_authenticated")
        assert response["WWW-Authenticate"] == "Bearer"

    def test_who_reserves_too_often_waits(self, alice, bob, showtime, settings):
        rates = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] | {"reserve": "2/minute"}
        settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"DEFAULT_THROTTLE_RATES": rates}
        asked = {"showtime_id": showtime.pk}
        for label in ("A1", "A2"):
            as_(alice).post(URL, asked | {"seat_ids": ids_of(showtime, label)})
        with nothing_changes():
            response = as_(alice).post(URL, asked | {"seat_ids": ids_of(showtime, "A3")})
        assert problem_of(response) == (429, "throttled")
        assert 1 <= int(response["Retry-After"]) <= 61
        assert as_(alice).get(URL).status_code == 200
        assert as_(bob).post(URL, asked | {"seat_ids": ids_of(showtime, "A3")}).status_code == 201


def test_a_database_too_busy_to_lock_is_no_bug(alice, showtime, monkeypatch):
    def time_out(queryset):
        raise OperationalError("canceling statement due to lock timeout")

    seat_ids = ids_of(showtime, "A1")
    lock_by(monkeypatch, time_out)
    with nothing_changes():
        response = as_(alice).post(URL, {"showtime_id": showtime.pk, "seat_ids": seat_ids})
    assert problem_of(response) == (503, "service_unavailable")
    assert response["Retry-After"] == "2"


def test_what_fails_while_writing_leaves_nothing_behind(alice, showtime, monkeypatch):
    def insert_no_seats(rows):
        if type(rows[0]) is ReservedSeat:
            raise OperationalError("the connection was lost")
        insert(rows)

    seat_ids = ids_of(showtime, "A1", "A2")
    monkeypatch.setattr(reservation, "insert", insert_no_seats)
    with nothing_changes():
        response = as_(alice).post(URL, {"showtime_id": showtime.pk, "seat_ids": seat_ids})
    assert problem_of(response) == (503, "service_unavailable")
