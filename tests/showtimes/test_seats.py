"""GET showtimes/{id}/seats/: the whole seat map. Its ETag is in test_seats_etag.py."""

from datetime import timedelta

import pytest

from reservations.cancellations import cancel_showtime
from tests.cast import as_
from tests.cinema import ids_of, make_hall, make_showtime, reserve, tomorrow
from tests.refusals import errors_of, nothing_changes, problem_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(showtime) -> str:
    return f"/api/v1/showtimes/{showtime.pk}/seats/"


def statuses(client, url: str) -> dict[str, str]:
    """By label, of the seats that are not available."""
    return {seat["label"]: seat["status"] for seat in client.get(url).json() if seat["status"] != "available"}


def labels(client, url: str, available: str = "true") -> list[str]:
    response = client.get(url, {"available": available})
    assert response.status_code == 200
    return [seat["label"] for seat in response.json()]


# What is there


def test_anyone_sees_all_seats_as_one_bare_array(anonymous, alice, showtime):
    small = make_showtime(hall=make_hall(2, layout=[".S", "", "P.A"]))
    a1, b1, b2 = ids_of(small)
    reserve(alice, small, "B1")
    response = anonymous.get(f"/api/v1/showtimes/{small.pk}/seats/")
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert response.json() == [
        {
            "id": a1,
            "row": "A",
            "number": 1,
            "label": "A1",
            "kind": "standard",
            "x": 1,
            "y": 0,
            "price": "10.00",
            "status": "available",
        },
        {
            "id": b1,
            "row": "B",
            "number": 1,
            "label": "B1",
            "kind": "premium",
            "x": 0,
            "y": 2,
            "price": "14.50",
            "status": "reserved",
        },
        {
            "id": b2,
            "row": "B",
            "number": 2,
            "label": "B2",
            "kind": "accessible",
            "x": 2,
            "y": 2,
            "price": "10.00",
            "status": "available",
        },
    ]


def test_they_come_in_layout_order(anonymous, url):
    assert [seat["label"] for seat in anonymous.get(url).json()] == [
        *("A1", "A2", "A3", "A4"),
        *("B1", "B2", "B3", "B4", "B5", "B6"),
        *("C1", "C2", "C3", "C4", "C5", "C6"),
        *("D1", "D2", "D3", "D4"),
    ]


