"""
The controls of test_races.py: with one guard taken out the race really goes wrong, or the races would prove nothing.

Each is a duel, with a pause between the look and the write that makes it certain, played with the guard and without:
without, the two meet there however slow this computer is; with it, one is kept out, and is not waited for very long.
The row locks are PostgreSQL's. On SQLite one guard stands for them all, `transaction_mode: IMMEDIATE`: whoever writes
has the database alone from BEGIN on, so that to forget a row lock means nothing there.
"""

from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from contextvars import ContextVar
from itertools import cycle
from threading import Barrier, BrokenBarrierError
from types import SimpleNamespace

import pytest
from django.db import connection, connections, models

from reservations import serializers
from reservations.invariants import broken_promises
from reservations.models import IdempotencyKey, Reservation, ReservedSeat
from reservations.models.idempotency import IdempotencyKeyQuerySet
from showtimes.models import Seat, Showtime
from tests.cast import as_, make_user
from tests.cinema import ids_of, reserve
from tests.duels import pause_after
from tests.locks import lock_by
from tests.race import PATIENCE, at_once, meet_after
from tests.reservations.racing import CREATED, OK, TAKEN, URL, booking, deadlocks, outcome, post
from users.models import User
from users.querysets import LockingQuerySet

pytestmark = pytest.mark.django_db(transaction=True)
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no row locks")
on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no transaction_mode")
TOO_BUSY = (503, "service_unavailable")
forgotten: ContextVar[tuple[type[models.Model], ...]] = ContextVar("forgotten", default=())


@pytest.fixture(autouse=True)
def locks_can_be_forgotten(monkeypatch):
    lock = LockingQuerySet.lock

    def lock_if_not_forgotten(queryset) -> list:
        return list(queryset.order_by("pk")) if queryset.model in forgotten.get() else lock(queryset)

    lock_by(monkeypatch, lock_if_not_forgotten)


def careless(call: Callable, *tables: type[models.Model]) -> Callable:
    """The same request, as if its code forgot to lock rows of these tables. It reads them as ever."""

    def run():
        forgotten.set(tables)  # for this thread only
        return call()

    return run


@pytest.fixture
def no_constraint(transactional_db) -> Iterator[None]:
    """Without the last word of the database: a lock that is missing would be masked."""
    [constraint] = [each for each in ReservedSeat._meta.constraints if each.name == "seat_reserved_once"]
    with connection.schema_editor() as editor:
        editor.remove_constraint(ReservedSeat, constraint)
    yield
    ReservedSeat.objects.all().delete()
    with connection.schema_editor() as editor:
        editor.add_constraint(ReservedSeat, constraint)


def patience(careless_of: tuple) -> float:
    """Seconds to wait for the other: certain to come where nothing is locked, and else kept out."""
    return 10 if careless_of else PATIENCE


def duel(*calls: Callable) -> list[tuple[int, str]]:
    return [outcome(answer) for answer in at_once(*calls)]


class TestOneSeat:
    """Two guards, of which each is enough: the lock, and the constraint."""

    @pytest.fixture
    def ask(self, monkeypatch, alice, bob, showtime) -> Callable:
        def ask(*careless_of) -> list[tuple[int, str]]:
            meet_after(monkeypatch, Showtime, "taken_seats", seconds=patience(careless_of))
            return sorted(duel(*(careless(booking(user, showtime, "A1"), *careless_of) for user in (alice, bob))))

        return ask

    @on_postgresql
    def test_without_lock_and_constraint_two_buyers_get_it(self, no_constraint, ask, showtime):
        assert ask(Seat) == [CREATED, CREATED]
        assert broken_promises() == {"seat_has_one_holder": ids_of(showtime, "A1")}

    def test_with_the_lock_alone_one_does(self, no_constraint, ask):
        assert ask() == [CREATED, TAKEN]
        assert broken_promises() == {}

    @on_postgresql
    def test_with_the_constraint_alone_one_does_and_the_other_is_refused(self, ask):
        assert ask(Seat) == [CREATED, TAKEN]
        assert (Reservation.objects.count(), ReservedSeat.objects.count()) == (1, 1)
        assert broken_promises() == {}

    @on_postgresql
    def test_with_the_constraint_alone_a_crowd_is_served_without_an_error(self, showtime):
        """Nobody locks anything. In groups that overlap, so that one can wait for another at the constraint."""
        ring = ids_of(showtime, "A1", "A2", "A3", "A4", "B1", "B2")
        bodies = [{"showtime_id": showtime.pk, "seat_ids": (ring * 2)[n : n + 3]} for n in range(6)] * 2
        calls = [post(make_user(f"buyer{n}"), URL, body) for n, body in enumerate(bodies)]
        outcomes = duel(*(careless(call, User, Showtime, Seat) for call in calls))
        assert set(outcomes) == {CREATED, TAKEN}
        assert broken_promises() == {}


