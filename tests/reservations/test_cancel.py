"""POST reservations/{id}/cancel/: seats are given back, all or some, and are anybody's at once."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from reservations.cancellations import cancel_showtime
from reservations.models import Reservation
from tests.cast import as_
from tests.cinema import ids_of, make_showtime, reserve
from tests.refusals import errors_of, lights_out, nothing_changes, problem_of

URL = "/api/v1/reservations/"
NOW = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
A_MOMENT = timedelta(microseconds=1)


@pytest.fixture(autouse=True)
def clock(db):
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def reservation(clock, alice, showtime) -> Reservation:
    """Alice's, of A1, A2 and C1."""
    return reserve(alice, showtime, "A1", "A2", "C1")


def cancel(user, reservation, body=None):
    return as_(user).post(f"{URL}{reservation.pk}/cancel/", body)


def read(user, reservation) -> dict:
    return as_(user).get(f"{URL}{reservation.pk}/").json()


def statuses(body: dict) -> dict:
    return {seat["label"]: seat["status"] for seat in body["seats"]}


class TestAll:
    def test_the_reservation_is_cancelled(self, alice, reservation, clock):
        before = read(alice, reservation)
        clock.shift(timedelta(minutes=5))
        response = cancel(alice, reservation)
        assert response.status_code == 200
        assert response.json() == before | {
            "seats": [seat | {"status": "released"} for seat in before["seats"]],
            "status": "cancelled",
            "total": "0.00",
            "cancelled_at": "2027-03-01T12:05:00Z",
            "cancelled_because": "user",
        }
        assert read(alice, reservation) == response.json()

    def test_all_named_is_all(self, alice, reservation, showtime):
        response = cancel(alice, reservation, {"seat_ids": ids_of(showtime, "C1", "A1", "A2")})
        assert (response.status_code, response.json()["status"]) == (200, "cancelled")

    def test_an_empty_object_is_all(self, alice, reservation):
        assert cancel(alice, reservation, {}).json()["status"] == "cancelled"

    def test_a_hold_is_cancelled_as_well(self, alice, showtime):
        response = cancel(alice, reserve(alice, showtime, "A1", hold=True))
        assert (response.status_code, response.json()["status"]) == (200, "cancelled")

    def test_its_seats_are_reserved_by_others_at_once(self, alice, bob, reservation, showtime):
        cancel(alice, reservation)
        asked = {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, "A1", "A2", "C1")}
        assert as_(bob).post(URL, asked).status_code == 201
        assert read(alice, reservation)["status"] == "cancelled"

    def test_it_costs_as_many_queries_for_ten_seats_as_for_one(self, alice, showtime, django_assert_num_queries):
        # it, BEGIN, seats, it again with its showtime, which of them, UPDATE twice, the audit entry, COMMIT, the answer
        # twice
        for labels in (["A1"], ["A2", "A3", "A4", "B1", "B2", "B3", "B4", "B5", "B6", "C1"]):
            reservation, client = reserve(alice, showtime, *labels), as_(alice)
            with django_assert_num_queries(12):
                assert client.post(f"{URL}{reservation.pk}/cancel/").status_code == 200


class TestSome:
    def test_only_these_are_released(self, alice, reservation, showtime):
        response = cancel(alice, reservation, {"seat_ids": ids_of(showtime, "C1", "A1")})
        assert response.status_code == 200
        body = response.json()
        assert statuses(body) == {"A1": "released", "A2": "active", "C1": "released"}
        assert (body["status"], body["total"]) == ("confirmed", "10.00")
        assert (body["cancelled_at"], body["cancelled_because"]) == (None, None)
        assert read(alice, reservation) == body

    def test_they_are_reserved_by_others_at_once_and_the_rest_is_not(self, alice, bob, reservation, showtime):
        cancel(alice, reservation, {"seat_ids": ids_of(showtime, "A1")})
        asked = {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, "A1", "A2")}
        with nothing_changes():
            response = as_(bob).post(URL, asked)
        assert [seat["label"] for seat in response.json()["seats"]] == ["A2"]
        assert as_(bob).post(URL, asked | {"seat_ids": ids_of(showtime, "A1")}).status_code == 201

    def test_one_that_is_released_already_stays_as_it_is(self, alice, reservation, showtime, clock):
        cancel(alice, reservation, {"seat_ids": ids_of(showtime, "A1")})
        clock.shift(timedelta(minutes=5))
        with nothing_changes():
            response = cancel(alice, reservation, {"seat_ids": ids_of(showtime, "A1")})
        assert (response.status_code, response.json()["status"]) == (200, "confirmed")

    def test_one_that_somebody_else_has_by_now_stays_theirs(self, alice, bob, reservation, showtime):
        cancel(alice, reservation, {"seat_ids": ids_of(showtime, "A1")})
        of_bob = reserve(bob, showtime, "A1")
        cancel(alice, reservation)
        assert statuses(read(bob, of_bob)) == {"A1": "active"}

    def test_with_its_last_seat_the_reservation_is_cancelled(self, alice, reservation, showtime):
        cancel(alice, reservation, {"seat_ids": ids_of(showtime, "A1", "A2")})
        response = cancel(alice, reservation, {"seat_ids": ids_of(showtime, "A1", "C1")})
        assert response.status_code == 200
        body = response.json()
        assert (body["status"], body["total"], body["cancelled_because"]) == ("cancelled", "0.00", "user")

    def test_all_after_some_is_the_rest(self, alice, reservation, showtime):
        cancel(alice, reservation, {"seat_ids": ids_of(showtime, "A1")})
        assert cancel(alice, reservation).json()["status"] == "cancelled"


