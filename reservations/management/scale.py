"""
The rows of `manage.py seed_scale`, made inside PostgreSQL: nothing but numbers crosses the wire, and it hands out the
ids. Indices and constraints stay in place, so what is written here could have been written by the application.
"""

from collections.abc import Iterator
from datetime import timedelta
from math import isqrt
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from movies.models import Genre, Movie, MovieGenre
from showtimes.layouts import capacity, places
from showtimes.models import Hall
from users.days import start_of, today
from users.models import User

LAYOUT = ["SSSS", "SSSS", "PPPP", "PPPP", "AASS"]
TAKEN_OF_A_ROW = 2  # by one reservation, and there is one for each row
HALLS, TIMES = 6, 5
A_DAY = HALLS * TIMES
DAYS_AHEAD = 3
WORD = "lighthouse"
FOUND = 10  # movies with the word
BATCH = 10_000  # showtimes


class Size(NamedTuple):
    """How many rows there will be of what grows."""

    showtimes: int
    layout = LAYOUT  # of its halls: a reservation for each row

    @property
    def seats(self) -> int:
        """Of each showtime."""
        return capacity(self.layout)

    @property
    def users(self) -> int:
        """So that there are 25 reservations a user of 1,000 showtimes, and 250 of a million."""
        return 2 * round(self.showtimes ** (2 / 3)) + 1

    @property
    def movies(self) -> int:
        return 2 * isqrt(self.showtimes) + FOUND

    @property
    def genres(self) -> int:
        return self.showtimes.bit_length() + 1

    @property
    def rows(self) -> dict[str, int]:
        """By table; of genres there are next to none."""
        reservations = self.showtimes * len(self.layout)
        return {
            "users_user": self.users,
            "movies_movie": self.movies,
            "showtimes_showtime": self.showtimes,
            "showtimes_seat": self.showtimes * self.seats,
            "reservations_reservation": reservations,
            "reservations_reservedseat": reservations * TAKEN_OF_A_ROW,
            "reservations_idempotencykey": self.showtimes,
            "users_login": self.showtimes,
            "users_auditentry": reservations,
        }


# Showtimes are counted from the first; six start at once, five times a day, and one in a hundred is cancelled.
SHOWTIMES = """
INSERT INTO showtimes_showtime
    (movie_id, hall_id, starts_at, ends_at, occupied_until, price, premium_price, status, capacity, changed_at)
SELECT
    (%(movies)s::bigint[])[1 + n * 7919::bigint %% cardinality(%(movies)s::bigint[])],
    (%(halls)s::smallint[])[1 + n %% %(hall_count)s::int],
    start, start + interval '90 minutes', start + interval '105 minutes', 10, 14.50,
    CASE WHEN n %% 100 = 99 THEN 'cancelled' ELSE 'scheduled' END,
    %(capacity)s::smallint, start - interval '10 days'
FROM generate_series(%(first)s::int, %(last)s::int) AS n,
LATERAL (
    SELECT %(opening)s::timestamptz + n / %(a_day)s::int * interval '24 hours'
        + n / %(hall_count)s::int %% %(times)s::int * interval '3 hours' AS start
) AS program
ORDER BY n
RETURNING id
"""

SEATS_OF_SHOWTIMES = """
INSERT INTO showtimes_seat (showtime_id, row, number, kind, x, y, is_blocked, blocked_because)
SELECT id, cell.*, is_broken, CASE WHEN is_broken THEN 'Broken' ELSE '' END
FROM showtimes_showtime, unnest(
    %(rows)s::varchar[], %(numbers)s::smallint[], %(kinds)s::varchar[], %(xs)s::smallint[], %(ys)s::smallint[]
) AS cell (row, number, kind, x, y),
LATERAL (SELECT id %% 4 = 0 AND (x, y) = (3, %(row_count)s::int - 1) AS is_broken) AS state
WHERE id BETWEEN %(lowest)s::bigint AND %(highest)s::bigint ORDER BY id, y, x
"""

# One for each row of seats. Of twenty, one was cancelled, and one was held until it was too late. The code is the
# number, shuffled by an odd factor and written with 16 of the letters and digits that a code may have.
RESERVATIONS_OF_SHOWTIMES = """
INSERT INTO reservations_reservation
    (code, user_id, showtime_id, status, created_at, expires_at, cancelled_at, cancelled_because)
SELECT
    translate(upper(lpad(to_hex(n * 2654435761 %% 4294967296), 8, '0')), '01', 'GH'),
    (%(users)s::bigint[])[1 + n * 7919 %% cardinality(%(users)s::bigint[])],
    id, fate, booked_at, CASE fate WHEN 'held' THEN booked_at + interval '10 minutes' END,
    CASE fate WHEN 'cancelled' THEN booked_at + interval '1 hour' END,
    CASE WHEN status = 'cancelled' THEN 'showtime_cancelled' WHEN fate = 'cancelled' THEN 'user' END
FROM showtimes_showtime, generate_series(0, %(row_count)s::int - 1) AS y,
LATERAL (SELECT id * %(row_count)s::int + y AS n, starts_at - interval '4 days' + y * interval '1 minute' AS booked_at)
    AS booking,
LATERAL (
    SELECT CASE WHEN status = 'cancelled' OR n %% 20 = 7 THEN 'cancelled' WHEN n %% 20 = 13 THEN 'held'
        ELSE 'confirmed' END AS fate
) AS outcome
WHERE id BETWEEN %(lowest)s::bigint AND %(highest)s::bigint ORDER BY id, y
"""

