"""Furnish an empty cinema for the faults: the only part of them that runs inside Django, as a program of its own."""

import json
import sys

import django

django.setup()

from django.test import Client  # noqa: E402

from tests.cinema import make_hall, make_movie, make_showtime, tomorrow  # noqa: E402
from tests.storm.seed import make_user, seats_of  # noqa: E402
from users.models import Role, User  # noqa: E402

SHOWTIMES = 4
ROWS, PLACES = 12, 20


def furnish(users: int) -> dict:
    movie, halls = make_movie(), [make_hall(number, layout=["S" * PLACES] * ROWS) for number in range(1, SHOWTIMES + 1)]
    showtimes = [make_showtime(movie, hall, starts_at=tomorrow()) for hall in halls]
    admin = make_user("admin", Role.ADMIN)
    browser = Client()
    browser.force_login(User.objects.get(pk=admin[0]))
    return {
        "showtimes": {showtime.pk: seats_of(showtime) for showtime in showtimes},
        "users": [make_user(f"user{number}") for number in range(users)],
        "session": browser.cookies["sessionid"].value,
    }


if __name__ == "__main__":
    json.dump(furnish(int(sys.argv[1])), sys.stdout)
