"""The seat map's JSON is put together from pieces: byte for byte what the serializer says of the same seats."""

import pytest

from api.renderers import JSONRenderer
from showtimes.models import Showtime
from showtimes.renderers import heads_of
from showtimes.seat_map import SeatMap
from showtimes.serializers import SeatSerializer
from tests.cast import as_
from tests.cinema import ids_of, make_hall, make_showtime, reserve

pytestmark = pytest.mark.django_db


@pytest.fixture
def showtime():
    return make_showtime(hall=make_hall(1, layout=["..SS.PP", "SSAASSS"]), price="9.50", premium_price="12.00")


def slow_json(showtime: Showtime, *, only_available: bool) -> bytes:
    fresh = Showtime.objects.get(pk=showtime.pk)
    return JSONRenderer().render(SeatSerializer(SeatMap(fresh, only_available=only_available).seats(), many=True).data)


def agree(client, showtime: Showtime) -> bool:
    """Both the whole map and the free seats, the first time and from the pieces that are kept then."""
    url = f"/api/v1/showtimes/{showtime.pk}/seats/"
    return all(
        client.get(url, {"available": available}).content == slow_json(showtime, only_available=available)
        for available in (False, True, False, True)
    )


def test_it_is_the_same_for_every_kind_and_status(anonymous, alice, bob, showtime):
    reserve(alice, showtime, "A1", "A3")
    reserve(bob, showtime, "A2", "B3", hold=True)
    showtime.block(ids_of(showtime, "B1"))
    assert agree(anonymous, showtime)


def test_and_from_one_change_to_the_next(anonymous, ada, alice, showtime):
    url = f"/api/v1/showtimes/{showtime.pk}/"
    assert agree(anonymous, showtime)
    reservation = reserve(alice, showtime, "A1")
    assert agree(anonymous, showtime)
    reservation.cancel(alice)
    assert agree(anonymous, showtime)
    for change in ({"price": "1.00"}, {"premium_price": None}, {"starts_at": "2027-03-09T20:00:00Z"}):
        assert as_(ada).patch(url, change).status_code == 200
        assert agree(anonymous, showtime)
    as_(ada).post(f"{url}cancel/")
    assert agree(anonymous, showtime)


def test_in_another_hall_the_seats_are_others(anonymous, ada, showtime):
    assert agree(anonymous, showtime)
    moved = as_(ada).patch(f"/api/v1/showtimes/{showtime.pk}/", {"hall_number": make_hall(2, layout=["PP"]).pk})
    assert moved.status_code == 200
    assert agree(anonymous, showtime)
    assert len(anonymous.get(f"/api/v1/showtimes/{showtime.pk}/seats/").json()) == 2


def test_who_has_a_seat_is_read_each_time_and_the_rest_once(anonymous, alice, showtime, django_assert_num_queries):
    url = f"/api/v1/showtimes/{showtime.pk}/seats/"
    with django_assert_num_queries(3):  # the showtime, what is taken, the seats
        anonymous.get(url)
    reserve(alice, showtime, "A1")
    with django_assert_num_queries(2):
        assert anonymous.get(url).json()[0]["status"] == "reserved"
    assert heads_of.cache_info().misses == 1
