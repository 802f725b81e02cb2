"""Prebuilt serializers show, byte for byte, what DRF's own code would."""

import pytest
from rest_framework.serializers import ModelSerializer
from rest_framework.test import APIRequestFactory

from api.renderers import JSONRenderer
from movies.models import Genre, Movie
from reservations.models import Reservation
from reservations.serializers import ReservationSerializer
from showtimes.models import Hall, Showtime
from showtimes.views import OnDay
from tests.operations import Cinema
from users.representation import Prebuilt


def everything() -> dict[str, list]:
    """Rows to show, by the name of their serializer."""
    seats = [seat for showtime in Showtime.objects.all() for seat in showtime.priced_seats()]
    for seat in seats:
        seat.status = "available"
    reservations = list(Reservation.objects.for_display())
    return {
        "GenreSerializer": list(Genre.objects.all()),
        "MovieSerializer": list(Movie.objects.all()),
        "HallSerializer": list(Hall.objects.all()),
        "ShowtimeSerializer": list(Showtime.objects.for_display()),
        "SeatSerializer": seats,
        "ScheduleSerializer": [OnDay(movie, list(movie.showtimes.for_display())) for movie in Movie.objects.all()],
        "ReservationSerializer": reservations,
        "BookerSerializer": [one.user for one in reservations],
        "BookedShowtimeSerializer": [one.showtime for one in reservations],
        "ReservedSeatSerializer": [seat for one in reservations for seat in one.seats],
    }


def heirs() -> list[type[Prebuilt]]:
    assert issubclass(ReservationSerializer, Prebuilt)  # which is imported, as all are that it leans on
    return Prebuilt.__subclasses__()


def test_each_is_looked_at(db):
    assert {heir.__name__ for heir in heirs()} == set(everything())


@pytest.mark.parametrize("serializer_class", heirs(), ids=lambda one: one.__name__)
def test_the_same_bytes_as_by_drf(db, serializer_class, monkeypatch):
    cinema = Cinema()
    cinema.movie.genres.add(cinema.genre)
    Movie.objects.filter(pk=cinema.movie.pk).update(poster="poster.webp")
    rows = everything()[serializer_class.__name__]
    assert rows
    context = {"request": APIRequestFactory().get("/")}
    render = JSONRenderer().render
    ours = [render(serializer_class(row, context=context).data) for row in rows]
    for heir in heirs():
        monkeypatch.setattr(heir, "to_representation", ModelSerializer.to_representation)
    assert [render(serializer_class(row, context=context).data) for row in rows] == ours