class TestCancelledAlready:
    @pytest.fixture(autouse=True)
    def cancelled(self, alice, reservation, clock):
        reservation.cancel(alice)
        clock.shift(timedelta(minutes=5))

    def test_it_stays_as_it_is(self, alice, reservation):
        before = read(alice, reservation)
        with nothing_changes():
            response = cancel(alice, reservation)
        assert (response.status_code, response.json()) == (200, before)

    def test_also_seat_by_seat(self, alice, reservation, showtime):
        with nothing_changes():
            response = cancel(alice, reservation, {"seat_ids": ids_of(showtime, "A1")})
        assert response.status_code == 200

    def test_also_when_an_admin_does(self, ada, reservation):
        with nothing_changes():
            response = cancel(ada, reservation)
        assert (response.status_code, response.json()["cancelled_because"]) == (200, "user")

    def test_also_after_the_start(self, alice, reservation, showtime, clock):
        clock.move_to(showtime.starts_at + timedelta(days=1))
        with nothing_changes():
            assert cancel(alice, reservation).status_code == 200

    def test_also_when_the_showtime_is_cancelled_later(self, alice, reservation, showtime):
        cancel_showtime(showtime)
        with nothing_changes():
            response = cancel(alice, reservation)
        assert (response.status_code, response.json()["cancelled_because"]) == (200, "user")

    def test_but_a_seat_of_another_is_still_a_mistake(self, alice, reservation, showtime):
        with nothing_changes():
            response = cancel(alice, reservation, {"seat_ids": ids_of(showtime, "B1")})
        assert errors_of(response) == [("seat_ids.0", "does_not_exist")]


class TestWithTheShowtime:
    def test_it_says_so(self, alice, reservation, showtime):
        cancel_showtime(showtime)
        body = read(alice, reservation)
        assert (body["status"], body["total"]) == ("cancelled", "0.00")
        assert (body["cancelled_because"], body["cancelled_at"]) == ("showtime_cancelled", "2027-03-01T12:00:00Z")

    def test_then_it_stays_as_it_is(self, alice, reservation, showtime):
        cancel_showtime(showtime)
        with nothing_changes():
            response = cancel(alice, reservation)
        assert (response.status_code, response.json()["cancelled_because"]) == (200, "showtime_cancelled")

    def test_what_had_expired_before_cannot_be_cancelled(self, alice, showtime, clock):
        hold = reserve(alice, showtime, "A1", hold=True)
        clock.move_to(hold.expires_at)
        cancel_showtime(showtime)
        with nothing_changes():
            response = cancel(alice, hold)
        assert problem_of(response) == (409, "showtime_cancelled")


class TestTooLate:
    def test_after_the_start_nobody_cancels(self, alice, ada, reservation, showtime, clock):
        clock.move_to(showtime.starts_at)
        for user in (alice, ada):
            with nothing_changes():
                response = cancel(user, reservation)
            assert problem_of(response) == (409, "showtime_started")

    def test_until_then_everybody_does(self, alice, reservation, showtime, clock):
        clock.move_to(showtime.starts_at - A_MOMENT)
        assert cancel(alice, reservation).status_code == 200

    def test_within_the_cutoff_its_owner_does_not(self, alice, reservation, showtime, clock, settings):
        settings.CANCELLATION_CUTOFF_MINUTES = 30
        clock.move_to(showtime.starts_at - timedelta(minutes=30))
        with nothing_changes():
            response = cancel(alice, reservation)
        assert problem_of(response) == (409, "too_late_to_cancel")

    def test_before_it_they_do(self, alice, reservation, showtime, clock, settings):
        settings.CANCELLATION_CUTOFF_MINUTES = 30
        clock.move_to(showtime.starts_at - timedelta(minutes=30) - A_MOMENT)
        assert cancel(alice, reservation).status_code == 200

    def test_an_admin_does_until_the_start(self, ada, reservation, showtime, clock, settings):
        settings.CANCELLATION_CUTOFF_MINUTES = 30
        clock.move_to(showtime.starts_at - A_MOMENT)
        assert cancel(ada, reservation).status_code == 200


