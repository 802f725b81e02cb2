"""PATCH showtimes/{id}/. That a moved one overlaps no other is in test_overlap.py."""

from datetime import timedelta

import pytest

from movies.models import Movie
from reservations.cancellations import cancel_showtime
from reservations.invariants import broken_promises
from reservations.models import Reservation
from showtimes.models import Hall, Seat, Showtime
from showtimes.views import ShowtimeViewSet
from tests.cast import as_
from tests.cinema import ids_of, make_hall, make_movie, reserve, tomorrow
from tests.duels import pause_after
from tests.race import at_once, meet_after
from tests.refusals import errors_of, nothing_changes, problem_of
from tests.rows import rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(showtime) -> str:
    return f"/api/v1/showtimes/{showtime.pk}/"


def changed(client, url: str, **fields) -> dict:
    """What the answer to a PATCH shows, which GET shows too."""
    response = client.patch(url, fields)
    assert response.status_code == 200, response.content
    assert client.get(url).json() == response.json()
    return response.json()


# Field by field


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        ({"price": "11.00"}, {"price": "11.00"}),
        ({"premium_price": "20"}, {"premium_price": "20.00"}),
        ({"premium_price": None}, {"premium_price": None}),
        (
            {"starts_at": "2027-03-05T18:00:00+01:00"},
            {"starts_at": "2027-03-05T17:00:00Z", "ends_at": "2027-03-05T18:30:00Z"},
        ),
        ({"status": "cancelled", "ends_at": "2030-01-01T00:00:00Z", "capacity": 1, "id": 9, "currency": "XXX"}, {}),
        ({}, {}),
    ],
)
def test_an_admin_changes_one_field_and_the_others_stay(ada, url, change, seen):
    before = as_(ada).get(url).json()
    assert changed(as_(ada), url, **change) == {**before, **seen}


def test_another_movie_takes_its_own_time(ada, url):
    another = make_movie("Another", runtime_minutes=120)
    before = as_(ada).get(url).json()
    assert changed(as_(ada), url, movie_id=another.pk) == {
        **before,
        "movie_id": another.pk,
        "movie_title": "Another",
        "ends_at": "2027-03-02T22:00:00Z",
    }


def test_another_hall_makes_the_seats_anew(ada, showtime, url):
    make_hall(2, layout=["SP"], turnaround_minutes=30)
    showtime.block(ids_of(showtime, "A1"))
    before = as_(ada).get(url).json()
    assert changed(as_(ada), url, hall_number=2) == {**before, "hall_number": 2, "capacity": 2, "available_seats": 2}
    assert [(seat.label, seat.kind) for seat in Seat.objects.all()] == [("A1", "standard"), ("A2", "premium")]
    assert Showtime.objects.get().occupied_until == tomorrow(22)


def test_all_fields_at_once(ada, url):
    make_hall(2, layout=["SP"])
    another = make_movie("Another", runtime_minutes=30)
    answer = changed(
        as_(ada),
        url,
        movie_id=another.pk,
        hall_number=2,
        starts_at="2027-03-03T20:00:00Z",
        price="1.00",
        premium_price="2.00",
    )
    assert answer.pop("id") == Showtime.objects.get().pk
    assert answer == {
        "movie_id": another.pk,
        "movie_title": "Another",
        "hall_number": 2,
        "starts_at": "2027-03-03T20:00:00Z",
        "ends_at": "2027-03-03T20:30:00Z",
        "price": "1.00",
        "premium_price": "2.00",
        "currency": "EUR",
        "status": "scheduled",
        "capacity": 2,
        "available_seats": 2,
    }


def test_it_can_move_over_its_own_time(ada, url):
    assert changed(as_(ada), url, starts_at="2027-03-02T20:10:00Z")["ends_at"] == "2027-03-02T21:40:00Z"


def test_what_a_change_of_a_price_costs(ada, url, django_assert_num_queries):
    client = as_(ada)
    # the showtime, BEGIN, SAVEPOINT, its lock, again, its movie and hall, its seats' locks, UPDATE, RELEASE, what is
    # stored, the audit entry, COMMIT
    with django_assert_num_queries(13):
        client.patch(url, {"price": "11.00"})


# What stays as it was


@pytest.mark.parametrize("change", [{"price": "1.00"}, {"starts_at": "2027-03-02T20:00:00Z"}, {"hall_number": 1}])
def test_unless_it_moves_it_ends_when_it_did(ada, showtime, url, change):
    Movie.objects.update(runtime_minutes=200)
    Hall.objects.update(turnaround_minutes=90, layout=["S"])
    seats = rows(Seat)
    assert changed(as_(ada), url, **change)["ends_at"] == "2027-03-02T21:30:00Z"
    assert Showtime.objects.get().occupied_until == showtime.occupied_until
    assert rows(Seat) == seats