@on_postgresql
class TestUserLock:
    """Limits and idempotency keys hang on it: the two requests are of one user."""

    @pytest.fixture
    def ask(self, monkeypatch, alice, showtime) -> Callable:
        """For different seats."""

        def ask(*careless_of, **fields) -> list[tuple[int, str]]:
            meet_after(monkeypatch, serializers, "refuse_over_limits", seconds=patience(careless_of))
            calls = [booking(alice, showtime, label, **fields) for label in ("A1", "A2")]
            return sorted(duel(*(careless(call, *careless_of) for call in calls)))

        return ask

    @pytest.fixture
    def ask_again(self, monkeypatch, alice, showtime) -> Callable:
        """The same, with the same Idempotency-Key."""

        def ask_again(*careless_of) -> list[tuple[int, str]]:
            meet_after(monkeypatch, IdempotencyKeyQuerySet, "first_answer", seconds=patience(careless_of))
            asked = {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, "A1")}
            calls = [lambda: as_(alice).post(URL, asked, headers={"Idempotency-Key": "once"})] * 2
            return sorted(duel(*(careless(call, *careless_of) for call in calls)))

        return ask_again

    def test_with_it_the_seats_are_limited(self, ask, settings):
        settings.MAX_SEATS_PER_SHOWTIME = 1
        assert ask() == [CREATED, (409, "seat_limit_exceeded")]
        assert broken_promises() == {}

    def test_without_it_they_are_not(self, ask, alice, settings):
        settings.MAX_SEATS_PER_SHOWTIME = 1
        assert ask(User) == [CREATED, CREATED]
        assert broken_promises() == {"seat_limit_holds": [alice.pk]}

    def test_with_it_the_holds_are_limited(self, ask, settings):
        settings.MAX_HOLDS_PER_USER = 1
        assert ask(hold=True) == [CREATED, (409, "hold_limit_exceeded")]
        assert broken_promises() == {}

    def test_without_it_they_are_not_either(self, ask, alice, settings):
        settings.MAX_HOLDS_PER_USER = 1
        assert ask(User, hold=True) == [CREATED, CREATED]
        assert broken_promises() == {"hold_limit_holds": [alice.pk]}

    def test_with_it_a_repetition_has_the_first_answer(self, ask_again):
        assert ask_again() == [CREATED, CREATED]
        assert (Reservation.objects.count(), IdempotencyKey.objects.count()) == (1, 1)

    def test_without_it_a_repetition_is_told_that_its_own_seat_is_taken(self, ask_again):
        assert ask_again(User) == [CREATED, TAKEN]


@on_postgresql
class TestSeatsOfTheShowtime:
    """A booking has seen that the showtime is on; before it writes, the showtime is cancelled."""

    @pytest.fixture
    def ask(self, monkeypatch, ada, alice, showtime) -> Callable:
        def ask(*careless_of, seconds: int = 0) -> list[tuple[int, str]]:
            pause = seconds or patience(careless_of)
            is_there, go_on = pause_after(monkeypatch, Showtime, "taken_seats", pause)

            def cancel():
                assert is_there.wait(10)
                answer = as_(ada).post(f"/api/v1/showtimes/{showtime.pk}/cancel/")
                go_on.set()
                return answer

            return duel(booking(alice, showtime, "A1"), careless(cancel, *careless_of))

        return ask

    def test_with_them_locked_the_cancellation_waits_and_takes_the_reservation_along(self, ask):
        assert ask() == [CREATED, OK]
        assert Reservation.objects.get().cancelled_because == "showtime_cancelled"
        assert broken_promises() == {}

    def test_without_an_active_reservation_remains(self, ask):
        assert ask(Seat) == [CREATED, OK]
        assert broken_promises() == {"cancelled_showtime_is_empty": [Reservation.objects.get().pk]}

    def test_with_a_plain_for_update_they_deadlock_over_the_foreign_key(self, ask, monkeypatch):
        def lock_fully(queryset) -> list:
            return list(queryset.order_by("pk").select_for_update(of=("self",)))

        before = deadlocks()
        lock_by(monkeypatch, lock_fully)
        assert ask(seconds=3).count(TOO_BUSY) == 1
        assert deadlocks() == before + 1
        assert broken_promises() == {}