class TestBadValues:
    def test_a_seat_that_is_not_of_this_reservation(self, alice, reservation, showtime):
        """Free, of another reservation of the same user, of another showtime, or of none."""
        reserve(alice, showtime, "B2")
        others = [*ids_of(showtime, "B1", "B2"), *ids_of(make_showtime(showtime.movie), "A1"), 2**63 - 1]
        for other in others:
            with nothing_changes():
                response = cancel(alice, reservation, {"seat_ids": [*ids_of(showtime, "A1"), other]})
            assert errors_of(response) == [("seat_ids.1", "does_not_exist")]

    def test_it_is_told_even_when_the_showtime_has_started(self, alice, reservation, showtime, clock):
        clock.move_to(showtime.starts_at)
        with nothing_changes():
            response = cancel(alice, reservation, {"seat_ids": ids_of(showtime, "B1")})
        assert errors_of(response) == [("seat_ids.0", "does_not_exist")]

    @pytest.mark.parametrize(
        ("seat_ids", "error"),
        [
            ([], ("seat_ids", "empty")),
            (None, ("seat_ids", "null")),
            ("A1", ("seat_ids", "not_a_list")),
            (["A1"], ("seat_ids.0", "invalid")),
            ([0], ("seat_ids.0", "min_value")),
            (["9223372036854775808"], ("seat_ids.0", "max_value")),
            ([1, 1], ("seat_ids", "duplicate")),
        ],
    )
    def test_seat_ids(self, alice, reservation, seat_ids, error):
        with nothing_changes():
            response = cancel(alice, reservation, {"seat_ids": seat_ids})
        assert errors_of(response) == [error]

    @pytest.mark.parametrize(("body", "error"), [(b"[]", "invalid"), (b"1", "invalid"), (b"null", "null")])
    def test_a_body_that_is_no_object(self, alice, reservation, body, error):
        with nothing_changes():
            response = as_(alice).generic("POST", f"{URL}{reservation.pk}/cancel/", body, "application/json")
        assert errors_of(response) == [("non_field_errors", error)]


class TestAllOrNothing:
    def test_when_it_cannot_be_cancelled_its_seats_stay_reserved(self, alice, reservation, monkeypatch):
        monkeypatch.setattr(Reservation, "save", lights_out)
        with nothing_changes():
            response = cancel(alice, reservation)
        assert problem_of(response) == (503, "service_unavailable")


class TestWho:
    def test_an_admin_cancels_for_somebody_and_it_says_so(self, ada, alice, reservation):
        response = cancel(ada, reservation)
        assert response.status_code == 200
        assert (response.json()["status"], response.json()["cancelled_because"]) == ("cancelled", "admin")
        assert read(alice, reservation) == response.json()

    def test_an_admins_own_is_cancelled_by_its_user(self, ada, showtime):
        assert cancel(ada, reserve(ada, showtime, "B1")).json()["cancelled_because"] == "user"

    def test_whoever_cancels_the_last_seat_is_who_cancelled(self, ada, alice, reservation, showtime):
        cancel(alice, reservation, {"seat_ids": ids_of(showtime, "A1", "A2")})
        assert cancel(ada, reservation, {"seat_ids": ids_of(showtime, "C1")}).json()["cancelled_because"] == "admin"

    def test_to_others_it_does_not_exist(self, charlie, reservation):
        with nothing_changes():
            response = cancel(charlie, reservation)
        assert problem_of(response) == (404, "not_found")

    def test_an_anonymous_visitor_logs_in_first(self, anonymous, reservation):
        with nothing_changes():
            response = anonymous.post(f"{URL}{reservation.pk}/cancel/")
        assert problem_of(response) == (401, "not_authenticated")

    def test_it_is_cancelled_not_deleted(self, alice, reservation):
        with nothing_changes():
            response = as_(alice).delete(f"{URL}{reservation.pk}/")
        assert problem_of(response) == (405, "method_not_allowed")
