"""What plays in the tests: a small hall with all kinds of seats, a film, and a showtime of it tomorrow."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from movies.models import Genre, Movie
from reservations.models import Reservation
from showtimes.models import Hall, Seat, Showtime
from users.models import User

# A1 to A4, B1 to B6, C1 to C6 premium, D1 and D2, D3 and D4 accessible on either side of an aisle.
LAYOUT = [".SSSS.", "SSSSSS", "PPPPPP", "AA..AA"]


def tomorrow(hour: int = 20) -> datetime:
    """An hour of tomorrow, UTC."""
    return (timezone.now() + timedelta(days=1)).replace(hour=hour, minute=0, second=0, microsecond=0)


def make_movie(title: str = "The Long Shot", **fields) -> Movie:
    movie = Movie.objects.create(**{"title": title, "runtime_minutes": 90, **fields})
    movie.genres.add(Genre.objects.get_or_create(slug="drama", defaults={"name": "Drama"})[0])
    return movie


def make_hall(number: int = 1, **fields) -> Hall:
    return Hall.objects.create(**{"number": number, "name": f"Hall {number}", "layout": LAYOUT, **fields})


def make_showtime(movie: Movie | None = None, hall: Hall | None = None, **fields) -> Showtime:
    """As the API makes one: in an own hall if none is given, so that two never get in each other's way."""
    return Showtime.objects.schedule(
        movie=movie or make_movie(),
        hall=hall or make_hall(Hall.objects.count() + 1),
        **{"starts_at": tomorrow(), "price": Decimal("10.00"), "premium_price": Decimal("14.50"), **fields},
    )


def seats_of(showtime: Showtime, *labels: str) -> list[Seat]:
    """The seats with these labels, in that order; without labels, all of them."""
    seats = {seat.label: seat for seat in showtime.seats.order_by("y", "x")}
    return [seats[label] for label in labels or seats]


def ids_of(showtime: Showtime, *labels: str) -> list[int]:
    return [seat.pk for seat in seats_of(showtime, *labels)]


def reserve(user: User, showtime: Showtime, *labels: str, hold: bool = False) -> Reservation:
    """These seats for this user, past the API and its limits."""
    return Reservation.objects.write(user, showtime, seats_of(showtime, *labels), hold=hold)


@pytest.fixture
def movie(db) -> Movie:
    return make_movie()


@pytest.fixture
def hall(db) -> Hall:
    return make_hall()


@pytest.fixture
def showtime(movie, hall) -> Showtime:
    return make_showtime(movie, hall)
