"""The prices of a showtime: an edit sets some, and a booking pays those of one instant, never half an edit's."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from tests.history.index import Index
from tests.history.linearization import NEVER, Operation
from tests.history.records import is_first_answer, is_lost, is_ok

Prices = frozenset[tuple[str, str]]  # of kind and price; a kind that nobody has paid or set yet is not in it

UNKNOWN: Prices = frozenset()


@dataclass(frozen=True)
class SetPrices:
    prices: Prices


@dataclass(frozen=True)
class Pay:
    prices: Prices


def step(prices: Prices, what: SetPrices | Pay) -> Prices | None:
    known, told = dict(prices), dict(what.prices)
    if isinstance(what, Pay) and any(known.get(kind, price) != price for kind, price in what.prices):
        return None
    return frozenset((known | told).items())


def histories(index: Index) -> dict[int, list[Operation]]:
    """Of each showtime, what happened to its prices."""
    operations = defaultdict(list)
    for record in index.records:
        if record["op"] == "edit_showtime" and (is_ok(record) or is_lost(record)):
            what = SetPrices(pairs(record.get("prices", ())))
        elif is_first_answer(record):
            what = Pay(pairs(record["answer"].get("prices", ())))
        else:
            continue
        end = NEVER if is_lost(record) else record["end"]
        operations[record["showtime"]].append(Operation(record["start"], end, what, record=record))
    return operations


def pairs(prices: Iterable[list[str]]) -> Prices:
    return frozenset(map(tuple, prices))
