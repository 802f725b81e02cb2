"""`complaints(records)`: what the clients of a storm wrote down that no order of events can explain."""

from collections.abc import Callable, Iterable, Iterator

from tests.history import happenings, limits, prices, seats
from tests.history.index import Index
from tests.history.linearization import NEVER, Operation, TooManyWorlds, Unexplained, first_unexplained


def complaints(records: Iterable[dict]) -> list[str]:
    """A few lines for each seat whose history is impossible, and for prices and limits; empty when all is well."""
    index = Index(records)
    return [
        *unexplained("seat", happenings.histories(index), seats.Seat(), seats.step),
        *unexplained("prices of showtime", prices.histories(index), prices.UNKNOWN, prices.step),
        *limits.complaints(index),
    ]


def unexplained(kind: str, histories: dict[int, list[Operation]], state: object, step: Callable) -> Iterator[str]:
    for number, operations in sorted(histories.items()):
        try:
            if found := first_unexplained(operations, state, step):
                yield complaint(f"{kind} {number}", found)
        except TooManyWorlds:
            yield f"{kind} {number}: too many orders are possible to say anything"


def complaint(name: str, found: Unexplained) -> str:
    operation, beside, states = found
    may_be = " or ".join(sorted(describe_state(state) for state in states))
    lines = [f"{name}, {may_be}: no order of events explains", f"    {describe(operation)}"]
    if beside:
        lines += ["  while these were under way:", *(f"    {describe(each)}" for each in beside)]
    return "\n".join(lines)


def describe_state(state: object) -> str:
    match state:
        case seats.Seat(status, reservation):
            return status if reservation is None else f"{status} ({reservation})"
    return ", ".join(" ".join(each) for each in sorted(state)) or "unknown"


def describe(operation: Operation) -> str:
    ended = "never" if operation.end == NEVER else f"{operation.end / 1e6:,.1f}"
    text = f"{operation.what} from {operation.start / 1e6:,.1f} to {ended} ms"
    if operation.record:
        told = {name: value for name, value in operation.record.items() if name not in ("start", "end")}
        text += f": {told}"
    return text
