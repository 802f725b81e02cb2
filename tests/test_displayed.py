"""What answers show is read by prepared statements, and is what the models' own querysets would find."""

import pytest
from django.http import Http404
from rest_framework.test import APIRequestFactory

from api.renderers import JSONRenderer
from movies.models import Genre, Movie
from movies.serializers import MovieSerializer
from reservations.models import Reservation
from reservations.serializers import ReservationSerializer
from showtimes.models import Showtime
from showtimes.serializers import ShowtimeSerializer
from tests.cinema import ids_of, make_movie, make_showtime, reserve

DISPLAYED = [
    (MovieSerializer, Movie.objects.all()),
    (ShowtimeSerializer, Showtime.objects.for_display()),
    (ReservationSerializer, Reservation.objects.for_display()),
]

each = pytest.mark.parametrize(("serializer_class", "queryset"), DISPLAYED)


@pytest.fixture(autouse=True)
def three_of_each(alice, bob) -> None:
    films = [make_movie(title) for title in ("With two genres", "Without any", "With one")]
    films[0].genres.add(Genre.objects.create(slug="comedy", name="Comedy"))
    films[1].genres.clear()
    showtime, *_ = [make_showtime(film) for film in films]
    showtime.block(ids_of(showtime, "A1"))
    reserve(alice, showtime, "B1", "B2").cancel(by=alice, seat_ids=ids_of(showtime, "B1"))
    reserve(bob, showtime, "C1", hold=True)
    reserve(bob, showtime, "C2").cancel(by=bob)


def bytes_of(serializer_class, rows: list) -> list[bytes]:
    context = {"request": APIRequestFactory().get("/")}
    return [JSONRenderer().render(serializer_class(row, context=context).data) for row in rows]


@each
def test_the_same_bytes(serializer_class, queryset, django_assert_num_queries):
    rows = list(queryset.order_by("pk"))
    assert len(rows) == 3
    displayed = queryset.displayed([row.pk for row in rows])
    with django_assert_num_queries(0):  # all that is shown has been read
        shown = bytes_of(serializer_class, displayed)
    assert shown == bytes_of(serializer_class, rows)


@each
def test_in_the_order_of_the_keys_without_what_is_gone(serializer_class, queryset):
    first, second, third = queryset.order_by("pk")
    assert queryset.displayed([third.pk, first.pk, third.pk + 1, second.pk]) == [third, first, second]
    assert queryset.displayed([]) == []


@each
def test_one_that_is_gone_is_not_found(serializer_class, queryset):
    last = queryset.order_by("pk").last()
    assert queryset.get_displayed(last.pk) == last
    with pytest.raises(Http404):
        queryset.get_displayed(last.pk + 1)
