"""`manage.py check_invariants`: each promise is broken by hand, past every guard, and named."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from reservations import invariants
from reservations.invariants import PROMISES, Promise, broken_promises
from reservations.models import IdempotencyKey, Reservation, ReservedSeat, Status
from showtimes.models import Showtime
from tests.cinema import make_hall, make_showtime, reserve, seats_of, tomorrow

pytestmark = pytest.mark.django_db


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def let_showtimes_overlap() -> None:
    if connection.vendor == "postgresql":
        execute("SET CONSTRAINTS ALL IMMEDIATE")  # no foreign key check may be pending
        execute("ALTER TABLE showtimes_showtime DROP CONSTRAINT showtimes_never_overlap")
    else:
        execute("DROP TRIGGER showtimes_never_overlap_UPDATE")


def test_all_is_well_in_a_cinema_that_sells(showtime, alice, bob):
    reserve(alice, showtime, "A1", "A2")
    reserve(bob, showtime, "B1", hold=True)
    reserve(bob, showtime, "B2").cancel(bob)
    assert broken_promises() == {}


def test_a_seat_with_two_holders(showtime, alice, bob):
    reserve(alice, showtime, "A1")
    execute("DROP INDEX seat_reserved_once")
    reserve(bob, showtime, "A1")
    assert broken_promises() == {"seat_has_one_holder": [seats_of(showtime, "A1")[0].pk]}


def test_an_active_reservation_without_seats(showtime, alice):
    reservation = reserve(alice, showtime, "A1")
    ReservedSeat.objects.update(released_at=timezone.now())
    assert broken_promises() == {"reservation_has_seats": [reservation.pk]}


def test_a_cancelled_reservation_that_keeps_a_seat(showtime, alice):
    reservation = reserve(alice, showtime, "A1")
    reservation.cancel(alice)
    ReservedSeat.objects.update(released_at=None)
    assert broken_promises() == {"cancelled_has_no_seats": [reservation.pk]}


def test_a_reserved_seat_of_another_showtime(showtime, alice):
    other = make_showtime(showtime.movie, make_hall(2))
    reserved = reserve(alice, showtime, "A1").reserved_seats.get()
    ReservedSeat.objects.update(seat=seats_of(other, "A1")[0])
    assert broken_promises() == {"seats_are_of_one_showtime": [reserved.pk]}


def test_a_reserved_seat_that_expires_before_its_reservation(showtime, alice):
    reserved = reserve(alice, showtime, "A1", hold=True).reserved_seats.get()
    ReservedSeat.objects.update(expires_at=timezone.now() + timedelta(seconds=5))
    assert broken_promises() == {"seats_expire_together": [reserved.pk]}


def test_a_held_seat_of_a_confirmed_reservation(showtime, alice):
    reserved = reserve(alice, showtime, "A1", hold=True).reserved_seats.get()
    Reservation.objects.update(status=Status.CONFIRMED, expires_at=None)
    assert broken_promises() == {"seats_expire_together": [reserved.pk]}


def test_an_active_reservation_of_a_cancelled_showtime(showtime, alice):
    reservation = reserve(alice, showtime, "A1")
    Showtime.objects.update(status="cancelled")
    assert broken_promises() == {"cancelled_showtime_is_empty": [reservation.pk]}


def test_two_showtimes_in_one_hall_at_once(showtime):
    later = make_showtime(showtime.movie, showtime.hall, starts_at=tomorrow(22))
    let_showtimes_overlap()
    Showtime.objects.filter(pk=later.pk).update(starts_at=showtime.starts_at + timedelta(minutes=104))
    assert broken_promises() == {"showtimes_do_not_overlap": [later.pk]}


def test_a_showtime_that_lost_a_seat(showtime):
    seats_of(showtime, "A1")[0].delete()
    assert broken_promises() == {"showtime_has_its_seats": [showtime.pk]}


def test_a_user_with_too_many_seats(showtime, alice, settings):
    settings.MAX_SEATS_PER_SHOWTIME = 2
    reserve(alice, showtime, "A1", "A2")
    assert broken_promises() == {}
    reserve(alice, showtime, "A3")
    assert broken_promises() == {"seat_limit_holds": [alice.pk]}


def test_a_user_with_too_many_holds(showtime, alice, settings):
    settings.MAX_HOLDS_PER_USER = 1
    reserve(alice, showtime, "A1", hold=True)
    assert broken_promises() == {}
    reserve(alice, showtime, "A2", hold=True)
    assert broken_promises() == {"hold_limit_holds": [alice.pk]}


def test_an_idempotency_key_of_somebody_else(showtime, alice, bob):
    IdempotencyKey.objects.remember(reserve(alice, showtime, "A1"), "key", {}, "{}")
    IdempotencyKey.objects.update(user=bob)
    assert broken_promises() == {"key_is_of_its_user": [IdempotencyKey.objects.get().pk]}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no timeout of statements")
def test_a_large_cinema_is_looked_at_for_longer_than_a_customer_would_wait(monkeypatch):
    def look_long() -> list:
        execute("SELECT pg_sleep(0.2)")
        return []

    execute("SET LOCAL statement_timeout = 50")
    with pytest.raises(OperationalError, match="statement timeout"), transaction.atomic():
        look_long()
    monkeypatch.setattr(invariants, "PROMISES", [Promise("patient", "All is looked at.", look_long)])
    assert broken_promises() == {}


class TestCommand:
    def test_says_a_line_for_each_promise(self, showtime, capsys):
        call_command("check_invariants")
        assert capsys.readouterr().out.splitlines() == [f"ok     {promise.text}" for promise in PROMISES]

    def test_names_the_offenders_and_exits_with_1(self, showtime, capsys):
        seats_of(showtime, "A1")[0].delete()
        with pytest.raises(SystemExit) as stop:
            call_command("check_invariants")
        assert stop.value.code == 1
        assert (
            f"BROKEN Each showtime has as many seats as its capacity. showtime_has_its_seats: [{showtime.pk}]"
            in capsys.readouterr().out
        )

    def test_speaks_json_for_monitoring(self, showtime, capsys):
        call_command("check_invariants", "--json")
        assert json.loads(capsys.readouterr().out) == {promise.name: [] for promise in PROMISES}