RESERVED_SEATS = """
INSERT INTO reservations_reservedseat (reservation_id, showtime_id, seat_id, price, expires_at, released_at)
SELECT r.id, r.showtime_id, seat.id, CASE seat.kind WHEN 'premium' THEN s.premium_price ELSE s.price END,
    r.expires_at, r.cancelled_at
FROM (
    SELECT *, row_number() OVER (PARTITION BY showtime_id ORDER BY id) - 1 AS y FROM reservations_reservation
    WHERE showtime_id BETWEEN %(lowest)s::bigint AND %(highest)s::bigint
) AS r
JOIN showtimes_showtime s ON s.id = r.showtime_id
JOIN showtimes_seat seat ON seat.showtime_id = r.showtime_id AND seat.y = r.y AND seat.x < %(taken_of_a_row)s::int
ORDER BY r.id, seat.id
"""

LOGINS = """
INSERT INTO users_login
    (user_id, created_at, last_refreshed_at, expires_at, user_agent, token_id, previous_token_id)
SELECT DISTINCT ON (showtime_id)
    user_id, created_at, created_at, created_at + %(login_lifetime)s::interval,
    'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', md5(id::text), ''
FROM reservations_reservation WHERE showtime_id BETWEEN %(lowest)s::bigint AND %(highest)s::bigint
ORDER BY showtime_id, id
"""

KEYS = """
INSERT INTO reservations_idempotencykey (user_id, key, fingerprint, reservation_id, answer, created_at)
SELECT DISTINCT ON (showtime_id)
    user_id, gen_random_uuid(), encode(sha256(code::bytea), 'hex'), id, json_build_object('code', code), created_at
FROM reservations_reservation WHERE showtime_id BETWEEN %(lowest)s::bigint AND %(highest)s::bigint
ORDER BY showtime_id, id
"""

# By time, as its keys rise.
AUDIT_ENTRIES = """
INSERT INTO users_auditentry (at, actor_id, action, target, details, request_id)
SELECT created_at, user_id, CASE status WHEN 'held' THEN 'reservation.held' ELSE 'reservation.made' END,
    'reservation/' || id, jsonb_build_object('user_id', user_id), gen_random_uuid()
FROM reservations_reservation WHERE showtime_id BETWEEN %(lowest)s::bigint AND %(highest)s::bigint
ORDER BY created_at, id
"""

OF_SHOWTIMES = (SEATS_OF_SHOWTIMES, RESERVATIONS_OF_SHOWTIMES, RESERVED_SEATS, LOGINS, KEYS, AUDIT_ENTRIES)


def grow(size: Size) -> Iterator[int]:
    """
    Write all of it in one transaction, whole or not at all; so many showtimes there are after each step.

    Foreign keys are checked at each statement: checked at the end, 60 million checks would wait in memory. The last
    showtime starts in three days, and thirty a day before it, for years.
    """
    first_day = today() + timedelta(days=DAYS_AHEAD - (size.showtimes - 1) // A_DAY)
    values = {
        "opening": start_of(first_day) + timedelta(hours=9),
        "login_lifetime": settings.LOGIN_LIFETIME,
        "capacity": size.seats,
        "a_day": A_DAY,
        "times": TIMES,
        "hall_count": HALLS,
        "row_count": len(size.layout),
        "taken_of_a_row": TAKEN_OF_A_ROW,
        **{
            f"{name}s": [getattr(cell, name) for cell in places(size.layout)]
            for name in ("row", "number", "kind", "x", "y")
        },
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        values |= {"users": make_users(size), "movies": make_movies(size), "halls": make_halls(size)}
        for first in range(0, size.showtimes, BATCH):
            last = min(first + BATCH, size.showtimes) - 1
            cursor.execute(SHOWTIMES, values | {"first": first, "last": last})
            ids = [pk for (pk,) in cursor.fetchall()]
            for statement in OF_SHOWTIMES:
                if first == 0:
                    # A foreign key's check that was planned when the table was empty reads all of it, for each row.
                    cursor.execute("ANALYZE showtimes_showtime, showtimes_seat, reservations_reservation")
                cursor.execute(statement, values | {"lowest": min(ids), "highest": max(ids)})
            yield last + 1
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        # Not all: that would lock what the databases of this server share, until the end of this transaction.
        cursor.execute(f"ANALYZE {', '.join(size.rows)}, movies_genre, movies_moviegenre, showtimes_hall")


def make_users(size: Size) -> list[int]:
    """Nobody can log in as one of them."""
    names = [f"scale-{number}" for number in range(size.users)]
    users = [User(username=name, email=f"{name}@example.org", password="!") for name in names]  # noqa: S106
    return [user.pk for user in User.objects.bulk_create(users, batch_size=1000)]


def make_movies(size: Size) -> list[int]:
    """Of three genres each. Ten have the word in their descriptions, however many there are."""
    names = [f"Scale {number}" for number in range(size.genres)]
    genres = Genre.objects.bulk_create(Genre(name=name, slug=name.lower().replace(" ", "-")) for name in names)
    movies = Movie.objects.bulk_create(
        Movie(
            title=f"The {number * 7919 % size.movies}th Reel",
            description=f"{WORD if number < FOUND else 'Nothing'} happens in act {number}, and then again. " * 8,
            runtime_minutes=90,
            release_date=today() - timedelta(days=number),
        )
        for number in range(size.movies)
    )
    MovieGenre.objects.bulk_create(
        MovieGenre(movie=movie, genre=genres[(number + n) % size.genres])
        for number, movie in enumerate(movies)
        for n in range(3)
    )
    return [movie.pk for movie in movies]


def make_halls(size: Size) -> list[int]:
    after = Hall.objects.aggregate(last=Max("number", default=0))["last"]
    numbers = range(after + 1, after + 1 + HALLS)
    Hall.objects.bulk_create(Hall(number=n, name=f"Small hall {n}", layout=size.layout) for n in numbers)
    return list(numbers)
