"""From what the clients wrote down to what happened to each seat."""

from collections import defaultdict
from collections.abc import Iterator

from tests.history.index import Index
from tests.history.linearization import NEVER, Operation
from tests.history.records import is_first_answer, is_lost, is_ok
from tests.history.seats import (
    BLOCKED,
    CLOSED,
    FREE,
    GONE,
    HELD,
    LOOKS,
    RESERVED,
    SOMEBODY,
    Block,
    Close,
    Confirm,
    Expire,
    Miss,
    Release,
    Remove,
    See,
    Take,
    Unblock,
)

# How far a server's reading of the clock may be from a client's: expiry is somewhere within this much of its instant.
CLOCK_SLACK = 50_000_000

Happening = tuple[int, object]  # to this seat, that

NO_STATUS = See(frozenset())  # which no seat can have


def seen(*statuses: str) -> See:
    return See(frozenset(statuses))


def histories(index: Index) -> dict[int, list[Operation]]:
    """Of each seat, all that happened to it."""
    operations = defaultdict(list)
    for record in index.records:
        end = NEVER if is_lost(record) else record["end"]
        for seat, what in happenings(record, index):
            operations[seat].append(Operation(record["start"], end, what, isinstance(what, LOOKS), record))
        for seat, expiry in expiries(record, index):
            operations[seat].append(expiry)
    return operations


def happenings(record: dict, index: Index) -> Iterator[Happening]:
    if record["answer"].get("comes_from_nowhere"):
        yield from ((seat, NO_STATUS) for seat in index.seats_of_reservation[record["answer"]["reservation"]])
    elif is_ok(record) or is_lost(record):
        yield from changes(record, index)
    else:
        yield from sights(record, index)


def changes(record: dict, index: Index) -> Iterator[Happening]:
    match record["op"]:
        case "book":
            yield from takings(record, index)
        case "confirm":
            for seat in index.seats_of_reservation[record["reservation"]]:
                yield seat, Confirm(record["reservation"], surely_had(record, seat, index))
        case "cancel":
            for seat in index.seats_to_release(record):
                still_active = seat in record["answer"].get("active", ())
                yield seat, Release(record["reservation"], surely_had(record, seat, index))
                yield from [(seat, NO_STATUS)] if still_active else ()
        case "block":
            yield from ((seat, Block()) for seat in record["seats"])
        case "unblock":
            yield from ((seat, Unblock()) for seat in record["seats"])
        case "cancel_showtime":
            yield from ((seat, Close()) for seat in index.seats_of_showtime[record["showtime"]])
        case "delete_showtime":
            yield from ((seat, Remove()) for seat in index.seats_of_showtime[record["showtime"]])
        case "edit_showtime":
            yield from ((seat, Remove()) for seat in record.get("replaces", ()))


def surely_had(record: dict, seat: int, index: Index) -> bool:
    """Whether nothing else can have given back this reservation's seat before: then it had the seat until now."""
    releases = index.releases(record["reservation"], record["showtime"], seat)
    return not any(each is not record and each["start"] < record["end"] for each in releases)


def takings(record: dict, index: Index) -> Iterator[Happening]:
    answer = record["answer"]
    if is_first_answer(record):
        status = HELD if answer["status"] == HELD else RESERVED
        yield from ((seat, Take(status, answer["reservation"])) for seat in answer["active"])
        if not got_what_it_asked(record):
            yield from ((seat, NO_STATUS) for seat in index.seats_of_reservation[answer["reservation"]])
    elif is_lost(record):
        status = HELD if record.get("hold") else RESERVED
        yield from ((seat, Take(status, SOMEBODY)) for seat in index.seats_asked(record))


def got_what_it_asked(record: dict) -> bool:
    """All of the seats, and no other."""
    active = record["answer"]["active"]
    return set(active) == set(record["seats"]) if "seats" in record else len(active) == record["quantity"]


def expiries(record: dict, index: Index) -> Iterator[tuple[int, Operation]]:
    """A hold runs out by itself: at an instant that its answer told, or, if that was lost, some time."""
    if record["op"] != "book":
        return
    for seat, taking in takings(record, index):
        if isinstance(taking, Take) and taking.status == HELD:
            until = record["answer"].get("until")
            start, end = (until - CLOCK_SLACK, until + CLOCK_SLACK) if until else (record["start"], NEVER)
            yield seat, Operation(start, end, Expire(taking.reservation))


def sights(record: dict, index: Index) -> Iterator[Happening]:
    """What a refusal says of the seats. It names each one that was taken, so the others were not."""
    asked, answer = index.seats_asked(record), record["answer"]
    match record["op"], answer.get("code"):
        case "book" | "block" as op, "seats_unavailable":
            reasons = dict(answer["seats"])
            others = seen(FREE) if op == "book" else seen(FREE, BLOCKED, CLOSED)
            for seat in asked:
                yield seat, (seen(reasons[seat]) if seat in reasons else others) if reasons else NO_STATUS
        case "book", "invalid":
            yield from ((seat, seen(GONE)) for seat in answer["missing"])
        case "confirm" | "cancel", "hold_expired" | "reservation_cancelled":
            yield from ((seat, Miss(record["reservation"])) for seat in asked)
        case _, "showtime_cancelled":
            yield from ((seat, seen(CLOSED)) for seat in asked)
