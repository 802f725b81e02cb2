"""GET showtimes/{id}/seats/ again: the ETag, and 304 for who has the map as it is (RFC 9110, 13.1.2)."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from rest_framework.test import APIRequestFactory

from reservations.cancellations import cancel_showtime
from showtimes.models import Showtime
from showtimes.views import ShowtimeViewSet
from tests.cast import as_
from tests.cinema import ids_of, make_hall, make_showtime, reserve, seats_of, tomorrow

MOMENT = timedelta(milliseconds=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(showtime) -> str:
    return f"/api/v1/showtimes/{showtime.pk}/seats/"


@pytest.fixture(params=["seats/", "seats/?available=true", "seats/map/"])
def each_url(request, showtime) -> str:
    """All three that have an ETag."""
    return f"/api/v1/showtimes/{showtime.pk}/{request.param}"


def etag(client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response["ETag"]


# What it says


def test_it_is_a_quoted_string_and_the_map_is_to_be_asked_for_each_time(anonymous, each_url):
    response = anonymous.get(each_url)
    assert response["ETag"].startswith('"')
    assert response["ETag"].endswith('"')
    assert len(response["ETag"]) >= 2 + 16
    assert response["Cache-Control"] == "no-cache"


def test_it_is_the_same_until_something_changes(anonymous, alice, clock, showtime, each_url):
    reserve(alice, showtime, "A1")
    reserve(alice, showtime, "A2", hold=True)
    showtime.block(ids_of(showtime, "A3"))
    first = etag(anonymous, each_url)
    clock.shift(timedelta(minutes=9))
    assert etag(anonymous, each_url) == first
    assert etag(as_(alice), each_url) == first
    other = make_showtime()
    reserve(alice, other, "A1")
    assert etag(anonymous, each_url) == first


def test_each_map_of_each_showtime_has_its_own(anonymous, showtime):
    paths = [
        f"/api/v1/showtimes/{one.pk}/{path}"
        for one in (showtime, make_showtime(showtime.movie))
        for path in ("seats/", "seats/?available=true", "seats/map/")
    ]
    assert len({etag(anonymous, path) for path in paths}) == 6


CHANGES = {
    "a booking": lambda showtime, alice, clock: reserve(alice, showtime, "B1"),
    "a hold": lambda showtime, alice, clock: reserve(alice, showtime, "B1", hold=True),
    "its confirmation": lambda showtime, alice, clock: alice.reservations.get(status="held").confirm(alice),
    "its expiry": lambda showtime, alice, clock: clock.shift(timedelta(minutes=10)),
    "a cancellation": lambda showtime, alice, clock: alice.reservations.get(status="confirmed").cancel(alice),
    "a cancellation of one seat": lambda showtime, alice, clock: alice.reservations.get(status="confirmed").cancel(
        alice, seat_ids=ids_of(showtime, "A1")
    ),
    "a block": lambda showtime, alice, clock: showtime.block(ids_of(showtime, "B1")),
    "an unblock": lambda showtime, alice, clock: showtime.unblock(ids_of(showtime, "A4")),
    "a new price": lambda showtime, alice, clock: showtime.edit(price=Decimal("11.00")),
    "a new premium price": lambda showtime, alice, clock: showtime.edit(premium_price=None),
    "another hall": lambda showtime, alice, clock: move(showtime),
}


def move(showtime: Showtime) -> None:
    """To a hall that looks the same: only the seats' ids are others."""
    showtime.reserved_seats.all().delete()
    showtime.reservations.all().delete()
    showtime.edit(hall=make_hall(2))


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_it_changes_with(anonymous, alice, clock, showtime, each_url, change: Callable):
    reserve(alice, showtime, "A1", "A2")
    reserve(alice, showtime, "A3", hold=True)
    showtime.block(ids_of(showtime, "A4"))
    before = anonymous.get(each_url)
    clock.shift(MOMENT)
    change(showtime, alice, clock)
    after = anonymous.get(each_url, headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    assert after["ETag"] != before["ETag"]


def test_it_changes_with_the_start_alone(anonymous, clock, each_url):
    before = anonymous.get(each_url)
    clock.move_to(tomorrow())
    after = anonymous.get(each_url, headers={"If-None-Match": before["ETag"]})
    assert (after.status_code, after["ETag"] != before["ETag"]) == (200, True)


def test_it_changes_with_the_cancellation_alone(anonymous, showtime, each_url):
    before = anonymous.get(each_url)
    cancel_showtime(showtime)
    after = anonymous.get(each_url, headers={"If-None-Match": before["ETag"]})
    assert (after.status_code, after["ETag"] != before["ETag"]) == (200, True)


def test_who_holds_a_seat_does_not_matter_to_the_map(anonymous, alice, bob, showtime, url):
    first = reserve(alice, showtime, "A1")
    before = anonymous.get(url)
    first.cancel(alice)
    reserve(bob, showtime, "A1")
    after = anonymous.get(url)
    assert (after["ETag"], after.content) == (before["ETag"], before.content)


def test_a_seat_that_two_take_in_turn_has_been_free_between(anonymous, alice, showtime, url):
    seen = {etag(anonymous, url)}
    for label in ("A1", "A2"):
        reservation = reserve(alice, showtime, label)
        seen.add(etag(anonymous, url))
        reservation.cancel(alice)
    assert len(seen) == 3
    assert etag(anonymous, url) in seen


# If-None-Match


@pytest.mark.parametrize(
    "header",
    [
        "{etag}",
        "W/{etag}",
        '"another", {etag}',
        '{etag}, "another"',
        '"one", W/{etag} ,"two"',
        '"one",{etag}',
        "*",
        " * ",
    ],
)
def test_who_has_the_map_as_it_is_gets_304(anonymous, each_url, header):
    first = anonymous.get(each_url)
    again = anonymous.get(each_url, headers={"If-None-Match": header.format(etag=first["ETag"])})
    assert again.status_code == 304
    assert again.content == b""
    assert again["ETag"] == first["ETag"]
    assert again["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "header", ["", '"another"', 'W/"another"', '"one", "two"', "{bare}", '"{bare}', '"*"', ",", "\t"]
)
def test_who_has_another_gets_the_map(anonymous, each_url, header):
    first = anonymous.get(each_url)
    again = anonymous.get(each_url, headers={"If-None-Match": header.format(bare=first["ETag"].strip('"'))})
    assert again.status_code == 200
    assert again.content == first.content


@pytest.mark.parametrize("action", ["seats", "seats_map"])
def test_304_has_no_body_even_before_any_server_drops_it(showtime, action):
    """Django's test client would drop a body by itself, as some servers do and others do not."""
    view = ShowtimeViewSet.as_view({"get": action}, **getattr(ShowtimeViewSet, action).kwargs)
    response = view(APIRequestFactory().get("/", headers={"If-None-Match": "*"}), pk=showtime.pk)
    response.render()
    assert response.status_code == 304
    assert response.content == b""


def test_head_tells_the_same_without_a_body(anonymous, each_url):
    got, head = anonymous.get(each_url), anonymous.head(each_url)
    assert (head.status_code, head["ETag"], head.content) == (200, got["ETag"], b"")
    assert anonymous.head(each_url, headers={"If-None-Match": got["ETag"]}).status_code == 304


def test_a_page_of_the_browsable_api_has_none_since_it_shows_who_is_logged_in(anonymous, url):
    response = anonymous.get(url, headers={"Accept": "text/html", "If-None-Match": "*"})
    assert (response.status_code, response["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "ETag" not in response


def test_an_unknown_showtime_has_nothing_to_have(anonymous, showtime):
    response = anonymous.get("/api/v1/showtimes/4711/seats/", headers={"If-None-Match": "*"})
    assert response.status_code == 404


def test_304_costs_a_query_less_however_large_the_hall(anonymous, alice, showtime, django_assert_num_queries):
    large = make_showtime(hall=make_hall(2, layout=["S" * 50] * 20))
    reserve(alice, large, *[seat.label for seat in seats_of(large)][:500])
    for one in (showtime, large):
        for path in ("seats/", "seats/?available=true", "seats/map/"):
            # the showtime, what is blocked, what is reserved
            with django_assert_num_queries(2):
                response = anonymous.get(f"/api/v1/showtimes/{one.pk}/{path}", headers={"If-None-Match": "*"})
            assert response.status_code == 304