@on_postgresql
class TestSeatsOfTheReservation:
    """Its last two seats are given back at once, one each."""

    @pytest.fixture
    def ask(self, monkeypatch, alice, showtime) -> Callable:
        def ask(*careless_of) -> list[tuple[int, str]]:
            # Which is asked when the seats have been looked at.
            meet_after(monkeypatch, Reservation, "refuse_if_expired", seconds=patience(careless_of))
            url = f"{URL}{reserve(alice, showtime, 'A1', 'A2').pk}/cancel/"
            calls = [post(alice, url, {"seat_ids": [seat]}) for seat in ids_of(showtime, "A1", "A2")]
            return duel(*(careless(call, *careless_of) for call in calls))

        return ask

    def test_with_them_locked_it_is_cancelled(self, ask):
        assert ask() == [OK, OK]
        assert Reservation.objects.get().status == "cancelled"
        assert broken_promises() == {}

    def test_without_it_is_confirmed_and_has_no_seat(self, ask):
        assert ask(Seat) == [OK, OK]
        assert broken_promises() == {"reservation_has_seats": [Reservation.objects.get().pk]}


@on_postgresql
class TestOrder:
    """Seats are locked one by one, with a pause after the first."""

    @pytest.fixture
    def ask(self, monkeypatch, alice, bob, showtime) -> Callable:
        def ask(*orders: str) -> list[tuple[int, str]]:
            lock, order_of, both_have_one = LockingQuerySet.lock, cycle(orders), Barrier(2)

            def lock_one_by_one(queryset) -> list:
                if queryset.model is not Seat:
                    return lock(queryset)
                first, second = queryset.order_by(next(order_of))
                lock(Seat.objects.filter(pk=first.pk))
                with suppress(BrokenBarrierError):
                    both_have_one.wait(patience(orders[1:]))
                lock(Seat.objects.filter(pk=second.pk))
                return [first, second]

            lock_by(monkeypatch, lock_one_by_one)
            return sorted(duel(*(booking(user, showtime, "A1", "A2") for user in (alice, bob))))

        return ask

    def test_all_by_primary_key_nobody_waits_in_a_ring(self, ask):
        before = deadlocks()
        assert ask("pk") == [CREATED, TAKEN]
        assert deadlocks() == before

    def test_in_opposite_orders_they_deadlock(self, ask):
        before = deadlocks()
        assert ask("pk", "-pk") == [CREATED, TOO_BUSY]
        assert deadlocks() == before + 1


@on_sqlite
class TestImmediate:
    @pytest.fixture
    def ask(self, monkeypatch, alice, bob, showtime) -> Callable:
        def ask(seconds: float) -> list[tuple[int, str]]:
            meet_after(monkeypatch, Showtime, "taken_seats", seconds=seconds)
            return sorted(duel(*(booking(user, showtime, "A1") for user in (alice, bob))))

        return ask

    @pytest.fixture
    def deferred(self, transactional_db, monkeypatch):
        with monkeypatch.context() as patch:
            patch.setitem(connection.settings_dict["OPTIONS"], "transaction_mode", "DEFERRED")
            yield
        connections.close_all()  # the next ones are as ever

    def test_with_it_the_loser_waits_and_hears_why(self, ask):
        assert ask(seconds=PATIENCE) == [CREATED, TAKEN]
        assert broken_promises() == {}

    def test_without_it_the_loser_must_ask_again(self, deferred, ask):
        """Its transaction began as a reader's, and what it has read is not true any more."""
        assert ask(seconds=10) == [CREATED, TOO_BUSY]
        assert broken_promises() == {}

    def test_without_transaction_and_constraint_two_buyers_get_one_seat(
        self, no_constraint, ask, showtime, monkeypatch
    ):
        monkeypatch.setattr(serializers, "transaction", SimpleNamespace(atomic=lambda **options: nullcontext()))
        assert ask(seconds=10) == [CREATED, CREATED]
        assert broken_promises() == {"seat_has_one_holder": ids_of(showtime, "A1")}