def test_when_it_moves_it_takes_the_time_that_movie_and_hall_take_now(ada, showtime, url):
    Movie.objects.update(runtime_minutes=200)
    Hall.objects.update(turnaround_minutes=90, layout=["S"])
    seats = rows(Seat)
    assert changed(as_(ada), url, starts_at="2027-03-02T21:00:00Z")["ends_at"] == "2027-03-03T00:20:00Z"
    assert Showtime.objects.get().occupied_until == tomorrow(21) + timedelta(minutes=200 + 90)
    assert rows(Seat) == seats  # the old layout: the hall is the same


def test_reserved_seats_keep_their_prices_and_the_next_cost_the_new_ones(ada, alice, showtime, url):
    reservation = reserve(alice, showtime, "A1", "C1")
    changed(as_(ada), url, price="50.00", premium_price="60.00")
    old = as_(alice).get(f"/api/v1/reservations/{reservation.pk}/").json()
    assert ([seat["price"] for seat in old["seats"]], old["total"]) == (["10.00", "14.50"], "24.50")
    assert reserve(alice, Showtime.objects.get(), "A2", "C2").total == 110


def test_reservations_move_along_with_the_time(ada, alice, showtime, url):
    reservation = reserve(alice, showtime, "A1")
    changed(as_(ada), url, starts_at="2027-03-04T20:00:00Z")
    body = as_(alice).get(f"/api/v1/reservations/{reservation.pk}/").json()
    assert (body["status"], body["showtime"]["starts_at"]) == ("confirmed", "2027-03-04T20:00:00Z")


# What reservations forbid


def make_reservation(kind: str, alice, showtime, clock) -> None:
    reservation = reserve(alice, showtime, "A1", hold=kind in ("held", "expired"))
    if kind == "expired":
        clock.shift(timedelta(hours=1))
    if kind == "cancelled":
        reservation.cancel(alice)


@pytest.mark.parametrize("kind", ["confirmed", "held", "expired", "cancelled"])
def test_the_hall_stays_once_there_was_a_reservation(ada, alice, clock, showtime, url, kind):
    make_hall(2)
    make_reservation(kind, alice, showtime, clock)
    with nothing_changes():
        response = as_(ada).patch(url, {"hall_number": 2, "price": "1.00"})
    assert problem_of(response) == (409, "showtime_has_reservations")


@pytest.mark.parametrize("kind", ["confirmed", "held"])
def test_the_movie_stays_while_a_reservation_is_active(ada, alice, clock, showtime, url, kind):
    another = make_movie("Another")
    make_reservation(kind, alice, showtime, clock)
    with nothing_changes():
        response = as_(ada).patch(url, {"movie_id": another.pk, "price": "1.00"})
    assert problem_of(response) == (409, "showtime_has_reservations")


@pytest.mark.parametrize("kind", ["expired", "cancelled"])
def test_the_movie_can_change_when_no_reservation_is_active_any_more(ada, alice, clock, showtime, url, kind):
    another = make_movie("Another")
    make_reservation(kind, alice, showtime, clock)
    assert changed(as_(ada), url, movie_id=another.pk)["movie_title"] == "Another"


def test_the_same_hall_and_movie_are_no_change(ada, alice, showtime, url):
    reserve(alice, showtime, "A1")
    fields = {"movie_id": showtime.movie_id, "hall_number": 1, "starts_at": "2027-03-02T20:00:00Z", "price": "9.00"}
    assert changed(as_(ada), url, **fields)["price"] == "9.00"


def test_time_and_prices_can_change_in_spite_of_reservations(ada, alice, showtime, url):
    reserve(alice, showtime, "A1")
    answer = changed(as_(ada), url, starts_at="2027-03-03T20:00:00Z", price="9.00", premium_price=None)
    assert (answer["starts_at"], answer["price"], answer["premium_price"]) == ("2027-03-03T20:00:00Z", "9.00", None)


# What time and state forbid


CHANGES = [
    {},
    {"price": "1.00"},
    {"premium_price": None},
    {"starts_at": "2027-03-09T20:00:00Z"},
    {"hall_number": 2},
    {"movie_id": "another"},
]


@pytest.mark.parametrize("state", ["started", "cancelled"])
@pytest.mark.parametrize("change", CHANGES)
def test_a_started_or_cancelled_one_is_not_changed(ada, clock, showtime, url, state, change):
    make_hall(2)
    another = make_movie("Another")
    if state == "cancelled":
        cancel_showtime(showtime)
    else:
        clock.move_to(tomorrow())
    with nothing_changes():
        response = as_(ada).patch(url, {**change, **({"movie_id": another.pk} if "movie_id" in change else {})})
    assert problem_of(response) == (409, f"showtime_{state}")


def test_until_the_last_moment_it_can_change(ada, clock, url):
    clock.move_to(tomorrow() - timedelta(microseconds=1))
    assert changed(as_(ada), url, price="1.00")["price"] == "1.00"


def test_a_bad_value_comes_before_the_state(ada, showtime, url):
    cancel_showtime(showtime)
    assert errors_of(as_(ada).patch(url, {"price": "-1"})) == [("price", "min_value")]


