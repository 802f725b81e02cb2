"""
Furnish an empty cinema for a storm: the only part of it that runs inside Django, as a program of its own.

It reads the scenario of each round as JSON, and writes who and what there is then: the rest of a plan.
"""

import json
import sys
from datetime import timedelta

import django

django.setup()

from django.db import transaction  # noqa: E402

from showtimes.models import Showtime  # noqa: E402
from tests.cinema import make_hall, make_movie, make_showtime, tomorrow  # noqa: E402
from tests.storm.scenarios import SCENARIOS, SPARE_HALL  # noqa: E402
from users.models import Login, Role, User  # noqa: E402
from users.tokens import AccessToken  # noqa: E402

USERS = 40
APART = timedelta(hours=2)  # more than the film and its turnaround, so that a showtime can be moved a little


def furnish(rounds: list[str]) -> dict:
    with transaction.atomic():
        movie = make_movie()
        halls, next_start = {}, {}
        for number, (name, scenario) in enumerate(SCENARIOS.items(), start=1):
            halls[name] = make_hall(number, layout=scenario.layout)
            make_hall(number + SPARE_HALL, layout=scenario.layout)
            next_start[name] = tomorrow()
        stages = []
        for name in rounds:
            stage = []
            for _ in range(SCENARIOS[name].showtimes):
                showtime = make_showtime(movie, halls[name], starts_at=next_start[name])
                stage.append((showtime.pk, seats_of(showtime)))
                next_start[name] += APART
            stages.append(stage)
        return {
            "stages": stages,
            "users": [make_user(f"user{number}") for number in range(USERS)],
            "admin": make_user("admin", Role.ADMIN),
            "movie": movie.pk,
        }


def seats_of(showtime: Showtime) -> list[int]:
    return list(showtime.seats.order_by("pk").values_list("pk", flat=True))


def make_user(name: str, role: Role = Role.USER) -> tuple[int, str]:
    """A user without a password, and a token."""
    user = User.objects.create(username=name, email=f"{name}@example.org", role=role)
    return user.pk, str(AccessToken.of(Login.objects.create(user=user)))


if __name__ == "__main__":
    json.dump(furnish(json.load(sys.stdin)), sys.stdout)
