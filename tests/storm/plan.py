"""Who does what and when in a storm: decided beforehand, by the seed alone."""

import random
from collections.abc import Iterator
from typing import NamedTuple

ROUND = 60  # attempts on one stage
PART = 10_000  # attempts, at most, whose history is checked before others begin: it is kept in memory
CLIENTS_PER_LANE = 6


class User(NamedTuple):
    id: int
    token: str


class Stage(NamedTuple):
    """Where one round of a scenario is played: its showtimes, fresh and empty, each with the ids of its seats."""

    number: int
    scenario: str
    showtimes: list[tuple[int, list[int]]]


class Plan(NamedTuple):
    """
    The attempts are numbered, and every client takes the next number from the same counter: so all of them are always
    at the same few stages, one a lane, and none ever waits for another.
    """

    attempts: int
    lanes: int
    seed: int
    stages: list[Stage]
    users: list[User]
    admin: User
    movie: int

    def parts(self) -> Iterator[range]:
        """The attempts in parts of whole stages, so that the history of a seat is in one of them."""
        size = PART - PART % (ROUND * self.lanes)
        for start in range(0, self.attempts, size):
            yield range(start, min(start + size, self.attempts))

    def place(self, attempt: int) -> tuple[Stage, int]:
        """The stage of this attempt, and which of its attempts it is."""
        rounds, within = divmod(attempt, ROUND * self.lanes)
        turn, lane = divmod(within, self.lanes)
        return self.stages[rounds * self.lanes + lane], turn

    def rng(self, attempt: int) -> random.Random:
        return random.Random(f"{self.seed}/{attempt}")


def lanes_for(clients: int) -> int:
    return max(1, clients // CLIENTS_PER_LANE)


def rounds(names: list[str], attempts: int, lanes: int, seed: int) -> list[str]:
    """The scenario of each round: all of them, shuffled, again and again, so that each gets an equal share."""
    rng, order = random.Random(seed), []
    needed = lanes * -(-attempts // (ROUND * lanes))
    while len(order) < needed:
        order += rng.sample(names, len(names))
    return order[:needed]