def test_row_aa_comes_after_row_z(anonymous):
    tall = make_showtime(hall=make_hall(1, layout=["S"] * 28))
    rows = [seat["row"] for seat in anonymous.get(f"/api/v1/showtimes/{tall.pk}/seats/").json()]
    assert rows == [*"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "AA", "AB"]


def test_premium_seats_cost_the_premium_price_and_the_others_the_price(anonymous, showtime, url):
    prices = {seat["kind"]: seat["price"] for seat in anonymous.get(url).json()}
    assert prices == {"standard": "10.00", "premium": "14.50", "accessible": "10.00"}
    showtime.edit(premium_price=None)
    assert {seat["price"] for seat in anonymous.get(url).json()} == {"10.00"}


def test_a_premium_price_of_nothing_is_a_price(anonymous, showtime, url):
    showtime.edit(premium_price=0)
    assert {seat["price"] for seat in anonymous.get(url).json() if seat["kind"] == "premium"} == {"0.00"}


def test_it_is_of_one_showtime_only(anonymous, alice, url):
    other = make_showtime()
    reserve(alice, other, "A1")
    other.block(ids_of(other, "A2"))
    assert statuses(anonymous, url) == {}


# What each seat's status is


def test_held_reserved_and_blocked_seats_say_so(anonymous, alice, bob, showtime, url):
    reserve(alice, showtime, "A1", "C1")
    reserve(bob, showtime, "A2", "C2", hold=True)
    showtime.block(ids_of(showtime, "A3", "D1"))
    assert statuses(anonymous, url) == {
        **{"A1": "reserved", "C1": "reserved"},
        **{"A2": "held", "C2": "held"},
        **{"A3": "blocked", "D1": "blocked"},
    }


def test_a_hold_keeps_a_seat_until_it_expires(anonymous, alice, clock, settings, showtime, url):
    settings.HOLD_SECONDS = 60
    reserve(alice, showtime, "A1", hold=True)
    clock.shift(timedelta(seconds=59, milliseconds=999))
    assert statuses(anonymous, url) == {"A1": "held"}
    clock.shift(timedelta(milliseconds=1))
    assert statuses(anonymous, url) == {}


def test_a_confirmed_hold_is_a_reservation_for_good(anonymous, alice, clock, showtime, url):
    reserve(alice, showtime, "A1", hold=True).confirm(alice)
    clock.shift(timedelta(hours=2))
    assert statuses(anonymous, url) == {"A1": "reserved"}


def test_an_expired_hold_gives_way_to_the_next_holder(anonymous, alice, bob, clock, showtime, url):
    reserve(alice, showtime, "A1", "A2", hold=True)
    clock.shift(timedelta(hours=1))
    reserve(bob, showtime, "A1")
    assert statuses(anonymous, url) == {"A1": "reserved"}


def test_a_released_seat_is_available(anonymous, alice, showtime, url):
    reservation = reserve(alice, showtime, "A1", "A2")
    reservation.cancel(alice, seat_ids=ids_of(showtime, "A1"))
    assert statuses(anonymous, url) == {"A2": "reserved"}


def test_a_seats_status_tells_nothing_of_its_showtimes(anonymous, alice, clock, showtime, url):
    reserve(alice, showtime, "A1")
    clock.move_to(tomorrow())
    assert statuses(anonymous, url) == {"A1": "reserved"}
    assert len(anonymous.get(url).json()) == 20


def test_a_cancelled_showtimes_seats_are_all_there(anonymous, alice, showtime, url):
    reserve(alice, showtime, "A1")
    showtime.block(ids_of(showtime, "A2"))
    cancel_showtime(showtime)
    assert statuses(anonymous, url) == {"A2": "blocked"}
    assert len(anonymous.get(url).json()) == 20


# Only the free ones


def test_available_true_gives_the_free_ones(anonymous, alice, bob, clock, url, showtime):
    reserve(alice, showtime, "C1", hold=True)
    clock.shift(timedelta(hours=1))
    reserve(alice, showtime, "A1", "A2", "B2")
    reserve(bob, showtime, "A3", "B4", hold=True)
    showtime.block(ids_of(showtime, "A4", "D1", "D4"))
    free = ["B1", "B3", "B5", "B6", "C1", "C2", "C3", "C4", "C5", "C6", "D2", "D3"]
    assert labels(anonymous, url) == free
    everything = anonymous.get(url).json()
    assert anonymous.get(url, {"available": "true"}).json() == [one for one in everything if one["label"] in free]


@pytest.mark.parametrize("available", ["false", ""])
def test_available_false_or_empty_gives_all(anonymous, alice, showtime, url, available):
    reserve(alice, showtime, "A1")
    assert len(labels(anonymous, url, available)) == 20


def test_a_full_hall_has_none(anonymous, alice):
    full = make_showtime(hall=make_hall(1, layout=["SS"]))
    reserve(alice, full, "A1", "A2")
    assert labels(anonymous, f"/api/v1/showtimes/{full.pk}/seats/") == []


def test_none_is_free_from_the_moment_of_the_start(anonymous, clock, url):
    clock.move_to(tomorrow() - timedelta(microseconds=1))
    assert len(labels(anonymous, url)) == 20
    clock.shift(timedelta(microseconds=1))
    assert labels(anonymous, url) == []


def test_none_of_a_cancelled_showtime_is_free(anonymous, showtime, url):
    cancel_showtime(showtime)
    assert labels(anonymous, url) == []


def test_as_many_as_the_showtime_says(anonymous, alice, showtime, url):
    reserve(alice, showtime, "A1")
    showtime.block(ids_of(showtime, "A2"))
    said = anonymous.get(f"/api/v1/showtimes/{showtime.pk}/").json()["available_seats"]
    assert said == len(labels(anonymous, url)) == 18


# What is refused


@pytest.mark.parametrize("value", ["banana", "2", "-1", "truthy", "null", "true,false", "\0", "[]"])
def test_an_available_that_is_neither_true_nor_false_is_refused(anonymous, url, value):
    assert errors_of(anonymous.get(url, {"available": value})) == [("available", "invalid")]


def test_other_parameters_are_ignored(anonymous, url):
    plain = anonymous.get(url).json()
    for query in ({"page": "9"}, {"page_size": "1"}, {"status": "x"}, {"ordering": "x"}, {"movie_id": "x"}):
        response = anonymous.get(url, query)
        assert (response.status_code, response.json()) == (200, plain)


@pytest.mark.parametrize("key", ["4711", "0", "99999999999999999999", "first"])
def test_those_of_an_unknown_showtime_are_not_found(anonymous, showtime, key):
    assert problem_of(anonymous.get(f"/api/v1/showtimes/{key}/seats/")) == (404, "not_found")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_they_are_only_read(ada, url, method):
    with nothing_changes():
        response = getattr(as_(ada), method)(url)
    assert problem_of(response) == (405, "method_not_allowed")


def test_nothing_but_json_can_be_had(anonymous, url):
    assert problem_of(anonymous.get(url, headers={"Accept": "text/csv"})) == (406, "not_acceptable")


# What it costs


@pytest.mark.parametrize("available", ["true", "false"])
def test_as_many_queries_for_1000_seats_as_for_20(anonymous, alice, showtime, available, django_assert_num_queries):
    large = make_showtime(hall=make_hall(2, layout=["S" * 50] * 20))
    for one, taken in ((showtime, 2), (large, 400)):
        seats = [seat.label for seat in one.seats.all()]
        reserve(alice, one, *seats[:taken])
        one.block(ids_of(one, *seats[taken : 2 * taken]))
        # the showtime, what is blocked, what is reserved, the seats
        with django_assert_num_queries(3):
            anonymous.get(f"/api/v1/showtimes/{one.pk}/seats/", {"available": available})


def test_a_closed_showtimes_free_seats_cost_one_query_less(anonymous, showtime, url, django_assert_num_queries):
    cancel_showtime(showtime)
    with django_assert_num_queries(2):
        anonymous.get(url, {"available": "true"})
