"""One attempt in a storm, as a scenario sees it."""

import random
from dataclasses import dataclass

from tests.storm.plan import ROUND, Plan, Stage, User
from tests.storm.visitor import Reservation, Visitor


@dataclass
class Visit:
    """Who is there, what it is about, and the dice."""

    cinema: Visitor
    plan: Plan
    stage: Stage
    turn: int
    rng: random.Random

    def __post_init__(self):
        """A stage with several showtimes plays them one after the other."""
        self.turns = ROUND // len(self.stage.showtimes)
        number, self.turn = divmod(self.turn, self.turns)
        self.showtime, self.seats = self.stage.showtimes[number]

    @property
    def admin(self) -> User:
        return self.plan.admin

    def somebody(self) -> User:
        return self.rng.choice(self.plan.users)

    def owner_of(self, reservation: Reservation) -> User:
        return next(user for user in self.plan.users if user.id == reservation.owner)

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def some_seats(self, count: int) -> list[int]:
        """In any order: whoever locks in the order asked will deadlock."""
        return self.rng.sample(self.seats, count)

    def cancel_one(self, reservations: list[Reservation], by: User | None = None) -> None:
        """One of these, the newest more often: all of it, or a seat; by its owner if by nobody else."""
        if not reservations:
            return
        reservation = reservations[0] if self.chance(0.5) else self.rng.choice(reservations)
        some = [self.rng.choice(reservation.seats)] if self.chance(0.5) else None
        self.cinema.cancel(by or self.owner_of(reservation), reservation, some)
