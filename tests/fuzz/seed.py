"""Furnish an empty cinema for fuzzing: the only part of it that runs inside Django, as a program of its own."""

import json
import sys
from datetime import timedelta

import django

django.setup()

from django.contrib.auth.tokens import default_token_generator  # noqa: E402
from django.db import transaction  # noqa: E402
from django.utils.encoding import force_bytes  # noqa: E402
from django.utils.http import urlsafe_base64_encode  # noqa: E402

from movies.models import Genre  # noqa: E402
from showtimes.models import Showtime  # noqa: E402
from tests.cast import PASSWORD, make_user  # noqa: E402
from tests.cinema import ids_of, make_hall, make_movie, make_showtime, reserve, tomorrow  # noqa: E402
from users.models import Login, Role, User  # noqa: E402
from users.tokens import AccessToken, RefreshToken  # noqa: E402

# Of each thing that an operation can use up.
MANY = 12
NEW_PASSWORD = "gazpacho-with-nettles-43"


def furnish() -> dict:
    with transaction.atomic():
        showtimes = [make_showtime(make_movie(f"Film {n}"), starts_at=tomorrow()) for n in range(MANY)]
        return {
            "anonymous": plan_of(make_user("nobody"), "A", 1000, showtimes) | {"token": None},
            "user": plan_of(make_user("alice"), "B", 2000, showtimes),
            "admin": plan_of(make_user("ada", Role.ADMIN), "C", 3000, showtimes),
        }


def plan_of(user: User, row: str, number: int, showtimes: list[Showtime]) -> dict:
    """Who comes, what there is for him, and requests that are sure to work. Row and number keep plans apart."""
    # Who is looked at and changed, who logs out or gets another password, and who only comes in.
    changed, leaving, coming = ([make_user(f"{user}{kind}{n}") for n in range(2 * MANY)] for kind in "abc")
    login = user.logins.create()
    movies = [make_movie(f"{user}'s {n}") for n in range(MANY)]
    halls = [make_hall(number + n) for n in range(2 * MANY)]
    genres = [Genre.objects.create(name=f"{user}'s {n}", slug=f"{user}-{n}") for n in range(MANY)]
    unsold = [make_showtime(movies[0], hall, starts_at=tomorrow() + timedelta(days=9)) for hall in halls[MANY:]]
    holds = [reserve(user, showtime, f"{row}1", hold=True) for showtime in showtimes]
    reservations = [reserve(user, showtime, f"{row}2") for showtime in showtimes]
    movie = {"title": "Another", "genres": ["drama"], "runtime_minutes": 90}
    credentials = [{"login": spare.username, "password": PASSWORD} for spare in coming]
    return {
        "user": user.pk,
        "login": login.pk,
        "token": token_of(login),
        "spare_tokens": [token_of(spare.logins.create()) for spare in leaving],
        "refresh_tokens": [str(RefreshToken.of(spare.logins.create())) for spare in coming],
        "ids": {
            "users_me_logins": [user.logins.create().pk for _ in range(MANY)],
            "users": [spare.pk for spare in changed],
            "genres": [genre.slug for genre in genres],
            "movies": [movie.pk for movie in movies[1:]],
            "halls": [hall.pk for hall in halls[:MANY]],
            "showtimes": [showtime.pk for showtime in unsold],
            "reservations_confirm": [hold.pk for hold in holds],
            "reservations": [reservation.pk for reservation in reservations],
        },
        "bodies": {
            "auth_login": credentials,
            "auth_token": credentials,
            "auth_password_change": [{"old_password": PASSWORD, "new_password": NEW_PASSWORD}],
            "auth_password_reset": [{"email": coming[0].email}],
            "auth_password_reset_confirm": [reset_of(spare) for spare in leaving],
            "auth_register": [
                {"username": f"{user}.{n}", "email": f"{user}.{n}@example.org", "password": NEW_PASSWORD}
                for n in range(MANY)
            ],
            "users_me_partial_update": [{"username": f"{user}-renamed"}],
            "users_partial_update": [{"is_active": True}],
            "genres_create": [{"name": f"{user}'s new {n}"} for n in range(MANY)],
            "genres_partial_update": [{"name": f"{user}'s other {n}"} for n in range(MANY)],
            "movies_create": [movie],
            "movies_update": [movie],
            "movies_partial_update": [movie],
            "halls_create": [{"number": number + 500 + n, "name": "New", "layout": ["SS"]} for n in range(MANY)],
            "halls_partial_update": [{"name": "Another"}],
            "showtimes_create": [
                {
                    "movie_id": showtime.movie_id,
                    "hall_number": showtime.hall_id,
                    "starts_at": (tomorrow() + timedelta(days=number)).isoformat(),
                    "price": "10.00",
                }
                for showtime in showtimes
            ],
            "showtimes_partial_update": [{"price": "11.00"}],
            "reservations_create": [
                {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, f"{row}3")} for showtime in showtimes
            ],
            "reservations_cancel": [{}],
        },
        "seats": {showtime.pk: ids_of(showtime, "B1", "B2") for showtime in unsold},
    }


def token_of(login: Login) -> str:
    return str(AccessToken.of(login))


def reset_of(user: User) -> dict:
    return {
        "uid": urlsafe_base64_encode(force_bytes(user.pk)),
        "token": default_token_generator.make_token(user),
        "new_password": NEW_PASSWORD,
    }


if __name__ == "__main__":
    json.dump(furnish(), sys.stdout)
