"""
Furnish an empty cinema for the benchmarks: the only part of them that runs inside Django, as a program of its own.

It is told how many showtimes to keep free for bookings, and writes what there is then, as JSON: see `Cinema`.
"""

import json
import random
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

import django

django.setup()

from django.contrib.auth.hashers import make_password  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from benchmarks.cinema import LISTED, PASSWORD, SEATS, USERS, WORD, Cinema  # noqa: E402
from movies.models import Genre, Movie, MovieGenre  # noqa: E402
from reservations.models import Reservation, ReservedSeat, Status  # noqa: E402
from showtimes.models import Hall, Seat, Showtime  # noqa: E402
from tests.cinema import make_hall, make_showtime, tomorrow  # noqa: E402
from users.models import Login, User  # noqa: E402
from users.tokens import AccessToken  # noqa: E402

MOVIES, GENRES = 200, 10
FOUND = 10  # movies with the word that is searched for
ACROSS = 20
LAYOUT = ["S" * ACROSS] * 10 + ["P" * ACROSS] * 4 + ["A" * 4 + "S" * (ACROSS - 4)]
HALLS = 12
TIMES = 5  # showtimes a hall and day
MINE = 40  # reservations of the first user: two pages
HELD, EXPIRED, BLOCKED = 8, 4, 4  # seats of each showtime; expired ones are available again
WORDS = ("night", "river", "captain", "winter", "letter", "house", "silence", "garden", "train", "island", "summer")


@transaction.atomic
def furnish(free: int) -> Cinema:
    dice = random.Random(1)
    users = make_users()
    movies, halls = make_movies(dice), [make_hall(number, layout=LAYOUT) for number in range(1, HALLS + 1)]
    busy_day = make_day(dice, movies, halls, tomorrow(8))
    quiet_day = make_day(dice, movies, halls[: LISTED // TIMES], tomorrow(8) + timedelta(days=1))
    reserve([booking for showtime in busy_day + quiet_day for booking in half_taken(dice, showtime, users[1:])])
    untaken = {"reserved_seats": None, "is_blocked": False}
    reserve([Booking(users[0], showtime, list(showtime.seats.filter(**untaken)[:2])) for showtime in busy_day[:MINE]])
    open_ones = make_free_showtimes(movies[0], halls, free)
    return Cinema(
        busy_day=str(busy_day[0].starts_at.date()),
        quiet_day=str(quiet_day[0].starts_at.date()),
        showtimes=[showtime.pk for showtime in busy_day],
        word=WORD,
        first_user=users[0].pk,
        tokens=[str(AccessToken.of(login)) for login in Login.objects.order_by("user")],
        username=users[0].username,
        first_free_showtime=open_ones[0].pk,
        first_free_seat=open_ones[0].seats.order_by("pk")[0].pk,
        free_showtimes=free,
    )


def make_users() -> list[User]:
    """With a login each, which has the same id; the first one has reservations, and a password."""
    users = [User(username=f"user{number}", email=f"user{number}@example.org") for number in range(USERS)]
    users[0].password = make_password(PASSWORD)
    User.objects.bulk_create(users)
    Login.objects.bulk_create(Login(pk=user.pk, user=user) for user in users)
    if connection.vendor == "sqlite":  # goes on after the largest by itself
        return users
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('users_login', 'id'), max(id)) FROM users_login")
    return users


def make_movies(dice: random.Random) -> list[Movie]:
    genres = Genre.objects.bulk_create(Genre(slug=f"genre-{n}", name=f"Genre {n}") for n in range(GENRES))
    movies = Movie.objects.bulk_create(
        Movie(
            title=f"The {' '.join(dice.choices(WORDS, k=2)).title()} {number}",
            description=" ".join([*dice.choices(WORDS, k=50), *([WORD] if number % (MOVIES // FOUND) == 0 else [])]),
            runtime_minutes=90,
            release_date=tomorrow().date() - timedelta(days=number),
        )
        for number in range(MOVIES)
    )
    MovieGenre.objects.bulk_create(
        MovieGenre(movie=movie, genre=genre) for movie in movies for genre in dice.sample(genres, 1 + movie.pk % 3)
    )
    return movies


def make_day(dice: random.Random, movies: list[Movie], halls: list[Hall], first) -> list[Showtime]:
    starts = [first + timedelta(hours=3 * number) for number in range(TIMES)]
    shown = dice.sample(movies, 15)
    return [make_showtime(dice.choice(shown), hall, starts_at=start) for start in starts for hall in halls]


def make_free_showtimes(movie: Movie, halls: list[Hall], count: int) -> list[Showtime]:
    """With nothing taken, and ids that follow one another, so that one can be picked by counting."""
    first = tomorrow(0) + timedelta(days=7)
    free = [
        make_showtime(movie, halls[n % HALLS], starts_at=first + n // HALLS * timedelta(hours=2)) for n in range(count)
    ]
    ids = list(Seat.objects.filter(showtime__in=free).order_by("showtime", "y", "x").values_list("pk", flat=True))
    assert ids == list(range(ids[0], ids[0] + count * SEATS)), "Somebody else made seats meanwhile."
    return free


class Booking(NamedTuple):
    """For good, or held until so many hours from now."""

    user: User
    showtime: Showtime
    seats: list[Seat]
    hours: int | None = None

    @property
    def expires_at(self) -> datetime | None:
        return self.hours and timezone.now() + timedelta(hours=self.hours)


def half_taken(dice: random.Random, showtime: Showtime, users: list[User]) -> Iterator[Booking]:
    seats = list(showtime.seats.order_by("y", "x"))
    dice.shuffle(seats)
    Seat.objects.filter(pk__in=[seat.pk for seat in seats[:BLOCKED]]).update(is_blocked=True)
    taken = seats[BLOCKED : SEATS // 2 + EXPIRED]
    for number in range(0, len(taken), 2):
        hours = -1 if number < EXPIRED else 24 if number < EXPIRED + HELD else None
        yield Booking(dice.choice(users), showtime, taken[number : number + 2], hours)


def reserve(bookings: list[Booking]) -> None:
    reservations = Reservation.objects.bulk_create(
        Reservation(
            user=booking.user,
            showtime=booking.showtime,
            status=Status.HELD if booking.hours else Status.CONFIRMED,
            expires_at=booking.expires_at,
        )
        for booking in bookings
    )
    ReservedSeat.objects.bulk_create(
        ReservedSeat(
            reservation=reservation,
            showtime=booking.showtime,
            seat=seat,
            price=booking.showtime.price_of(seat.kind),
            expires_at=reservation.expires_at,
        )
        for reservation, booking in zip(reservations, bookings, strict=True)
        for seat in booking.seats
    )


if __name__ == "__main__":
    json.dump(furnish(int(sys.argv[1]))._asdict(), sys.stdout)
