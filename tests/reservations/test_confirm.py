"""POST reservations/{id}/confirm/: a hold becomes a reservation."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from reservations.cancellations import cancel_showtime
from reservations.models import Reservation
from reservations.models.reservation import ReservedSeatQuerySet
from tests.cast import as_
from tests.cinema import ids_of, reserve
from tests.refusals import lights_out, nothing_changes, problem_of

URL = "/api/v1/reservations/"
NOW = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(db):
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def hold(clock, alice, showtime) -> Reservation:
    """Alice's, of A1 and C1."""
    return reserve(alice, showtime, "A1", "C1", hold=True)


def confirm(user, reservation):
    return as_(user).post(f"{URL}{reservation.pk}/confirm/")


class TestConfirmed:
    def test_it_is_as_before_but_for_good(self, alice, hold):
        before = as_(alice).get(f"{URL}{hold.pk}/").json()
        response = confirm(alice, hold)
        assert response.status_code == 200
        assert response.json() == before | {"status": "confirmed", "expires_at": None}
        assert as_(alice).get(f"{URL}{hold.pk}/").json() == response.json()

    def test_it_expires_no_more(self, alice, bob, hold, showtime, clock):
        confirm(alice, hold)
        clock.shift(timedelta(hours=1))
        with nothing_changes():
            response = as_(bob).post(URL, {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, "A1", "C1")})
        assert problem_of(response) == (409, "seats_unavailable")
        assert [seat["reason"] for seat in response.json()["seats"]] == ["reserved", "reserved"]

    def test_prices_are_still_those_of_the_hold(self, alice, hold, showtime):
        showtime.edit(price=Decimal("99"), premium_price=Decimal("99"))
        assert confirm(alice, hold).json()["total"] == "24.50"

    def test_an_admin_confirms_a_hold_of_their_own(self, ada, showtime):
        response = confirm(ada, reserve(ada, showtime, "A1", hold=True))
        assert (response.status_code, response.json()["status"]) == (200, "confirmed")

    def test_it_costs_as_many_queries_for_ten_seats_as_for_one(self, alice, showtime, django_assert_num_queries):
        # it, BEGIN, seats, it and its showtime again, taken over?, UPDATE twice, audit entry, COMMIT, answer thrice
        for labels in (["A1"], ["A2", "A3", "A4", "B1", "B2", "B3", "B4", "B5", "B6", "C1"]):
            hold, client = reserve(alice, showtime, *labels, hold=True), as_(alice)
            with django_assert_num_queries(12):
                assert client.post(f"{URL}{hold.pk}/confirm/").status_code == 200


class TestConfirmedAlready:
    @pytest.fixture
    def confirmed(self, alice, hold) -> Reservation:
        hold.confirm(alice)
        return hold

    def test_it_stays_as_it_is(self, alice, confirmed):
        before = as_(alice).get(f"{URL}{confirmed.pk}/").json()
        with nothing_changes():
            response = confirm(alice, confirmed)
        assert (response.status_code, response.json()) == (200, before)

    def test_also_one_that_never_was_a_hold(self, alice, showtime):
        reservation = reserve(alice, showtime, "A1")
        with nothing_changes():
            assert confirm(alice, reservation).status_code == 200

    def test_also_after_the_start(self, alice, confirmed, showtime, clock):
        clock.move_to(showtime.starts_at + timedelta(days=1))
        with nothing_changes():
            response = confirm(alice, confirmed)
        assert (response.status_code, response.json()["status"]) == (200, "confirmed")


class TestRefused:
    def test_a_cancelled_one(self, alice, hold):
        hold.cancel(alice)
        with nothing_changes():
            response = confirm(alice, hold)
        assert problem_of(response) == (409, "reservation_cancelled")

    def test_one_that_was_confirmed_and_then_cancelled(self, alice, hold):
        hold.confirm(alice)
        hold.cancel(alice)
        with nothing_changes():
            response = confirm(alice, hold)
        assert problem_of(response) == (409, "reservation_cancelled")

    def test_an_expired_one(self, alice, hold, clock):
        clock.move_to(hold.expires_at)
        with nothing_changes():
            response = confirm(alice, hold)
        assert problem_of(response) == (409, "hold_expired")

    def test_once_the_showtime_is_cancelled(self, alice, hold, showtime):
        cancel_showtime(showtime)
        with nothing_changes():
            response = confirm(alice, hold)
        assert problem_of(response) == (409, "showtime_cancelled")

    def test_once_it_has_started(self, alice, showtime, clock):
        clock.move_to(showtime.starts_at - timedelta(seconds=10))
        hold = reserve(alice, showtime, "A1", hold=True)
        clock.move_to(showtime.starts_at)
        with nothing_changes():
            response = confirm(alice, hold)
        assert problem_of(response) == (409, "showtime_started")

    def test_until_the_start_it_is_not(self, alice, showtime, clock):
        clock.move_to(showtime.starts_at - timedelta(seconds=10))
        hold = reserve(alice, showtime, "A1", hold=True)
        clock.move_to(showtime.starts_at - timedelta(microseconds=1))
        assert confirm(alice, hold).status_code == 200

    @pytest.mark.parametrize("cancelled", [True, False])
    def test_the_state_of_the_showtime_comes_before_its_own(self, alice, hold, showtime, clock, cancelled):
        if cancelled:
            hold.cancel(alice)
        clock.move_to(showtime.starts_at)
        with nothing_changes():
            response = confirm(alice, hold)
        assert problem_of(response) == (409, "showtime_started")


class TestAllOrNothing:
    def test_when_its_seats_cannot_be_kept_it_stays_a_hold(self, alice, hold, monkeypatch):
        monkeypatch.setattr(ReservedSeatQuerySet, "update", lights_out)
        with nothing_changes():
            response = confirm(alice, hold)
        assert problem_of(response) == (503, "service_unavailable")


class TestWho:
    def test_an_admin_does_not_confirm_in_somebodys_place(self, ada, hold):
        with nothing_changes():
            response = confirm(ada, hold)
        assert problem_of(response) == (403, "permission_denied")

    def test_to_others_it_does_not_exist(self, charlie, hold):
        with nothing_changes():
            response = confirm(charlie, hold)
        assert problem_of(response) == (404, "not_found")

    def test_nor_does_an_unknown_one(self, ada, hold):
        for unknown in (hold.pk + 1, 10**17, 10**30):
            assert problem_of(as_(ada).post(f"{URL}{unknown}/confirm/")) == (404, "not_found")

    def test_an_anonymous_visitor_logs_in_first(self, anonymous, hold):
        with nothing_changes():
            response = anonymous.post(f"{URL}{hold.pk}/confirm/")
        assert problem_of(response) == (401, "not_authenticated")

    def test_it_is_not_done_by_looking(self, alice, hold):
        with nothing_changes():
            response = as_(alice).get(f"{URL}{hold.pk}/confirm/")
        assert problem_of(response) == (405, "method_not_allowed")
