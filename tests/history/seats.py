"""What can happen to one seat, and what each of it makes of the seat: all that the checker knows of the product."""

from dataclasses import dataclass
from typing import NamedTuple

FREE, HELD, RESERVED, BLOCKED = "free", "held", "reserved", "blocked"
CLOSED, GONE = "closed", "gone"  # its showtime was cancelled; or deleted, or moved to another hall

SOMEBODY = "somebody"  # the reservation of whoever never got an answer


class Seat(NamedTuple):
    """One seat at an instant; `reservation` has it or, when it is neither held nor reserved, had it last."""

    status: str = FREE
    reservation: int | str | None = None

    def is_of(self, reservation: int | str) -> bool:
        return self.status in (HELD, RESERVED) and self.reservation == reservation


@dataclass(frozen=True)
class Take:
    """A booking got the seat."""

    status: str
    reservation: int | str


@dataclass(frozen=True)
class Confirm:
    """A hold became a reservation. Unless `surely`, the seat may have been given back before."""

    reservation: int | str
    surely: bool = True


@dataclass(frozen=True)
class Release:
    """A cancellation gave the seat back. Unless `surely`, another one may have done so before."""

    reservation: int | str
    surely: bool = True


@dataclass(frozen=True)
class Expire:
    """A hold ran out; nothing, if it was confirmed or cancelled by then."""

    reservation: int | str


@dataclass(frozen=True)
class Block:
    """An admin took the seat out of sale."""


@dataclass(frozen=True)
class Unblock:
    """An admin put it back."""


@dataclass(frozen=True)
class Close:
    """The showtime was cancelled."""


@dataclass(frozen=True)
class Remove:
    """The showtime was deleted, or moved to a hall with other seats: only when it never had a reservation."""


@dataclass(frozen=True)
class See:
    """A look: the seat was found in one of these states. In none of them means that this answer is never right."""

    statuses: frozenset[str]


@dataclass(frozen=True)
class Miss:
    """A look: this reservation did not have the seat, or not any more."""

    reservation: int | str


LOOKS = (See, Miss)


def step(seat: Seat, what: object) -> Seat | None:
    """The seat after `what` happened to it, or None when that cannot have happened to such a seat."""
    match what:
        case Take(status, reservation):
            return Seat(status, reservation) if seat.status == FREE else None
        case Confirm(reservation, surely):
            if seat.is_of(reservation):
                return Seat(RESERVED, reservation)
            return None if surely else seat
        case Release(reservation, surely):
            if seat.is_of(reservation):
                return Seat(FREE, reservation)
            return None if surely else seat
        case Expire(reservation):
            return Seat(FREE, reservation) if seat == Seat(HELD, reservation) else seat
        case Block():
            if seat.status == CLOSED:
                return seat
            return seat._replace(status=BLOCKED) if seat.status in (FREE, BLOCKED) else None
        case Unblock():
            return seat._replace(status=FREE) if seat.status == BLOCKED else seat
        case Close():
            return seat._replace(status=CLOSED) if seat.status != GONE else None
        case Remove():
            return Seat(GONE) if seat.reservation is None else None
        case See(statuses):
            return seat if seat.status in statuses else None
        case Miss(reservation):
            return None if seat.is_of(reservation) else seat
    raise TypeError(what)
