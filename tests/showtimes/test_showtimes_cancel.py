"""POST showtimes/{id}/cancel/: with all its active reservations, in one transaction."""

from datetime import timedelta

import pytest
from django.db import OperationalError

from reservations.cancellations import cancel_showtime
from reservations.invariants import broken_promises
from reservations.models import CancelledBecause, Reservation, ReservedSeat, Status
from reservations.models.reservation import ReservationQuerySet
from showtimes.models import Showtime
from tests.cast import as_
from tests.cinema import ids_of, make_showtime, reserve, tomorrow
from tests.race import at_once, meet_after
from tests.refusals import lights_out, nothing_changes, problem_of
from tests.rows import rows
from users.querysets import LockingQuerySet

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(showtime) -> str:
    return f"/api/v1/showtimes/{showtime.pk}/cancel/"


def seen(user, reservation: Reservation) -> dict:
    return as_(user).get(f"/api/v1/reservations/{reservation.pk}/").json()


# What it does


def test_an_admin_cancels_a_showtime(ada, showtime, url):
    before = as_(ada).get(f"/api/v1/showtimes/{showtime.pk}/").json()
    response = as_(ada).post(url)
    assert response.status_code == 200
    assert response.json() == {**before, "status": "cancelled", "available_seats": 0}
    assert as_(ada).get(f"/api/v1/showtimes/{showtime.pk}/").json() == response.json()


@pytest.mark.parametrize("hold", [False, True])
def test_active_reservations_are_cancelled_with_it(ada, alice, showtime, url, hold):
    reservation = reserve(alice, showtime, "A1", "C1", hold=hold)
    as_(ada).post(url)
    body = seen(alice, reservation)
    assert body["status"] == "cancelled"
    assert body["cancelled_because"] == "showtime_cancelled"
    assert body["cancelled_at"] == "2027-03-01T12:00:00Z"
    assert [seat["status"] for seat in body["seats"]] == ["released", "released"]
    assert body["total"] == "0.00"
    assert body["showtime"]["status"] == "cancelled"


def test_an_expired_hold_stays_expired(ada, alice, clock, showtime, url):
    reservation = reserve(alice, showtime, "A1", hold=True)
    clock.shift(timedelta(minutes=10))
    before = rows(Reservation, ReservedSeat)
    assert as_(ada).post(url).status_code == 200
    assert rows(Reservation, ReservedSeat) == before
    body = seen(alice, reservation)
    assert (body["status"], body["cancelled_at"], body["cancelled_because"]) == ("expired", None, None)


def test_what_was_cancelled_before_keeps_its_when_and_why(ada, alice, clock, showtime, url):
    reservation = reserve(alice, showtime, "A1")
    reservation.cancel(alice)
    clock.shift(timedelta(hours=1))
    before = rows(Reservation, ReservedSeat)
    assert as_(ada).post(url).status_code == 200
    assert rows(Reservation, ReservedSeat) == before
    assert seen(alice, reservation)["cancelled_because"] == "user"


def test_seats_that_were_released_before_keep_their_when(ada, alice, clock, showtime, url):
    reservation = reserve(alice, showtime, "A1", "A2")
    reservation.cancel(alice, seat_ids=ids_of(showtime, "A1"))
    clock.shift(timedelta(hours=1))
    as_(ada).post(url)
    first, second = ReservedSeat.objects.order_by("seat")
    assert second.released_at - first.released_at == timedelta(hours=1)
    assert Reservation.objects.get().status == Status.CANCELLED


def test_other_showtimes_keep_theirs(ada, alice, showtime, url):
    other = reserve(alice, make_showtime(), "A1")
    as_(ada).post(url)
    assert seen(alice, other)["status"] == "confirmed"


def test_nobody_can_reserve_it_any_more(ada, alice, showtime, url):
    as_(ada).post(url)
    asked = {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, "A1")}
    with nothing_changes():
        response = as_(alice).post("/api/v1/reservations/", asked)
    assert problem_of(response) == (409, "showtime_cancelled")


def test_what_it_costs_does_not_grow_with_its_reservations(ada, alice, bob, showtime, url, django_assert_num_queries):
    other = make_showtime()
    for label in ("A1", "A2", "A3", "B1"):
        reserve(alice, other, label)
        reserve(bob, other, label.replace("A", "C").replace("B", "D"), hold=True)
    reserve(alice, showtime, "A1")
    # the showtime, BEGIN, SAVEPOINT, its lock, again, its seats' locks, UPDATE, its audit entry, the active
    # reservations, two UPDATEs, their audit entries, RELEASE, the answer, COMMIT
    for path in (url, f"/api/v1/showtimes/{other.pk}/cancel/"):
        client = as_(ada)
        with django_assert_num_queries(15):
            assert client.post(path).status_code == 200


