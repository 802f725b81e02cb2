"""What is asked of a cinema that has grown, and how much longer it may take."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from benchmarks.growth.cinema import Grown
from benchmarks.load import Measure, Request
from benchmarks.plan import Aim

LIMIT = 1.3
SMALLEST = "the smallest"


def milliseconds(measure: Measure) -> float:
    """Of CPU a request, of the application and the database together."""
    return 1000 * (measure.app_cpu + measure.database_cpu) / measure.requests


AIM = Aim(
    f"≤ {LIMIT} ×", lambda ours, theirs: milliseconds(ours) / milliseconds(theirs), LIMIT, rival=SMALLEST, most=True
)


class Question(NamedTuple):
    """A path, which may name fields of `Grown`; each showtime of a day has its turn."""

    what: str
    path: str
    by_admin: bool = False

    def requests(self, grown: Grown) -> list[Request]:
        token = grown.admin if self.by_admin else grown.customers[0]
        values = grown._asdict()
        paths = [self.path.format(**values, showtime=showtime) for showtime in grown.showtimes]
        return [Request("GET", f"/api/v1/{path}", token) for path in paths]


QUESTIONS = [
    Question("seat map", "showtimes/{showtime}/seats/"),
    Question("showtimes of a day", "showtimes/?starts_at={day}"),
    Question("showtimes from a day on", "showtimes/?starts_at_after={day}"),
    Question("showtimes of a movie", "showtimes/?movie_id={movie}"),
    Question("showtimes that were cancelled", "showtimes/?status=cancelled"),
    Question("showtimes, all", "showtimes/"),
    Question("showtimes, the dearest first", "showtimes/?ordering=-price"),
    Question("schedule of a day", "schedule/?date={day}"),
    Question("movies, all", "movies/"),
    Question("movies, search", "movies/?search=lighthouse"),
    Question("movies on a day", "movies/?showing_on={day}"),
    Question("my reservations", "reservations/"),
    Question("a showtime's reservations", "reservations/?showtime_id={showtime}", by_admin=True),
    Question("a user's reservations", "reservations/?user_id={customer}", by_admin=True),
    Question("reservations, all", "reservations/", by_admin=True),
    Question("holds that ran out", "reservations/?status=expired", by_admin=True),
    Question("holds that are alive", "reservations/?status=held", by_admin=True),
    Question("sales of a month", "reports/sales/?date_from={month[0]}&date_to={month[1]}", by_admin=True),
    Question("audit log", "audit/", by_admin=True),
    Question("audit log of a user", "audit/?actor={customer}", by_admin=True),
    Question("audit log until a day", "audit/?before={day}", by_admin=True),
    Question("users, all", "users/", by_admin=True),
    Question("users, search", "users/?search=admin", by_admin=True),
]


class Write(NamedTuple):
    """What is sent in a round, which has a number; the answers to the write before it are there."""

    what: str
    status: int
    requests: Callable[[Grown, int, list[dict]], Iterator[Request]]


BOOKINGS, SHOWTIMES = 100, 40  # of a round


def bookings(grown: Grown, number: int, answers: list[dict]) -> Iterator[Request]:
    first = number * BOOKINGS % len(grown.pairs)
    for n, (showtime, seats) in enumerate(grown.pairs[first : first + BOOKINGS]):
        body = {"showtime_id": showtime, "seat_ids": seats}
        yield Request("POST", "/api/v1/reservations/", grown.customers[n % len(grown.customers)], body)


def cancellations(grown: Grown, number: int, answers: list[dict]) -> Iterator[Request]:
    for answer in answers:
        yield Request("POST", f"/api/v1/reservations/{answer['id']}/cancel/", grown.admin, {})


def showtimes(grown: Grown, number: int, answers: list[dict]) -> Iterator[Request]:
    for n in range(SHOWTIMES):
        start = datetime.fromisoformat(grown.start) + (number * SHOWTIMES + n) * timedelta(hours=3)
        body = {"movie_id": grown.movie, "hall_number": grown.hall, "starts_at": start.isoformat(), "price": "9.00"}
        yield Request("POST", "/api/v1/showtimes/", grown.admin, body)


def deletions(grown: Grown, number: int, answers: list[dict]) -> Iterator[Request]:
    for answer in answers:
        yield Request("DELETE", f"/api/v1/showtimes/{answer['id']}/", grown.admin)


WRITES = [
    Write("reserve two seats", 201, bookings),
    Write("cancel a reservation", 200, cancellations),
    Write("make a showtime", 201, showtimes),
    Write("delete a showtime", 204, deletions),
]
