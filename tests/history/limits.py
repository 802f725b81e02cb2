"""
How much one person had at once, as far as the answers tell.

A reservation surely counts from the end of its booking to the start of whatever can have ended it, and possibly from
the start of the one to the end of the other. No limit may be passed by what surely counts; and whoever was refused
must possibly have had enough.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tests.history.happenings import CLOCK_SLACK
from tests.history.index import Index
from tests.history.linearization import NEVER
from tests.history.records import is_first_answer, is_lost, is_ok
from tests.history.seats import HELD

MOST_SEATS, MOST_HOLDS = 20, 3  # of a showtime, and in all: the settings' defaults


class Span(NamedTuple):
    start: float
    end: float


class Counted(NamedTuple):
    """One seat, or one hold, of somebody."""

    surely: Span
    possibly: Span


NOTHING = Span(NEVER, NEVER)


def complaints(index: Index) -> list[str]:
    had = defaultdict(list)
    for record in index.records:
        for limit, counted in counts(record, index):
            had[limit].append(counted)
    return [*passed(had), *refused_too_early(had, index)]


def counts(record: dict, index: Index) -> Iterator[tuple[tuple, Counted]]:
    """What this booking adds, and to which limit: of a user and a showtime, or of a user and holds."""
    answer, user, showtime = record["answer"], record["user"], record["showtime"]
    if record["op"] == "book" and is_lost(record):
        lost = Counted(NOTHING, Span(record["start"], NEVER))
        yield from [((user, showtime), lost)] * len(record.get("seats") or range(record.get("quantity", 0)))
        yield from [((user, HELD), lost)] if record.get("hold") else ()
    elif is_first_answer(record):
        reservation = answer["reservation"]
        confirmations = index.confirmations[reservation] if answer["status"] == HELD else ()
        for seat in answer["active"]:
            releases = index.releases(reservation, showtime, seat)
            yield (user, showtime), counted(record, releases, keeps=confirmations)
        if answer["status"] == HELD:
            all_of_it = [each for each in index.cancellations[reservation] if "seats" not in each]
            endings = [*all_of_it, *confirmations, *index.closings[showtime]]
            yield (user, HELD), counted(record, endings, may_end=index.cancellations[reservation])


def counted(booking: dict, endings: list[dict], may_end: Iterable[dict] = (), keeps: Iterable[dict] = ()) -> Counted:
    """From a booking to its endings, or to its expiry unless a confirmation keeps it from that."""
    surely_until = min((each["start"] for each in [*endings, *may_end]), default=NEVER)
    possibly_until = min((each["end"] for each in endings if is_ok(each)), default=NEVER)
    if booking["answer"]["status"] == HELD:
        until = booking["answer"]["until"]
        if not any(map(is_ok, keeps)):
            surely_until = min(surely_until, (until or booking["start"]) - CLOCK_SLACK)
        if not any(keeps):
            possibly_until = min(possibly_until, (until or NEVER) + CLOCK_SLACK)
    return Counted(Span(booking["end"], surely_until), Span(booking["start"], possibly_until))


def passed(had: dict[tuple, list[Counted]]) -> Iterator[str]:
    for (user, what), all_counted in had.items():
        most = MOST_HOLDS if what == HELD else MOST_SEATS
        changes = [(each.surely.start, 1) for each in all_counted if each.surely.start < each.surely.end]
        changes += [(each.surely.end, -1) for each in all_counted if each.surely.start < each.surely.end]
        now = highest = 0
        for _, change in sorted(changes):
            now += change
            highest = max(highest, now)
        if highest > most:
            yield f"user {user} had {highest} {name_of(what)} at once, and may have {most}"


def refused_too_early(had: dict[tuple, list[Counted]], index: Index) -> Iterator[str]:
    for record in index.records:
        match record["answer"].get("code"):
            case "seat_limit_exceeded":
                what, most = record["showtime"], MOST_SEATS
                wanted = len(record.get("seats") or range(record.get("quantity", 0)))
            case "hold_limit_exceeded":
                what, most, wanted = HELD, MOST_HOLDS, 1
            case _:
                continue
        possible = [each.possibly for each in had[record["user"], what]]
        there = sum(each.start < record["end"] and each.end > record["start"] for each in possible)
        if there + wanted <= most:
            yield f"user {record['user']} was refused with at most {there} {name_of(what)} of {most}: {record}"


def name_of(what: int | str) -> str:
    return "holds" if what == HELD else f"seats of showtime {what}"
