"""One fault, from a quiet server to a quiet server."""

import random
import time
from typing import NamedTuple

from tests.faults.faults import Fault
from tests.faults.ledger import Entry
from tests.faults.site import Site
from tests.faults.watch import Watch, watch

SECONDS_BEFORE = 1
SECONDS_CALM = 2  # without a single refusal: then it is over
SECONDS_AT_MOST = 15


class Scene(NamedTuple):
    """What happened, and when the fault began and ended."""

    fault: Fault
    began: float
    ended: float
    entries: list[Entry]
    watched: Watch
    deadlocks: int


def play(site: Site, fault: Fault, rng: random.Random) -> Scene:
    """The customers come, are struck, recover, and pause. `site.complaints` are then those of the fault itself."""
    site.complaints.clear()
    site.server.run_with(fault.options)
    entries, deadlocks = [], site.cluster.deadlocks()
    with watch(site.server.address) as watched:
        site.crowd.go()
        time.sleep(SECONDS_BEFORE)
        act = fault.strike(site, rng)
        began = time.monotonic()
        next(act)
        ended = time.monotonic()
        next(act, None)
        while not is_calm(entries, ended):
            time.sleep(0.2)
            entries += site.ledgers.news()
    site.crowd.pause()
    entries += site.ledgers.news()
    return Scene(fault, began, ended, entries, watched, site.cluster.deadlocks() - deadlocks)


def is_calm(entries: list[Entry], ended: float) -> bool:
    """Nobody was refused for a while; or that has become hopeless."""
    now = time.monotonic()
    refused = max((entry.ended for entry in entries if not entry.is_final), default=0)
    return now - max(refused, ended) > SECONDS_CALM or now - ended > SECONDS_AT_MOST
