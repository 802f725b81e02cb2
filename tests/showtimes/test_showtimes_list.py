"""GET showtimes/ and showtimes/{id}/: what they show. The filters are in test_showtimes_filters.py."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from reservations.cancellations import cancel_showtime
from showtimes.models import Showtime
from tests.cast import as_
from tests.cinema import ids_of, make_hall, make_movie, make_showtime, reserve, tomorrow
from tests.refusals import problem_of

URL = "/api/v1/showtimes/"

pytestmark = pytest.mark.django_db


def shown(showtime: Showtime, **fields) -> dict:
    """The showtime of tests.cinema, as everybody sees it."""
    return {
        "id": showtime.pk,
        "movie_id": showtime.movie_id,
        "movie_title": "The Long Shot",
        "hall_number": 1,
        "starts_at": "2027-03-02T20:00:00Z",
        "ends_at": "2027-03-02T21:30:00Z",
        "price": "10.00",
        "premium_price": "14.50",
        "currency": "EUR",
        "status": "scheduled",
        "capacity": 20,
        "available_seats": 20,
        **fields,
    }


def available(client, showtime: Showtime) -> int:
    """As the list says it, and then the showtime itself."""
    [in_list] = [one for one in client.get(URL).json()["results"] if one["id"] == showtime.pk]
    assert client.get(f"{URL}{showtime.pk}/").json() == in_list
    return in_list["available_seats"]


# The list


def test_anyone_lists_them_by_time(anonymous, showtime):
    earlier = make_showtime(showtime.movie, make_hall(2), starts_at=tomorrow(9), premium_price=None)
    assert anonymous.get(URL).json() == {
        "count": 2,
        "next": None,
        "previous": None,
        "results": [
            shown(
                earlier,
                hall_number=2,
                starts_at="2027-03-02T09:00:00Z",
                ends_at="2027-03-02T10:30:00Z",
                premium_price=None,
            ),
            shown(showtime),
        ],
    }


def test_anyone_sees_one(anonymous, showtime, django_assert_num_queries):
    with django_assert_num_queries(2):
        response = anonymous.get(f"{URL}{showtime.pk}/")
    assert response.status_code == 200
    assert response.json() == shown(showtime)


def test_without_any_the_list_is_empty(anonymous):
    response = anonymous.get(URL)
    assert response.status_code == 200
    assert response.json() == {"count": 0, "next": None, "previous": None, "results": []}


def test_past_and_cancelled_ones_are_listed_too(anonymous, clock, showtime):
    cancelled = make_showtime(starts_at=tomorrow(21))
    cancel_showtime(cancelled)
    clock.shift(timedelta(days=30))
    assert [(one["id"], one["status"]) for one in anonymous.get(URL).json()["results"]] == [
        (showtime.pk, "scheduled"),
        (cancelled.pk, "cancelled"),
    ]


@pytest.mark.parametrize("key", ["0", "999999999999999999", "99999999999999999999", "-1", "first"])
def test_an_unknown_one_is_not_found(anonymous, showtime, key):
    assert problem_of(anonymous.get(f"{URL}{key}/")) == (404, "not_found")


def test_instants_are_utc_wherever_the_cinema_is(anonymous, settings, showtime):
    settings.TIME_ZONE = "Asia/Kathmandu"
    body = anonymous.get(f"{URL}{showtime.pk}/").json()
    assert (body["starts_at"], body["ends_at"]) == ("2027-03-02T20:00:00Z", "2027-03-02T21:30:00Z")


def test_fractions_of_a_second_are_kept(anonymous):
    showtime = make_showtime(starts_at=datetime(2027, 3, 2, 20, 0, 0, 250, tzinfo=UTC))
    assert anonymous.get(f"{URL}{showtime.pk}/").json()["starts_at"] == "2027-03-02T20:00:00.000250Z"


def test_the_currency_is_the_cinemas(anonymous, settings, showtime):
    settings.CURRENCY = "CHF"
    assert anonymous.get(f"{URL}{showtime.pk}/").json() == shown(showtime, currency="CHF")


def test_money_has_two_places(anonymous):
    showtime = make_showtime(price=Decimal("0"), premium_price=Decimal("999999.9"))
    body = anonymous.get(f"{URL}{showtime.pk}/").json()
    assert (body["price"], body["premium_price"]) == ("0.00", "999999.90")


# Pages


def test_a_page_has_20_of_them_unless_asked_for_more_or_fewer(anonymous, showtime):
    for n in range(22):
        make_showtime(showtime.movie, showtime.hall, starts_at=tomorrow() + timedelta(days=n + 1))
    first, second = anonymous.get(URL).json(), anonymous.get(URL, {"page": 2}).json()
    assert (first["count"], len(first["results"]), len(second["results"])) == (23, 20, 3)
    assert first["next"] == f"http://testserver{URL}?page=2"
    whole = anonymous.get(URL, {"page_size": 100}).json()
    assert whole["results"] == first["results"] + second["results"]


@pytest.mark.parametrize("page", ["2", "0", "-1"])
def test_a_page_that_is_not_there_is_not_found(anonymous, showtime, page):
    assert problem_of(anonymous.get(URL, {"page": page})) == (404, "not_found")


def test_as_many_queries_for_30_as_for_one(anonymous, alice, showtime, django_assert_num_queries):
    reserve(alice, showtime, "A1")
    with django_assert_num_queries(2):  # which, and these
        anonymous.get(URL)
    for n in range(29):
        another = make_showtime(make_movie(f"Film {n}"), showtime.hall, starts_at=tomorrow() + timedelta(days=n + 1))
        reserve(alice, another, "A1", hold=True)
    with django_assert_num_queries(2):
        body = anonymous.get(URL, {"page_size": 30}).json()
    assert [one["available_seats"] for one in body["results"]] == [19] * 30


# Seats that can be reserved now


def test_a_reserved_seat_is_not_available_until_it_is_released(anonymous, alice, showtime):
    reservation = reserve(alice, showtime, "A1", "A2", "C1")
    assert available(anonymous, showtime) == 17
    reservation.cancel(alice, seat_ids=ids_of(showtime, "A2"))
    assert available(anonymous, showtime) == 18
    reservation.cancel(alice)
    assert available(anonymous, showtime) == 20


def test_a_held_seat_is_not_available_until_the_hold_expires(anonymous, clock, alice, settings, showtime):
    settings.HOLD_SECONDS = 60
    reserve(alice, showtime, "A1", "A2", hold=True)
    clock.shift(timedelta(seconds=59, milliseconds=999))
    assert available(anonymous, showtime) == 18
    clock.shift(timedelta(milliseconds=1))
    assert available(anonymous, showtime) == 20


def test_a_blocked_seat_is_not_available_until_it_is_unblocked(anonymous, showtime):
    showtime.block(ids_of(showtime, "A1", "B1"))
    assert available(anonymous, showtime) == 18
    showtime.unblock(ids_of(showtime, "B1"))
    assert available(anonymous, showtime) == 19


def test_each_seat_counts_once(anonymous, clock, alice, bob, showtime):
    reserve(alice, showtime, "A1", "A2", "A3", hold=True)
    clock.shift(timedelta(hours=1))
    reserve(bob, showtime, "A1")
    showtime.block(ids_of(showtime, "A2"))
    reserve(bob, showtime, "B1").cancel(bob)
    reserve(alice, showtime, "B1", hold=True)
    assert available(anonymous, showtime) == 17


def test_seats_of_other_showtimes_do_not_count(anonymous, alice, showtime):
    other = make_showtime()
    reserve(alice, other, "A1")
    other.block(ids_of(other, "A2"))
    assert available(anonymous, showtime) == 20


def test_a_full_showtime_has_none(anonymous, alice):
    showtime = make_showtime(hall=make_hall(1, layout=["SS"]))
    reserve(alice, showtime, "A1", "A2")
    assert available(anonymous, showtime) == 0


def test_none_is_available_from_the_moment_of_the_start(anonymous, clock, alice, showtime):
    reserve(alice, showtime, "A1")
    clock.move_to(tomorrow() - timedelta(microseconds=1))
    assert available(anonymous, showtime) == 19
    clock.shift(timedelta(microseconds=1))
    assert available(anonymous, showtime) == 0
    assert as_(alice).get(f"{URL}{showtime.pk}/").json()["capacity"] == 20


def test_none_of_a_cancelled_one_is_available(anonymous, alice, showtime):
    reserve(alice, showtime, "A1")
    cancel_showtime(showtime)
    assert available(anonymous, showtime) == 0