@pytest.mark.parametrize(
    ("attr", "value", "code"),
    [
        ("movie_id", 4711, "does_not_exist"),
        ("movie_id", 1.5, "incorrect_type"),
        ("movie_id", None, "null"),
        ("hall_number", 2, "does_not_exist"),
        ("hall_number", "first", "incorrect_type"),
        ("starts_at", "2027-03-01T12:00:00Z", "in_the_past"),
        ("starts_at", "9000-01-01T00:00:00Z", "too_far"),
        ("starts_at", "soon", "invalid"),
        ("starts_at", None, "null"),
        ("price", None, "null"),
        ("price", "12.505", "max_decimal_places"),
        ("premium_price", "-0.01", "min_value"),
    ],
)
def test_a_bad_value_is_refused_and_changes_nothing(ada, url, attr, value, code):
    with nothing_changes():
        response = as_(ada).patch(url, {"price": "1.00", attr: value})
    assert errors_of(response) == [(attr, code)]


def test_only_admins_change_one(anonymous, alice, url):
    with nothing_changes():
        by_nobody, by_alice = anonymous.patch(url, {"price": "1"}), as_(alice).patch(url, {"price": "1"})
    assert problem_of(by_nobody) == (401, "not_authenticated")
    assert problem_of(by_alice) == (403, "permission_denied")


def test_an_unknown_one_is_not_found(ada, showtime):
    assert problem_of(as_(ada).patch("/api/v1/showtimes/4711/", {"price": "1"})) == (404, "not_found")


def test_there_is_no_put(ada, url):
    with nothing_changes():
        response = as_(ada).put(url, {"price": "1"})
    assert problem_of(response) == (405, "method_not_allowed")


# What others do meanwhile


def overtaken(monkeypatch, change) -> None:
    """Somebody else is quicker: after this request has been looked through, and before it writes."""
    update = ShowtimeViewSet.perform_update

    def update_late(*args):
        change()
        return update(*args)

    monkeypatch.setattr(ShowtimeViewSet, "perform_update", update_late)


def test_one_that_was_deleted_a_moment_ago_is_not_found(ada, showtime, url, monkeypatch):
    overtaken(monkeypatch, showtime.delete)
    assert problem_of(as_(ada).patch(url, {"price": "1.00"})) == (404, "not_found")
    assert rows(Showtime, Seat) == [[], []]


def test_one_that_was_cancelled_a_moment_ago_is_not_changed(ada, showtime, url, monkeypatch):
    overtaken(monkeypatch, lambda: cancel_showtime(Showtime.objects.get()))
    assert problem_of(as_(ada).patch(url, {"price": "1.00"})) == (409, "showtime_cancelled")
    assert Showtime.objects.get().price == showtime.price


def test_a_hall_that_was_deleted_a_moment_ago_is_unknown(ada, showtime, url, monkeypatch):
    gone = make_hall(2)
    overtaken(monkeypatch, gone.delete)
    seats = rows(Seat)
    assert errors_of(as_(ada).patch(url, {"hall_number": 2})) == [("hall_number", "does_not_exist")]
    assert rows(Seat) == seats


@pytest.mark.django_db(transaction=True)
def test_of_two_who_change_it_at_once_neither_undoes_the_other(ada, url, monkeypatch):
    meet_after(monkeypatch, Showtime, "refresh_from_db")  # both have read it before either writes, but for the lock
    changes = {"price": "11.00"}, {"premium_price": "20.00"}
    answers = at_once(*(lambda change=change: as_(ada).patch(url, change) for change in changes))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert Showtime.objects.values_list("price", "premium_price").get() == (11, 20)


@pytest.mark.django_db(transaction=True)
def test_a_change_while_it_is_cancelled_comes_too_late(ada, showtime, url, monkeypatch):
    is_there, _ = pause_after(monkeypatch, Showtime, "refuse_if_closed")

    def change():
        assert is_there.wait(10)
        return as_(ada).patch(url, {"price": "1.00"})

    cancelled, changed = at_once(lambda: as_(ada).post(f"{url}cancel/"), change)
    assert cancelled.status_code == 200
    assert problem_of(changed) == (409, "showtime_cancelled")
    assert Showtime.objects.values_list("status", "price").get() == ("cancelled", showtime.price)


@pytest.mark.django_db(transaction=True)
def test_a_booking_comes_before_a_change_of_the_hall_or_after_it(ada, alice, showtime, url, monkeypatch):
    make_hall(2)
    meet_after(monkeypatch, Showtime, "refuse_if_closed")
    asked = {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, "A1")}
    booked, moved = at_once(
        lambda: as_(alice).post("/api/v1/reservations/", asked), lambda: as_(ada).patch(url, {"hall_number": 2})
    )
    if booked.status_code == 201:
        assert problem_of(moved) == (409, "showtime_has_reservations")
    else:
        assert errors_of(booked) == [("seat_ids.0", "does_not_exist")]
        assert moved.status_code == 200
    assert Reservation.objects.count() == (booked.status_code == 201)
    assert broken_promises() == {}
