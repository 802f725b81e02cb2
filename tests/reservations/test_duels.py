"""
For guards that no other test misses for certain: two requests of which one is stopped between its look and its write,
or is overtaken before it locks. Each has the one good end, and another one as soon as the guard is taken out.
"""

from collections.abc import Callable
from functools import partial

import pytest
import time_machine
from django.db import connection

from reservations.invariants import broken_promises
from reservations.models import Reservation
from reservations.serializers import ReserveSerializer
from reservations.views import ReservationViewSet
from showtimes.models import Showtime
from tests.cast import as_
from tests.cinema import ids_of, make_hall, make_movie, reserve, seats_of
from tests.duels import all_behind, pause_after
from tests.race import at_once, meanwhile, meet_after
from tests.reservations.racing import CREATED, OK, TAKEN, URL, booking, outcome, post

pytestmark = pytest.mark.django_db(transaction=True)
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no row locks")
HAS_RESERVATIONS = (409, "showtime_has_reservations")


@pytest.fixture(autouse=True)
def all_is_well_afterwards(transactional_db):
    yield
    assert broken_promises() == {}


@on_postgresql
class TestOrder:
    """Of three seats the middle one is not to be had yet: both lock what they can, and nobody waits in a ring."""

    @pytest.fixture
    def middle(self, showtime):
        return seats_of(showtime, "A2")[0]

    def test_of_two_bookings_that_ask_in_opposite_orders(self, alice, bob, showtime, middle):
        calls = booking(alice, showtime, "A1", "A2", "A3"), booking(bob, showtime, "A3", "A2", "A1")
        assert sorted(outcome(answer) for answer in all_behind(middle, *calls)) == [CREATED, TAKEN]

    def test_of_a_cancellation_and_a_booking(self, alice, bob, showtime, middle):
        cancel = post(alice, f"{URL}{reserve(alice, showtime, 'A1', 'A2', 'A3').pk}/cancel/")
        cancelled, booked = all_behind(middle, cancel, booking(bob, showtime, "A1", "A2", "A3"))
        assert outcome(cancelled) == OK
        assert outcome(booked) in (CREATED, TAKEN)


@on_postgresql
class TestOvertaken:
    """Just before a booking locks its seats, somebody else has been there: what was true before does not count."""

    @pytest.fixture
    def book_after(self, monkeypatch, alice, showtime) -> Callable:
        def book_after(change: Callable) -> tuple[int, str]:
            lock_seats = ReserveSerializer.lock_seats

            def lock_late(serializer):
                meanwhile(change)
                return lock_seats(serializer)

            monkeypatch.setattr(ReserveSerializer, "lock_seats", lock_late)
            return outcome(booking(alice, showtime, "A1")())

        return book_after

    def test_by_a_block(self, book_after, ada, showtime):
        block = post(ada, f"/api/v1/showtimes/{showtime.pk}/seats/block/", {"seat_ids": ids_of(showtime, "A1")})
        assert book_after(block) == TAKEN
        assert not Reservation.objects.exists()

    def test_by_the_cancellation_of_the_showtime(self, book_after, ada, showtime):
        assert book_after(post(ada, f"/api/v1/showtimes/{showtime.pk}/cancel/")) == (409, "showtime_cancelled")
        assert not Reservation.objects.exists()

    def test_by_a_new_price(self, book_after, ada, showtime):
        edit = partial(as_(ada).patch, f"/api/v1/showtimes/{showtime.pk}/", {"price": "11.00"})
        assert book_after(edit) == CREATED
        assert Reservation.objects.get().total == 11


@on_postgresql
class TestShowtime:
    """A booking has seen that the showtime is on. Before it writes, an admin turns up, who then has to wait."""

    @pytest.fixture
    def book_during(self, monkeypatch, alice, showtime) -> Callable:
        def book_during(change: Callable) -> list[tuple[int, str]]:
            is_there, go_on = pause_after(monkeypatch, Showtime, "taken_seats")

            def change_late():
                assert is_there.wait(10)
                answer = change()
                go_on.set()
                return answer

            return [outcome(answer) for answer in at_once(booking(alice, showtime, "A1"), change_late)]

        return book_during

    def test_it_is_not_given_another_movie(self, book_during, ada, showtime):
        another = {"movie_id": make_movie("Another").pk}
        edit = partial(as_(ada).patch, f"/api/v1/showtimes/{showtime.pk}/", another)
        assert book_during(edit) == [CREATED, HAS_RESERVATIONS]
        assert Showtime.objects.get().movie == showtime.movie

    def test_it_is_not_deleted(self, book_during, ada, showtime):
        assert book_during(partial(as_(ada).delete, f"/api/v1/showtimes/{showtime.pk}/")) == [CREATED, HAS_RESERVATIONS]


class TestBestAvailable:
    def test_who_comes_second_gets_the_next_best(self, alice, bob, showtime, monkeypatch):
        meet_after(monkeypatch, Showtime, "taken_seats")
        answers = at_once(*(booking(user, showtime, quantity=2) for user in (alice, bob)))
        assert [outcome(answer) for answer in answers] == [CREATED, CREATED]


class TestConfirming:
    @pytest.fixture
    def hold(self, alice, showtime) -> Reservation:
        return reserve(alice, showtime, "A1", "A2", hold=True)

    def test_a_hold_that_runs_out_while_it_is_confirmed_is_not_taken_over(
        self, alice, bob, showtime, hold, monkeypatch
    ):
        is_there, _ = pause_after(monkeypatch, Reservation, "refuse_if_expired")
        with time_machine.travel(hold.created_at, tick=False) as clock:

            def rebook():
                assert is_there.wait(10)
                clock.move_to(hold.expires_at)
                return booking(bob, showtime, "A1")()

            confirmed, rebooked = at_once(post(alice, f"{URL}{hold.pk}/confirm/"), rebook)
        assert [outcome(confirmed), outcome(rebooked)] == [OK, TAKEN]

    def test_one_that_is_cancelled_a_moment_before_stays_so(self, alice, hold, monkeypatch):
        get_object = ReservationViewSet.get_object

        def get_and_be_overtaken(view):
            found = get_object(view)
            Reservation.objects.get().cancel(alice)
            return found

        monkeypatch.setattr(ReservationViewSet, "get_object", get_and_be_overtaken)
        assert outcome(post(alice, f"{URL}{hold.pk}/confirm/")()) == (409, "reservation_cancelled")


class TestMoving:
    def test_a_showtime_that_moves_to_another_hall_sells_the_best_seats_there(self, alice, ada, showtime, monkeypatch):
        is_there, _ = pause_after(monkeypatch, Showtime, "make_seats")
        another_hall = {"hall_number": make_hall(2).pk}

        def book():
            assert is_there.wait(10)
            return booking(alice, showtime, quantity=2)()

        move = partial(as_(ada).patch, f"/api/v1/showtimes/{showtime.pk}/", another_hall)
        moved, booked = at_once(move, book)
        assert [outcome(moved), outcome(booked)] == [OK, CREATED]
        assert booked.json()["showtime"]["hall_number"] == 2
