"""One fault, from a quiet server to a quiet server, and what is to be said of it."""

import random
import time
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from tests import harness
from tests.faults.audit import RESERVATIONS, Audit
from tests.faults.faults import UNAVAILABLE, Fault
from tests.faults.ledger import Entry
from tests.faults.site import Site
from tests.faults.watch import Watch, watch

SECONDS_BEFORE = 1
SECONDS_CALM = 2  # without a single refusal: then it is over
SECONDS_TO_RECOVER = 5  # that is promised
EVERY_DAY = ("200", "201")


class Result(NamedTuple):
    """`answered_after` and `refused_until` are seconds since the fault was over."""

    acknowledged: int
    lost: int
    met: Counter[str]
    replayed: int
    answered_after: float | None
    refused_until: float
    life_sign: float
    deadlocks: int
    complaints: list[str]


def play(site: Site, audit: Audit, fault: Fault, rng: random.Random) -> Result:
    site.complaints.clear()
    site.server.run_with(fault.options)
    entries, deadlocks = [], site.cluster.deadlocks()
    with watch(site.server.address) as watched:
        site.crowd.go()
        time.sleep(SECONDS_BEFORE)
        scene = fault.strike(site, rng)
        began = time.monotonic()
        next(scene)
        ended = time.monotonic()
        next(scene, None)
        while not is_calm(entries, ended):
            time.sleep(0.2)
            entries += site.ledgers.news()
    site.crowd.pause()
    entries += site.ledgers.news()
    audit.enter(entries)
    lost = list(audit.complaints(site.cluster.ask(RESERVATIONS)))
    deadlocks = site.cluster.deadlocks() - deadlocks
    after = [entry.ended - ended for entry in entries if entry.told and entry.ended > ended]
    result = Result(
        acknowledged=sum(1 for entry in entries if entry.told),
        lost=len(lost),
        met=Counter(entry.outcome for entry in entries if not is_of_every_day(entry) and entry.ended > began),
        replayed=sum(entry.replayed for entry in entries),
        answered_after=min(after, default=None),
        refused_until=max((entry.began - ended for entry in entries if not entry.is_final), default=0),
        life_sign=watched.slowest_life_sign(),
        deadlocks=deadlocks,
        complaints=[],
    )
    result.complaints.extend(site.complaints)
    result.complaints.extend(lost)
    result.complaints.extend(breaches(fault, entries, site.user[0], watched, began, ended, result))
    if harness.try_to_run(site.environment, "manage.py", "check_invariants").returncode:
        result.complaints.append("an invariant is broken: manage.py check_invariants")
    return result


def is_calm(entries: list[Entry], ended: float) -> bool:
    """Nobody was refused for a while; or that has become hopeless."""
    now = time.monotonic()
    refused = max((entry.ended for entry in entries if not entry.is_final), default=0)
    return now - max(refused, ended) > SECONDS_CALM or now - ended > 3 * SECONDS_TO_RECOVER


def is_of_every_day(entry: Entry) -> bool:
    return entry.outcome in EVERY_DAY or entry.outcome.startswith("409 ")


def breaches(
    fault: Fault, entries: list[Entry], clerk: int, watched: Watch, began: float, ended: float, result: Result
) -> Iterator[str]:
    """Whatever was answered and should not have been. The clerk's requests may be what the fault is aimed at."""
    forbidden = Counter()
    for entry in entries:
        in_fault = entry.ended > began and entry.began < ended + SECONDS_TO_RECOVER
        allowed = fault.allowed | UNAVAILABLE if entry.user == clerk else fault.allowed
        if not is_of_every_day(entry) and not (in_fault and entry.outcome in allowed):
            forbidden[f"{entry.op} was answered {entry.outcome} {'in' if in_fault else 'outside of'} the fault"] += 1
    yield from (f"{what} ({count} times)" for what, count in forbidden.items())
    if result.answered_after is None or result.answered_after > SECONDS_TO_RECOVER:
        yield f"after the fault it took {result.answered_after or 'too many'} s to get an answer"
    if result.deadlocks:
        yield f"{result.deadlocks} deadlocks"
    ready_after = watched.ready_after(ended)
    if ready_after is None or ready_after > SECONDS_TO_RECOVER:
        yield f"/readyz was not well again within {SECONDS_TO_RECOVER} s"
    for path, good in (("/livez", {"200"}), ("/readyz", {"200", "503"})):
        if others := {answer.outcome for answer in watched.answers[path]} - good - (fault.allowed - UNAVAILABLE):
            yield f"{path} was answered {', '.join(others)}"
