"""What there is in the cinema that all servers serve."""

from typing import NamedTuple

SEATS = 300  # in each hall
LISTED = 20  # showtimes of the quiet day
USERS = 211  # a prime, so that counting up showtimes and users together meets every pair of them
PASSWORD = "borscht-with-alfalfa-42"
WORD = "lighthouse"


class Cinema(NamedTuple):
    """`tokens` are the users' by id; showtimes that are free of bookings, and their seats, have ids in a row."""

    busy_day: str
    quiet_day: str
    showtimes: list[int]  # of the busy day, half taken
    word: str
    first_user: int
    tokens: list[str]
    username: str
    first_free_showtime: int
    first_free_seat: int
    free_showtimes: int

    @property
    def pairs(self) -> int:
        """How many bookings of two neighbours fit into the free showtimes."""
        return self.free_showtimes * SEATS // 2

    def booking(self, number: int) -> tuple[int, dict]:
        """A user's index, and the body of a booking; one after the other goes round all showtimes and users."""
        pair, showtime = divmod(number, self.free_showtimes)
        seat = self.first_free_seat + showtime * SEATS + 2 * pair
        return number % USERS, {"showtime_id": self.first_free_showtime + showtime, "seat_ids": [seat, seat + 1]}
