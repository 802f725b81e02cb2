"""A crash, and the same Idempotency-Key on both sides of it. See tests/faults/crashes.py for the form."""

import random
from collections.abc import Callable, Iterator

from tests.faults.site import Booking, Site
from tests.faults.wire import CLOSED

Fault = Callable[[Site, random.Random], Iterator[None]]


def before_commit(crash: Fault) -> Fault:
    """What was asked before the crash never happened: the repetition books."""

    def strike(site: Site, rng: random.Random) -> Iterator[None]:
        booking = site.new_booking()
        with site.locked("showtimes_seat", booking.seat) as holder:
            sent = site.send(booking)
            site.wait_until_waiting(holder)
            next(crash(site, rng))
        yield
        expect(site, sent.result().outcome, CLOSED, "503")
        repeat(site, booking, replayed=False)

    return strike


def after_commit(crash: Fault) -> Fault:
    """It did happen: the repetition tells what."""

    def strike(site: Site, rng: random.Random) -> Iterator[None]:
        booking = site.new_booking()
        sent = site.send(booking, **{"X-Late": "1"})
        site.wait_until_booked(booking)
        next(crash(site, rng))
        yield
        expect(site, sent.result().outcome, CLOSED, "201")
        repeat(site, booking, replayed=True)

    return strike


def expect(site: Site, outcome: str, *expected: str) -> None:
    if outcome not in expected:
        site.complain(f"the request before the crash was answered {outcome}")


def repeat(site: Site, booking: Booking, *, replayed: bool) -> None:
    answer = site.book(booking)
    if answer.outcome != "201" or answer.replayed is not replayed:
        word = "a replayed" if replayed else "a first"
        return site.complain(f"the repetition was answered {answer.outcome}, not {word} 201")
    site.cancel(answer)
