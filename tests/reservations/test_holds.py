"""A hold runs out by itself: no job has to run, and from that moment on it is in nobody's way."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction

from reservations.cancellations import cancel_showtime
from reservations.models import Reservation, ReservedSeat
from tests.cast import as_
from tests.cinema import ids_of, reserve
from tests.refusals import nothing_changes, problem_of

URL = "/api/v1/reservations/"
NOW = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
A_MOMENT = timedelta(microseconds=1)


@pytest.fixture(autouse=True)
def clock(db):
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def hold(clock, alice, showtime) -> Reservation:
    """Alice's, of A1 and A2."""
    return reserve(alice, showtime, "A1", "A2", hold=True)


def seen(user, reservation) -> tuple[str, str, list[str]]:
    """Status, total and the status of each seat, as the API shows them."""
    body = as_(user).get(f"{URL}{reservation.pk}/").json()
    return body["status"], body["total"], [seat["status"] for seat in body["seats"]]


def seat_statuses(client, showtime, *labels) -> list[str]:
    seats = {seat["label"]: seat["status"] for seat in client.get(f"/api/v1/showtimes/{showtime.pk}/seats/").json()}
    return [seats[label] for label in labels]


class TestUntilThen:
    """Active while now < expires_at."""

    @pytest.fixture(autouse=True)
    def the_last_moment(self, clock, hold):
        clock.move_to(hold.expires_at - A_MOMENT)

    def test_it_lasts_hold_seconds_from_when_it_was_made(self, alice, showtime, settings):
        with time_machine.travel(NOW):  # and time goes on
            hold = reserve(alice, showtime, "B1", hold=True)
        assert hold.expires_at == hold.created_at + timedelta(seconds=settings.HOLD_SECONDS)

    def test_it_shows_as_held(self, alice, hold):
        assert seen(alice, hold) == ("held", "20.00", ["active", "active"])

    def test_its_seats_are_taken(self, anonymous, bob, hold, showtime):
        assert seat_statuses(anonymous, showtime, "A1", "A2", "A3") == ["held", "held", "available"]
        with nothing_changes():
            response = as_(bob).post(URL, {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, "A2", "A3")})
        assert problem_of(response) == (409, "seats_unavailable")
        assert [(seat["label"], seat["reason"]) for seat in response.json()["seats"]] == [("A2", "held")]

    def test_it_can_be_confirmed(self, alice, hold):
        assert as_(alice).post(f"{URL}{hold.pk}/confirm/").status_code == 200

    def test_it_can_be_cancelled(self, alice, hold):
        assert as_(alice).post(f"{URL}{hold.pk}/cancel/").status_code == 200


class TestFromThenOn:
    """Exactly at expires_at, with nothing written in between."""

    @pytest.fixture(autouse=True)
    def the_first_moment(self, clock, hold):
        clock.move_to(hold.expires_at)

    def test_it_shows_as_expired_with_all_seats_released_and_nothing_to_pay(self, alice, hold):
        assert seen(alice, hold) == ("expired", "0.00", ["released", "released"])

    def test_its_seats_are_available(self, anonymous, hold, showtime):
        assert seat_statuses(anonymous, showtime, "A1", "A2") == ["available", "available"]
        assert anonymous.get(f"/api/v1/showtimes/{showtime.pk}/").json()["available_seats"] == showtime.capacity

    @pytest.mark.parametrize("action", ["confirm", "cancel"])
    def test_it_is_neither_confirmed_nor_cancelled(self, alice, hold, action):
        with nothing_changes():
            response = as_(alice).post(f"{URL}{hold.pk}/{action}/")
        assert problem_of(response) == (409, "hold_expired")

    def test_nor_is_a_part_of_it(self, alice, hold, showtime):
        with nothing_changes():
            response = as_(alice).post(f"{URL}{hold.pk}/cancel/", {"seat_ids": ids_of(showtime, "A1")})
        assert problem_of(response) == (409, "hold_expired")

    def test_nor_does_an_admin_cancel_it(self, ada, hold):
        with nothing_changes():
            response = as_(ada).post(f"{URL}{hold.pk}/cancel/")
        assert problem_of(response) == (409, "hold_expired")

    @pytest.mark.parametrize("asked", [{"hold": True}, {"hold": False}])
    def test_its_seats_are_anybodys(self, alice, bob, hold, showtime, asked):
        asked |= {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, "A1", "A2", "A3")}
        assert as_(bob).post(URL, asked).status_code == 201
        assert seen(alice, hold) == ("expired", "0.00", ["released", "released"])

    def test_also_whose_hold_it_was(self, alice, hold, showtime):
        asked = {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, "A1", "A2")}
        assert as_(alice).post(URL, asked).status_code == 201
        assert seen(alice, hold) == ("expired", "0.00", ["released", "released"])

    def test_once_taken_over_it_is_as_expired_as_before(self, alice, bob, hold, showtime):
        reserve(bob, showtime, "A1")
        for action in ("confirm", "cancel"):
            with nothing_changes():
                response = as_(alice).post(f"{URL}{hold.pk}/{action}/")
            assert problem_of(response) == (409, "hold_expired")

    def test_what_took_over_is_taken(self, alice, bob, hold, showtime):
        reserve(bob, showtime, "A1")
        with nothing_changes():
            response = as_(alice).post(URL, {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, "A1", "A2")})
        assert problem_of(response) == (409, "seats_unavailable")
        assert [(seat["label"], seat["reason"]) for seat in response.json()["seats"]] == [("A1", "reserved")]

    def test_a_hold_takes_over_a_hold_again_and_again(self, alice, bob, charlie, hold, showtime, clock):
        second = reserve(bob, showtime, "A1", hold=True)
        clock.move_to(second.expires_at)
        third = reserve(charlie, showtime, "A1", hold=True)
        assert [seen(user, one)[0] for user, one in ((alice, hold), (bob, second), (charlie, third))] == [
            "expired",
            "expired",
            "held",
        ]
        assert ReservedSeat.objects.filter(seat__in=ids_of(showtime, "A1"), released_at=None).get().reservation == third

    def test_a_cancelled_showtime_leaves_it_expired(self, alice, hold, showtime):
        cancel_showtime(showtime)
        assert seen(alice, hold) == ("expired", "0.00", ["released", "released"])

    def test_its_seats_can_be_blocked(self, ada, alice, hold, showtime):
        response = as_(ada).post(f"/api/v1/showtimes/{showtime.pk}/seats/block/", {"seat_ids": ids_of(showtime, "A1")})
        assert response.status_code == 200
        assert seen(alice, hold) == ("expired", "0.00", ["released", "released"])


