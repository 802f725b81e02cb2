"""
Furnish an empty cinema with so many showtimes: like `benchmarks.seed`, a program of its own inside Django.

It is told how many, and writes what there is then, as JSON: see `Grown`.
"""

import json
import sys
from datetime import timedelta

import django

django.setup()

from benchmarks.growth.cinema import CUSTOMERS, FREE_SHOWTIMES, Grown  # noqa: E402
from reservations.management.scale import LAYOUT, Size, grow  # noqa: E402
from showtimes.models import Showtime  # noqa: E402
from tests.cinema import make_hall, make_movie, make_showtime, tomorrow  # noqa: E402
from users.days import end_of, start_of, today  # noqa: E402
from users.models import Role, User  # noqa: E402
from users.tokens import AccessToken  # noqa: E402


def furnish(size: Size) -> Grown:
    for _ in grow(size):
        pass
    customers = list(User.objects.order_by("pk")[:CUSTOMERS])
    admin = User.objects.create_user("admin", "admin@example.org", role=Role.ADMIN)
    tokens = [str(AccessToken.of(user.logins.create())) for user in (admin, *customers)]

    day = today() + timedelta(days=1)
    on_that_day = Showtime.objects.filter(starts_at__range=(start_of(day), end_of(day)))
    movie, hall = make_movie("The Long Way"), make_hall(100, layout=LAYOUT)
    first = tomorrow(8) + timedelta(days=30)
    free = [make_showtime(movie, hall, starts_at=first + n * timedelta(hours=3)) for n in range(FREE_SHOWTIMES)]
    pairs = []
    for showtime in free:
        seats = list(showtime.seats.order_by("pk").values_list("pk", flat=True))
        pairs += [(showtime.pk, seats[n : n + 2]) for n in range(0, len(seats), 2)]
    return Grown(
        admin=tokens[0],
        customers=tokens[1:],
        customer=customers[0].pk,
        showtimes=list(on_that_day.values_list("pk", flat=True)),
        day=str(day),
        month=(str(day - timedelta(days=29)), str(day)),
        movie=movie.pk,
        hall=hall.pk,
        start=(first + FREE_SHOWTIMES * timedelta(hours=3)).isoformat(),
        pairs=pairs,
        rows=sum(size.rows.values()),
    )


if __name__ == "__main__":
    json.dump(furnish(Size(int(sys.argv[1])))._asdict(), sys.stdout)
