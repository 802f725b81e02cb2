"""
What happens in a storm. Each scenario is one attempt by one client; the others are at the same stage at the same time.

Seats are few and fresh, so that something is always fought for, and each attempt is decided by the seed: all that
differs between two runs is who comes first.
"""

import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from tests.storm.visit import Visit

SPARE_HALL = 100  # this much higher is the number of the hall that showtimes can be moved to


class Scenario(NamedTuple):
    attempt: Callable[[Visit], None]
    layout: list[str]
    showtimes: int


SCENARIOS: dict[str, Scenario] = {}


def scenario(layout: list[str], showtimes: int = 1):
    """Played in a hall with this layout, on so many showtimes a round."""

    def register(attempt: Callable[[Visit], None]) -> Callable[[Visit], None]:
        SCENARIOS[attempt.__name__] = Scenario(attempt, layout, showtimes)
        return attempt

    return register


@scenario(["SSSSSSSSSS"])
def one_seat(visit: Visit) -> None:
    """Everybody wants the same seat; once it is gone, the next."""
    wanted = visit.seats[visit.turn * len(visit.seats) // visit.turns]
    visit.cinema.book(visit.somebody(), visit.showtime, seats=[wanted])


@scenario(["SSSSSS"])
def opposite_orders(visit: Visit) -> None:
    """Groups that overlap, each asked for in another order, and given back at once."""
    user = visit.somebody()
    seats = visit.some_seats(visit.rng.randint(2, 5))
    reservation = visit.cinema.book(user, visit.showtime, seats=seats)
    if reservation:
        visit.cinema.cancel(user, reservation)


@scenario(["SSSSSS"])
def book_against_cancel(visit: Visit) -> None:
    """Some book, others cancel what was booked, all of it or a part, by the owner and by an admin at once."""
    if visit.chance(0.5):
        visit.cinema.book(visit.somebody(), visit.showtime, seats=visit.some_seats(2))
    else:
        reservations = visit.cinema.reservations(visit.admin, visit.showtime, "confirmed")
        visit.cancel_one(reservations, by=visit.admin if visit.chance(0.5) else None)


@scenario(["SSSSPPPP"], showtimes=4)
def cancelled_showtimes(visit: Visit) -> None:
    """People book, hold, confirm and cancel, admins change the prices, and then the showtime is cancelled."""
    user = visit.somebody()
    if visit.turn in (visit.turns - 5, visit.turns - 4):
        visit.cinema.cancel_showtime(visit.admin, visit.showtime)
    elif visit.chance(0.15):
        visit.cinema.edit_showtime(visit.admin, visit.showtime, new_prices(visit))
    elif visit.chance(0.2):
        visit.cancel_one(visit.cinema.reservations(visit.admin, visit.showtime, "confirmed"))
    else:
        hold = visit.cinema.book(user, visit.showtime, seats=visit.some_seats(2), hold=visit.chance(0.3))
        if hold and hold.until:
            visit.cinema.confirm(user, hold)


def new_prices(visit: Visit) -> dict:
    price = visit.rng.randint(5, 20)
    return {"price": f"{price}.00", "premium_price": f"{price + 1}.00"}


@scenario(["SSSS"], showtimes=10)
def deleted_showtimes(visit: Visit) -> None:
    """A showtime is deleted, or moved to another hall, just as the first people book."""
    roles = ["delete", "move", *["book"] * (visit.turns - 2)]
    random.Random(visit.showtime).shuffle(roles)
    match roles[visit.turn]:
        case "delete":
            visit.cinema.delete_showtime(visit.admin, visit.showtime)
        case "move":
            hall = {"hall_number": hall_of(visit) + SPARE_HALL}
            visit.cinema.edit_showtime(visit.admin, visit.showtime, hall, replaces=visit.seats)
        case "book":
            free = visit.cinema.free_seats(visit.admin, visit.showtime)
            if len(free) >= 2:
                visit.cinema.book(visit.somebody(), visit.showtime, seats=visit.rng.sample(free, 2))


def hall_of(visit: Visit) -> int:
    """Each scenario has a hall of its own."""
    return list(SCENARIOS).index(visit.stage.scenario) + 1


@scenario(["SSSS"])
def expiring_holds(visit: Visit) -> None:
    """In the moment in which a hold runs out, its owner confirms or cancels, and others book the seat or block it."""
    listed = visit.cinema.reservations(visit.admin, visit.showtime, "held")
    holds = [hold for hold in listed if hold.until]  # not what was confirmed since the list's filter looked at it
    left = min((hold.until - time.monotonic_ns() for hold in holds), default=0) / 1e9
    if not 0 < left < 0.3:
        visit.cinema.book(visit.somebody(), visit.showtime, seats=visit.some_seats(1), hold=True)
        return
    hold = min(holds, key=lambda hold: hold.until)
    if hold.id % 4 == 0:
        # Nobody else wants this one, and its owner comes too late.
        time.sleep(left + 0.1)
        visit.cinema.confirm(visit.owner_of(hold), hold)
        return
    time.sleep(max(0, left + visit.rng.uniform(-0.02, 0.01)))
    what = visit.rng.random()
    if what < 0.4:
        visit.cinema.confirm(visit.owner_of(hold), hold)
        if visit.chance(0.5):
            visit.cinema.cancel(visit.admin, hold)
    elif what < 0.8:
        visit.cinema.book(visit.somebody(), visit.showtime, seats=hold.seats, hold=visit.chance(0.8))
    elif what < 0.9:
        visit.cinema.cancel(visit.owner_of(hold), hold)
    else:
        visit.cinema.block(visit.admin, visit.showtime, hold.seats)
        visit.cinema.unblock(visit.admin, visit.showtime, hold.seats)


@scenario(["SSSS"])
def block_against_book(visit: Visit) -> None:
    """Admins take seats out of sale and put them back, while people book and cancel them."""
    user, seats = visit.somebody(), visit.some_seats(2)
    if visit.chance(0.2):
        visit.cinema.block(visit.admin, visit.showtime, seats)
    elif visit.chance(0.4):
        visit.cinema.unblock(visit.admin, visit.showtime, seats)
    elif reservation := visit.cinema.book(user, visit.showtime, seats=seats):
        visit.cinema.cancel(user, reservation)


@scenario(["SSS.SSS", "PPPPPPP", "AA.AASS"], showtimes=3)
def best_available(visit: Visit) -> None:
    """The best seats, until there are none."""
    user = visit.somebody()
    kind = {"kind": visit.rng.choice(["standard", "premium", "accessible"])} if visit.chance(0.3) else {}
    reservation = visit.cinema.book(user, visit.showtime, quantity=visit.rng.randint(1, 4), **kind)
    if reservation and visit.chance(0.3):
        visit.cinema.cancel(user, reservation)


@scenario(["S" * 10] * 6)
def user_limits(visit: Visit) -> None:
    """One user, at many devices, tries to get more seats and holds than one person can have."""
    user = visit.plan.users[visit.stage.number % len(visit.plan.users)]
    if visit.chance(0.15):
        visit.cancel_one(visit.cinema.reservations(user, visit.showtime, "confirmed"))
    elif visit.chance(0.4):
        visit.cinema.book(user, visit.showtime, seats=visit.some_seats(1), hold=True)
    else:
        visit.cinema.book(user, visit.showtime, seats=visit.some_seats(4))


@scenario(["S" * 12] * 2)
def same_key(visit: Visit) -> None:
    """The same request with the same `Idempotency-Key`, five times at once; sometimes the body is another."""
    group = visit.turn // 5
    seats = visit.seats[2 * group :][:2]
    if visit.chance(0.1):
        seats = seats[::-1]
    user = visit.plan.users[group]
    visit.cinema.book(user, visit.showtime, seats=seats, key=f"{visit.stage.number}-{group}")


@scenario(["S"])
def overlapping_showtimes(visit: Visit) -> None:
    """Showtimes in one hall: made, moved and cancelled at once, where only a few have room."""
    hall = hall_of(visit) + SPARE_HALL
    day = datetime.fromisoformat("2200-01-01T00:00:00+00:00") + timedelta(hours=12 * visit.stage.number)
    starts_at = (day + timedelta(minutes=5 * visit.rng.randrange(72))).isoformat()
    scheduled = visit.cinema.showtimes(
        visit.admin,
        hall_number=hall,
        status="scheduled",
        starts_at_after=day.isoformat(),
        starts_at_before=(day + timedelta(hours=6)).isoformat(),
    )
    if not scheduled or visit.chance(0.5):
        new = {"movie_id": visit.plan.movie, "hall_number": hall, "starts_at": starts_at, "price": "10.00"}
        visit.cinema.add_showtime(visit.admin, new)
    elif visit.chance(0.7):
        visit.cinema.edit_showtime(visit.admin, visit.rng.choice(scheduled)["id"], {"starts_at": starts_at})
    else:
        visit.cinema.cancel_showtime(visit.admin, visit.rng.choice(scheduled)["id"])
