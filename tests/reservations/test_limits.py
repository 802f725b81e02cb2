"""How much one person can have: seats of a showtime, and holds. Races for the limits are in test_races.py."""

from datetime import UTC, datetime

import pytest
import time_machine

from tests.cast import as_
from tests.cinema import ids_of, make_showtime, reserve
from tests.refusals import errors_of, nothing_changes, problem_of

URL = "/api/v1/reservations/"
NOW = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(db):
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def ask(user, showtime, *labels, **fields):
    return as_(user).post(URL, {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, *labels)} | fields)


class TestSeatsPerReservation:
    @pytest.fixture(autouse=True)
    def three(self, settings):
        settings.MAX_SEATS_PER_RESERVATION = 3

    def test_as_many_as_that(self, alice, showtime):
        assert ask(alice, showtime, "A1", "A2", "A3").status_code == 201
        assert as_(alice).post(URL, {"showtime_id": showtime.pk, "quantity": 3}).status_code == 201

    def test_one_more_is_a_bad_value(self, alice, showtime):
        with nothing_changes():
            response = ask(alice, showtime, "A1", "A2", "A3", "A4")
        assert errors_of(response) == [("seat_ids", "invalid")]
        with nothing_changes():
            response = as_(alice).post(URL, {"showtime_id": showtime.pk, "quantity": 4})
        assert errors_of(response) == [("quantity", "invalid")]

    def test_even_where_the_state_of_the_showtime_would_refuse_it(self, alice, showtime, clock):
        clock.move_to(showtime.starts_at)
        assert errors_of(ask(alice, showtime, "A1", "A2", "A3", "A4")) == [("seat_ids", "invalid")]


class TestSeatsPerShowtime:
    @pytest.fixture(autouse=True)
    def three(self, settings):
        settings.MAX_SEATS_PER_SHOWTIME = 3

    def test_as_many_as_that_in_all(self, alice, showtime):
        reserve(alice, showtime, "A1")
        reserve(alice, showtime, "A2", hold=True)
        assert ask(alice, showtime, "A3").status_code == 201

    @pytest.mark.parametrize("hold", [True, False])
    def test_one_more_is_refused(self, alice, showtime, hold):
        reserve(alice, showtime, "A1")
        reserve(alice, showtime, "A2", hold=True)
        with nothing_changes():
            response = ask(alice, showtime, "A3", "A4", hold=hold)
        assert problem_of(response) == (409, "seat_limit_exceeded")
        assert response.json()["detail"] == "One person can have 3 seats in a showtime; you have 2. Ask for fewer."

    def test_also_of_the_best_available(self, alice, showtime):
        reserve(alice, showtime, "A1", "A2")
        with nothing_changes():
            response = as_(alice).post(URL, {"showtime_id": showtime.pk, "quantity": 2})
        assert problem_of(response) == (409, "seat_limit_exceeded")

    def test_at_once_as_well(self, alice, showtime):
        with nothing_changes():
            response = ask(alice, showtime, "A1", "A2", "A3", "A4")
        assert problem_of(response) == (409, "seat_limit_exceeded")

    def test_an_admin_is_a_person_too(self, ada, showtime):
        reserve(ada, showtime, "A1", "A2", "A3")
        assert problem_of(ask(ada, showtime, "A4")) == (409, "seat_limit_exceeded")

    def test_other_showtimes_and_other_people_do_not_count(self, alice, bob, showtime):
        reserve(alice, make_showtime(showtime.movie), "A1", "A2", "A3")
        reserve(bob, showtime, "B1", "B2", "B3")
        assert ask(alice, showtime, "A1", "A2", "A3").status_code == 201

    def test_released_seats_do_not_count(self, alice, showtime):
        reserve(alice, showtime, "A1", "A2", "A3").cancel(alice, ids_of(showtime, "A1"))
        assert ask(alice, showtime, "B1").status_code == 201
        assert problem_of(ask(alice, showtime, "B2")) == (409, "seat_limit_exceeded")

    def test_expired_holds_do_not_count(self, alice, showtime, clock):
        hold = reserve(alice, showtime, "A1", "A2", "A3", hold=True)
        assert problem_of(ask(alice, showtime, "B1")) == (409, "seat_limit_exceeded")
        clock.move_to(hold.expires_at)
        assert ask(alice, showtime, "A1", "B1", "B2").status_code == 201

    def test_confirming_is_never_refused_for_it(self, alice, showtime, settings):
        hold = reserve(alice, showtime, "A1", "A2", hold=True)
        settings.MAX_SEATS_PER_SHOWTIME = 1
        assert as_(alice).post(f"{URL}{hold.pk}/confirm/").status_code == 200


class TestHoldsPerUser:
    @pytest.fixture(autouse=True)
    def two(self, settings):
        settings.MAX_HOLDS_PER_USER = 2

    @pytest.fixture
    def holds(self, clock, alice, showtime):
        """Alice's two, of one showtime and another."""
        return [
            reserve(alice, showtime, "A1", hold=True),
            reserve(alice, make_showtime(showtime.movie), "A1", hold=True),
        ]

    def test_as_many_as_that(self, alice, showtime):
        assert ask(alice, showtime, "A1", hold=True).status_code == 201
        assert ask(alice, showtime, "A2", hold=True).status_code == 201

    def test_one_more_is_refused_whatever_the_showtime(self, alice, showtime, holds):
        for other in (showtime, make_showtime(showtime.movie)):
            with nothing_changes():
                response = ask(alice, other, "B1", hold=True)
            assert problem_of(response) == (409, "hold_limit_exceeded")

    def test_also_of_the_best_available(self, alice, showtime, holds):
        with nothing_changes():
            response = as_(alice).post(URL, {"showtime_id": showtime.pk, "quantity": 1, "hold": True})
        assert problem_of(response) == (409, "hold_limit_exceeded")

    def test_reservations_for_good_are_no_holds(self, alice, showtime, holds):
        assert ask(alice, showtime, "B1").status_code == 201

    def test_nor_are_confirmed_ones(self, alice, showtime, holds):
        holds[0].confirm(alice)
        assert ask(alice, showtime, "B1", hold=True).status_code == 201

    def test_nor_cancelled_ones(self, alice, showtime, holds):
        holds[0].cancel(alice)
        assert ask(alice, showtime, "B1", hold=True).status_code == 201

    def test_one_that_was_partly_cancelled_still_is(self, alice, showtime):
        for labels in (("A1", "A2"), ("B1", "B2")):
            reserve(alice, showtime, *labels, hold=True).cancel(alice, ids_of(showtime, labels[0]))
        assert problem_of(ask(alice, showtime, "C1", hold=True)) == (409, "hold_limit_exceeded")

    def test_expired_ones_do_not_count(self, alice, showtime, holds, clock):
        clock.move_to(holds[0].expires_at)
        assert ask(alice, showtime, "B1", hold=True).status_code == 201
        assert ask(alice, showtime, "B2", hold=True).status_code == 201
        assert problem_of(ask(alice, showtime, "B3", hold=True)) == (409, "hold_limit_exceeded")

    def test_other_peoples_do_not_count(self, bob, showtime, holds):
        assert ask(bob, showtime, "B1", hold=True).status_code == 201

    def test_too_many_seats_are_told_first(self, alice, showtime, holds, settings):
        settings.MAX_SEATS_PER_SHOWTIME = 1
        assert problem_of(ask(alice, showtime, "B1", hold=True)) == (409, "seat_limit_exceeded")