# Again


def test_a_cancelled_one_stays_as_it_is_at_any_time(ada, alice, clock, showtime, url):
    reserve(alice, showtime, "A1")
    first = as_(ada).post(url)
    for hours in (1, 24, 1000):
        clock.shift(timedelta(hours=hours))
        with nothing_changes():
            again = as_(ada).post(url)
        assert (again.status_code, again.json()) == (200, first.json())


@pytest.mark.django_db(transaction=True)
def test_two_who_cancel_it_at_once_both_succeed(ada, alice, showtime, url):
    reservation = reserve(alice, showtime, "A1")
    answers = at_once(*[lambda: as_(ada).post(url)] * 2)
    assert [answer.status_code for answer in answers] == [200, 200]
    reservation.refresh_from_db()
    assert reservation.cancelled_because == CancelledBecause.SHOWTIME_CANCELLED
    assert broken_promises() == {}


# What is refused


@pytest.mark.parametrize("later", [timedelta(0), timedelta(hours=1), timedelta(days=365)])
def test_a_started_one_is_not_cancelled(ada, alice, clock, showtime, url, later):
    reserve(alice, showtime, "A1")
    clock.move_to(tomorrow() + later)
    with nothing_changes():
        response = as_(ada).post(url)
    assert problem_of(response) == (409, "showtime_started")


def test_until_the_last_moment_it_can_be_cancelled(ada, clock, url):
    clock.move_to(tomorrow() - timedelta(microseconds=1))
    assert as_(ada).post(url).json()["status"] == "cancelled"


def test_only_admins_cancel_one(anonymous, alice, showtime, url):
    reserve(alice, showtime, "A1")
    with nothing_changes():
        by_nobody, by_alice = anonymous.post(url), as_(alice).post(url)
    assert problem_of(by_nobody) == (401, "not_authenticated")
    assert problem_of(by_alice) == (403, "permission_denied")


@pytest.mark.parametrize("key", ["4711", "0", "99999999999999999999", "first"])
def test_an_unknown_one_is_not_found(ada, showtime, key):
    assert problem_of(as_(ada).post(f"/api/v1/showtimes/{key}/cancel/")) == (404, "not_found")


def test_one_that_is_gone_by_the_time_it_is_locked_is_not_found(ada, showtime, url, monkeypatch):
    lock_again = LockingQuerySet.lock_again

    def too_late(queryset, row):
        Showtime.objects.all().delete()
        lock_again(queryset, row)

    monkeypatch.setattr(LockingQuerySet, "lock_again", too_late)
    assert problem_of(as_(ada).post(url)) == (404, "not_found")


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_there_is_no_other_method(ada, url, method):
    with nothing_changes():
        response = getattr(as_(ada), method)(url)
    assert problem_of(response) == (405, "method_not_allowed")


# All of it or nothing


def test_when_its_reservations_cannot_be_cancelled_it_is_not_either(alice, showtime, monkeypatch):
    reserve(alice, showtime, "A1")
    monkeypatch.setattr(ReservationQuerySet, "active", lights_out)
    with nothing_changes(), pytest.raises(OperationalError):
        cancel_showtime(showtime)


@pytest.mark.django_db(transaction=True)
def test_a_booking_is_cancelled_with_it_or_comes_too_late(ada, alice, showtime, url, monkeypatch):
    meet_after(monkeypatch, Showtime, "refuse_if_closed")
    asked = {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, "A1")}
    booked, cancelled = at_once(lambda: as_(alice).post("/api/v1/reservations/", asked), lambda: as_(ada).post(url))
    assert cancelled.status_code == 200
    if booked.status_code == 201:
        assert Reservation.objects.get().cancelled_because == CancelledBecause.SHOWTIME_CANCELLED
    else:
        assert problem_of(booked) == (409, "showtime_cancelled")
        assert not Reservation.objects.exists()
    assert broken_promises() == {}


@pytest.mark.django_db(transaction=True)
def test_confirming_a_hold_at_once_does_not_save_it(ada, alice, showtime, url, monkeypatch):
    meet_after(monkeypatch, Showtime, "refuse_if_closed")
    reservation = reserve(alice, showtime, "A1", hold=True)
    confirm = f"/api/v1/reservations/{reservation.pk}/confirm/"
    confirmed, cancelled = at_once(lambda: as_(alice).post(confirm), lambda: as_(ada).post(url))
    assert cancelled.status_code == 200
    assert confirmed.status_code == 200 or problem_of(confirmed) == (409, "showtime_cancelled")
    assert seen(alice, reservation)["cancelled_because"] == "showtime_cancelled"
    assert broken_promises() == {}
