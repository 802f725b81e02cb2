"""What is measured, and what is aimed at."""

import random
from collections.abc import Callable
from typing import NamedTuple

from benchmarks import limits
from benchmarks.cinema import PASSWORD, SEATS, Cinema
from benchmarks.load import CONNECTIONS, Measure, Request, drive, repeated
from benchmarks.site import Site

BUYERS = CONNECTIONS


class Aim(NamedTuple):
    """A figure of the cinema's, or its ratio to a rival's, and what it should be at least (or, `most`, at most)."""

    words: str
    value: Callable[..., float]
    limit: float
    rival: str | None = None
    most: bool = False

    def is_met(self, value: float) -> bool:
        return value <= self.limit if self.most else value >= self.limit


def faster(limit: float, rival: str = "peer") -> Aim:
    return Aim(f"≥ {limit:g} × {rival}", lambda ours, theirs: ours.rate / theirs.rate, limit, rival)


AHEAD_OF_TUNED = faster(1, "tuned")


def share(limit: float, rival: str) -> Aim:
    return faster(limit, rival)._replace(words=f"≥ {limit:.0%} of {rival}")


class Benchmark(NamedTuple):
    """
    `requests` are sent to the cinema and its `rivals`, and answered with `status`.

    `also` names more that are measured beside those: a rival's name, and what runs it for so many seconds.
    """

    name: str
    what: str
    requests: Callable[[Cinema], list[Request]]
    aims: tuple[Aim, ...]
    status: int = 200
    unchanged: bool = False  # sent with the ETag of what the same server answered before
    writes: bool = False
    sold_out_after: int | None = None
    rivals: tuple[str, ...] = ("peer", "tuned", "bare")
    compared: Callable[[object], object] = lambda body: body  # what must be the same in the answers of all servers
    also: dict[str, Callable[[Site, int], Measure]] = {}


def get(path: str, cinema: Cinema) -> Request:
    return Request("GET", f"/api/v1/{path}", cinema.tokens[0])


def seats(cinema: Cinema) -> list[Request]:
    return [get(f"showtimes/{showtime}/seats/", cinema) for showtime in cinema.showtimes]


def whole_map(site: Site, seconds: int) -> Measure:
    """What a peer without ETags would send."""
    return drive(site, "peer", repeated(site.servers["peer"], seats(site.cinema)), seconds)


def showtimes(cinema: Cinema) -> list[Request]:
    return [get(f"showtimes/?starts_at={cinema.quiet_day}", cinema)]


def schedule(cinema: Cinema) -> list[Request]:
    return [get(f"schedule/?date={cinema.busy_day}", cinema)]


def movies(cinema: Cinema) -> list[Request]:
    return [get(f"movies/?search={cinema.word}", cinema)]


def mine(cinema: Cinema) -> list[Request]:
    return [get("reservations/", cinema)]


def book(cinema: Cinema, number: int, user: int | None = None) -> Request:
    index, body = cinema.booking(number)
    return Request("POST", "/api/v1/reservations/", cinema.tokens[index if user is None else user], body)


def reserve(cinema: Cinema) -> list[Request]:
    return [book(cinema, number) for number in range(cinema.pairs)]


def storm(cinema: Cinema) -> list[Request]:
    """Each buyer tries all pairs of one showtime's seats in an order of their own, sold or not."""
    pairs = range(0, cinema.pairs, cinema.free_showtimes)
    orders = [random.Random(buyer).sample(pairs, len(pairs)) for buyer in range(BUYERS)]
    return [book(cinema, pair, buyer) for turn in zip(*orders, strict=True) for buyer, pair in enumerate(turn)]


def login(cinema: Cinema) -> list[Request]:
    return [Request("POST", "/api/v1/auth/token/", body={"login": cinema.username, "password": PASSWORD})]


def everything(cinema: Cinema) -> list[Request]:
    others = [*showtimes(cinema), *schedule(cinema), *movies(cinema), *mine(cinema), *login(cinema)]
    return [request for one in seats(cinema) for request in (one, *others)]


def without_chance(body: dict) -> dict:
    """Every booking has these of its own; and the refusal of a second one has none of them."""
    return {name: value for name, value in body.items() if name not in ("id", "code", "created_at")}


def shape(body: object) -> object:
    """The names and types in it."""
    if isinstance(body, dict):
        return {name: shape(value) for name, value in body.items()}
    return [shape(value) for value in body] if isinstance(body, list) else type(body).__name__


BENCHMARKS = [
    Benchmark("seats", "seat map, 300 seats, half taken", seats, (faster(12), AHEAD_OF_TUNED, share(0.45, "bare"))),
    Benchmark(
        "seats-304",
        "the same, unchanged: 304",
        seats,
        (faster(16, "peer's whole map"), AHEAD_OF_TUNED),
        status=304,
        unchanged=True,
        also={"peer's whole map": whole_map},
    ),
    Benchmark("showtimes", "showtimes of a day, 20 with available seats", showtimes, (faster(4), AHEAD_OF_TUNED)),
    Benchmark("schedule", "schedule of a day, 60 showtimes", schedule, (faster(4), AHEAD_OF_TUNED)),
    Benchmark("movies", "movies with a word, 10 of 200", movies, (faster(4), AHEAD_OF_TUNED)),
    Benchmark("mine", "my reservations, a page of 20", mine, (faster(3), AHEAD_OF_TUNED)),
    Benchmark(
        "reserve",
        "reserve 2 seats, many showtimes",
        reserve,
        (faster(2.5), AHEAD_OF_TUNED, share(0.35, "pgbench")),
        status=201,
        writes=True,
        compared=without_chance,
        also={"pgbench": limits.pgbench},
    ),
    Benchmark(
        "storm",
        f"on-sale: {BUYERS} buyers, 2 seats each until {SEATS} are sold",
        storm,
        (
            faster(2.5)._replace(words="sold out ≥ 2.5 × sooner than peer"),
            Aim("p99 no worse than peer", lambda ours, theirs: theirs.p99 / ours.p99, 1, "peer"),
            AHEAD_OF_TUNED._replace(words="sold out ≥ 1 × as soon as tuned"),
        ),
        status=201,
        writes=True,
        sold_out_after=SEATS // 2,
        compared=without_chance,
    ),
    Benchmark(
        "login",
        "log in, against its password hash alone",
        login,
        (Aim("≤ 1.2 × hash", lambda ours, theirs: theirs.rate / ours.rate, 1.2, "hash", most=True),),
        writes=True,
        rivals=("peer", "bare"),  # logging in is the same code in both peers
        compared=shape,
        also={"hash": limits.hashes},
    ),
    Benchmark(
        "memory",
        "memory of a worker, after all of these",
        everything,
        (Aim("≤ 120 MB", lambda ours: ours.megabytes, 120, most=True),),
        rivals=(),
    ),
]
