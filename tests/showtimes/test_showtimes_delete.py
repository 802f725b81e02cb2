"""DELETE showtimes/{id}/: only one that never had a reservation."""

from datetime import timedelta

import pytest

from reservations import views as reservations
from reservations.cancellations import cancel_showtime
from reservations.invariants import broken_promises
from reservations.models import Reservation
from showtimes.models import Hall, Seat, Showtime
from showtimes.models.showtime import ShowtimeQuerySet
from tests.cast import as_
from tests.cinema import ids_of, make_hall, make_showtime, reserve, tomorrow
from tests.duels import pause_after
from tests.race import at_once, meet_after
from tests.refusals import errors_of, nothing_changes, problem_of
from tests.rows import rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(showtime) -> str:
    return f"/api/v1/showtimes/{showtime.pk}/"


def test_an_admin_deletes_one_with_its_seats_and_no_other(ada, showtime, url):
    other = make_showtime()
    response = as_(ada).delete(url)
    assert (response.status_code, response.content) == (204, b"")
    assert problem_of(as_(ada).get(url)) == (404, "not_found")
    assert list(Showtime.objects.all()) == [other]
    assert set(Seat.objects.values_list("showtime", flat=True)) == {other.pk}


def test_one_with_blocked_seats_can_be_deleted(ada, showtime, url):
    showtime.block(ids_of(showtime, "A1"))
    assert as_(ada).delete(url).status_code == 204


@pytest.mark.parametrize("state", ["started", "cancelled"])
def test_one_that_started_or_was_cancelled_can_be_deleted(ada, clock, showtime, url, state):
    if state == "cancelled":
        cancel_showtime(showtime)
    else:
        clock.move_to(tomorrow() + timedelta(hours=1))
    assert as_(ada).delete(url).status_code == 204
    assert rows(Showtime, Seat) == [[], []]


def test_then_its_hall_and_movie_can_be_deleted_too(ada, showtime, url):
    as_(ada).delete(url)
    assert as_(ada).delete("/api/v1/halls/1/").status_code == 204
    assert as_(ada).delete(f"/api/v1/movies/{showtime.movie_id}/").status_code == 204
    assert rows(Hall) == [[]]


@pytest.mark.parametrize("kind", ["confirmed", "held", "expired", "cancelled"])
def test_one_that_ever_had_a_reservation_stays(ada, alice, clock, showtime, url, kind):
    reservation = reserve(alice, showtime, "A1", hold=kind in ("held", "expired"))
    if kind == "expired":
        clock.shift(timedelta(hours=1))
    if kind == "cancelled":
        reservation.cancel(alice)
    with nothing_changes():
        response = as_(ada).delete(url)
    assert problem_of(response) == (409, "showtime_has_reservations")


def test_what_it_costs_does_not_grow_with_the_hall(ada, showtime, url, django_assert_num_queries):
    larger = make_showtime(hall=make_hall(2, layout=["S" * 50] * 2))
    # the showtime, BEGIN, the audit entry, SAVEPOINT, its lock, again, its seats' locks, its reservations, six by
    # Django's collector, RELEASE, COMMIT
    for path in (url, f"/api/v1/showtimes/{larger.pk}/"):
        client = as_(ada)
        with django_assert_num_queries(16):
            client.delete(path)


def test_only_admins_delete_one(anonymous, alice, url):
    with nothing_changes():
        by_nobody, by_alice = anonymous.delete(url), as_(alice).delete(url)
    assert problem_of(by_nobody) == (401, "not_authenticated")
    assert problem_of(by_alice) == (403, "permission_denied")


@pytest.mark.parametrize("key", ["4711", "0", "99999999999999999999", "first"])
def test_an_unknown_one_is_not_found(ada, showtime, key):
    with nothing_changes():
        response = as_(ada).delete(f"/api/v1/showtimes/{key}/")
    assert problem_of(response) == (404, "not_found")


@pytest.mark.django_db(transaction=True)
def test_of_two_who_delete_it_at_once_the_second_finds_nothing(ada, showtime, url):
    first, second = sorted(at_once(*[lambda: as_(ada).delete(url)] * 2), key=lambda answer: answer.status_code)
    assert first.status_code == 204
    assert problem_of(second) == (404, "not_found")


@pytest.mark.django_db(transaction=True)
def test_it_is_not_deleted_under_a_booking_that_is_made_at_once(ada, alice, showtime, url, monkeypatch):
    meet_after(monkeypatch, Showtime, "refuse_if_closed", seconds=0.2)
    asked = {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, "A1")}
    booked, deleted = at_once(lambda: as_(alice).post("/api/v1/reservations/", asked), lambda: as_(ada).delete(url))
    if booked.status_code == 201:
        assert problem_of(deleted) == (409, "showtime_has_reservations")
    else:
        assert errors_of(booked) == [("showtime_id", "does_not_exist")]
        assert deleted.status_code == 204
    assert Reservation.objects.count() == Showtime.objects.count() == (booked.status_code == 201)
    assert broken_promises() == {}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("owner", "name", "method", "path", "status"),
    [
        (ShowtimeQuerySet, "schedule", "post", "", 201),
        (Showtime, "edit", "patch", "{pk}/", 200),
        (reservations, "cancel_showtime", "post", "{pk}/cancel/", 200),
        (Showtime, "block", "post", "{pk}/seats/block/", 200),
        (Showtime, "unblock", "post", "{pk}/seats/unblock/", 200),
    ],
)
def test_who_changed_it_a_moment_before_is_told_what_they_did(
    ada, showtime, monkeypatch, owner, name, method, path, status
):
    """And not that it does not exist: that would say that nothing was done."""
    asked = {"price": "9.00", "seat_ids": ids_of(showtime, "A1")}
    if name == "schedule":
        asked |= {"movie_id": showtime.movie_id, "hall_number": make_hall(2).pk, "starts_at": tomorrow().isoformat()}
    is_there, _ = pause_after(monkeypatch, owner, name, seconds=0.3)

    def delete() -> list[int]:
        assert is_there.wait(10)
        return [
            as_(ada).delete(f"/api/v1/showtimes/{pk}/").status_code
            for pk in Showtime.objects.values_list("pk", flat=True)
        ]

    url = "/api/v1/showtimes/" + path.format(pk=showtime.pk)
    changed, deleted = at_once(lambda: getattr(as_(ada), method)(url, asked), delete)
    assert changed.status_code == status
    assert bool(changed.json())
    assert set(deleted) == {204}
