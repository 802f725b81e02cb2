"""What is to be said of a fault, and against the cinema."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from tests import harness
from tests.faults.audit import RESERVATIONS, Audit
from tests.faults.faults import UNAVAILABLE
from tests.faults.ledger import Entry
from tests.faults.play import Scene
from tests.faults.site import Site

SECONDS_TO_RECOVER = 5  # that is promised
EVERY_DAY = ("200", "201")


class Result(NamedTuple):
    """`answered_after` and `refused_until` are seconds since the fault was over; `life_sign` is the slowest one."""

    acknowledged: int
    lost: int
    refused: Counter[str]
    replayed: int
    answered_after: float | None
    refused_until: float
    life_sign: float
    deadlocks: int
    complaints: list[str]


def judge(site: Site, audit: Audit, scene: Scene) -> Result:
    audit.enter(scene.entries)
    lost = list(audit.complaints(site.cluster.ask(RESERVATIONS)))
    complaints = [*site.complaints, *lost, *wrong_answers(scene, clerk=site.user[0]), *late_answers(scene)]
    if scene.deadlocks:
        complaints.append(f"{scene.deadlocks} deadlocks")
    if harness.try_to_run(site.environment, "manage.py", "check_invariants").returncode:
        complaints.append("manage.py check_invariants finds a broken promise")
    return Result(
        acknowledged=sum(1 for entry in scene.entries if entry.told),
        lost=len(lost),
        refused=Counter(
            entry.outcome for entry in scene.entries if not is_of_every_day(entry) and entry.ended > scene.began
        ),
        replayed=sum(entry.replayed for entry in scene.entries),
        answered_after=answered_after(scene),
        refused_until=max([0, *(entry.began - scene.ended for entry in scene.entries if not entry.is_final)]),
        life_sign=scene.watched.slowest_life_sign(),
        deadlocks=scene.deadlocks,
        complaints=complaints,
    )


def is_of_every_day(entry: Entry) -> bool:
    return entry.outcome in EVERY_DAY or entry.outcome.startswith("409 ")


def wrong_answers(scene: Scene, clerk: int) -> Iterator[str]:
    """Those that nobody should get, or not now. The clerk's requests may be what the fault is aimed at."""
    found = Counter()
    for entry in scene.entries:
        in_fault = entry.ended > scene.began and entry.began < scene.ended + SECONDS_TO_RECOVER
        allowed = scene.fault.allowed | (UNAVAILABLE if entry.user == clerk else set())
        if not is_of_every_day(entry) and not (in_fault and entry.outcome in allowed):
            found[f"{entry.op} was answered {entry.outcome} {'during' if in_fault else 'outside of'} the fault"] += 1
    yield from (f"{what} ({count} times)" for what, count in found.items())
    for path, good in (("/livez", {"200"}), ("/readyz", {"200", "503"})):
        outcomes = {answer.outcome for answer in scene.watched.answers[path]}
        yield from (f"{path} was answered {each}" for each in outcomes - good - (scene.fault.allowed - UNAVAILABLE))


def late_answers(scene: Scene) -> Iterator[str]:
    for what, seconds in (
        ("a booking, confirmation or cancellation", answered_after(scene)),
        ("/readyz", scene.watched.ready_after(scene.ended)),
    ):
        if seconds is None or seconds > SECONDS_TO_RECOVER:
            yield f"{what} was not answered within {SECONDS_TO_RECOVER} s after the fault, but after {seconds} s"


def answered_after(scene: Scene) -> float | None:
    answered = (entry.ended - scene.ended for entry in scene.entries if entry.told and entry.ended > scene.ended)
    return min(answered, default=None)