class TestPartlyCancelled:
    @pytest.fixture(autouse=True)
    def without_a1(self, hold, showtime, alice, clock):
        clock.shift(timedelta(seconds=60))
        hold.cancel(alice, ids_of(showtime, "A1"))

    def test_the_rest_is_still_held_until_the_same_moment(self, alice, hold):
        assert seen(alice, hold) == ("held", "10.00", ["released", "active"])
        assert as_(alice).get(f"{URL}{hold.pk}/").json()["expires_at"] == "2027-03-01T12:10:00Z"

    def test_the_rest_can_be_confirmed(self, alice, hold):
        assert as_(alice).post(f"{URL}{hold.pk}/confirm/").status_code == 200
        assert seen(alice, hold) == ("confirmed", "10.00", ["released", "active"])

    def test_although_somebody_has_the_other_seat_by_now(self, alice, bob, hold, showtime):
        reserve(bob, showtime, "A1")
        assert as_(alice).post(f"{URL}{hold.pk}/confirm/").status_code == 200
        assert seen(alice, hold) == ("confirmed", "10.00", ["released", "active"])

    def test_the_rest_expires(self, alice, hold, clock):
        clock.move_to(hold.expires_at)
        assert seen(alice, hold) == ("expired", "0.00", ["released", "released"])


class TestTakingOver:
    """What a booking releases, whatever it has been told about its seats."""

    @pytest.mark.parametrize("is_held", [True, False])
    def test_a_seat_that_somebody_has_is_not_taken_from_them(self, alice, bob, showtime, is_held):
        reserve(alice, showtime, "A1", hold=is_held)
        with nothing_changes(), pytest.raises(IntegrityError), transaction.atomic():
            reserve(bob, showtime, "A1")


class TestAnotherServersClock:
    """A server whose clock runs ahead sees a hold expire, and gives a seat of it away, before this one does."""

    @pytest.fixture(autouse=True)
    def taken_over(self, clock, hold, bob, showtime):
        clock.move_to(hold.expires_at + timedelta(seconds=2))
        reserve(bob, showtime, "A1")
        clock.move_to(hold.expires_at - timedelta(seconds=3))

    def test_the_seat_is_sold_once(self, bob, hold, showtime):
        sold = ReservedSeat.objects.get(seat__in=ids_of(showtime, "A1"), released_at=None)
        assert sold.reservation.user == bob

    @pytest.mark.parametrize("action", ["confirm", "cancel"])
    def test_the_hold_has_expired_here_too(self, alice, hold, action):
        with nothing_changes():
            response = as_(alice).post(f"{URL}{hold.pk}/{action}/")
        assert problem_of(response) == (409, "hold_expired")
