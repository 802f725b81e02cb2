"""What there is in a cinema that has grown."""

from typing import NamedTuple

CUSTOMERS = 50
FREE_SHOWTIMES = 60


class Grown(NamedTuple):
    """Tokens, ids, and what to ask for: each finds as many rows in every cinema."""

    admin: str
    customers: list[str]
    customer: int
    showtimes: list[int]  # of one day
    day: str
    month: tuple[str, str]
    movie: int
    hall: int
    start: str  # of as many showtimes as one likes in that hall, three hours apart
    pairs: list[tuple[int, list[int]]]  # showtimes that are yet to come, with two free seats
    rows: int
