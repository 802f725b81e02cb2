"""
Whether some order of operations that respects real time explains every answer that was given.

That is linearizability (Herlihy and Wing, "Linearizability: a correctness condition for concurrent objects", 1990):
each operation takes effect in one instant between its start and its end, so those that overlap may have come in either
order, and one that ended before another began came before it. An object that is made of parts, as a cinema of seats,
is so if each part is, so each seat is looked at alone: that is what makes it cheap.

The search is the just-in-time one of Lowe ("Testing for linearizability", 2017), which Jepsen's Knossos made known:
go through the starts and ends in the order of time with all the worlds that are possible so far, a world being the
object's state and the operations that took effect before they were answered. Nothing is decided before it must be, at
an operation's end; a world in which it cannot have taken effect by then is dropped. When none is left, no order
explains the answer. Few operations are under way at once, so there are few worlds, however long the history is.
"""

from collections.abc import Callable, Collection, Hashable
from typing import NamedTuple

NEVER = float("inf")
MOST_WORLDS = 100_000


class Operation(NamedTuple):
    """
    `what` happened to the object between `start` and `end`, in nanoseconds of the clock that all clients share.

    An end of NEVER is for a lost answer: the operation took effect at any time after its start, or not at all. A look
    changes nothing. What the client wrote down is `record`.
    """

    start: float
    end: float
    what: Hashable
    is_look: bool = False
    record: dict | None = None


class TooManyWorlds(Exception):
    """More orders are possible than there is memory for, so nothing can be said."""


class Unexplained(NamedTuple):
    """The first operation whose answer no order explains, what was under way beside it, and how the object may be."""

    operation: Operation
    beside: list[Operation]
    states: set


def first_unexplained(
    operations: Collection[Operation], state: Hashable, step: Callable[[Hashable, Hashable], Hashable | None]
) -> Unexplained | None:
    """
    None when an order explains all, beginning in `state`.

    `step(state, what)` is the state after `what`, or None when that cannot have happened in this state.
    """
    operations = list(operations)
    starts = [(operation.start, 0, n) for n, operation in enumerate(operations)]
    ends = [(operation.end, 1, n) for n, operation in enumerate(operations) if operation.end != NEVER]
    under_way: dict[int, Operation] = {}
    worlds = {(state, frozenset())}
    for _, is_end, n in sorted(starts + ends):
        if not is_end:
            under_way[n] = operations[n]
            continue
        possible = {(state, done - {n}) for state, done in worlds_with(n, worlds, under_way, step)}
        del under_way[n]
        if not possible:
            return Unexplained(operations[n], list(under_way.values()), {state for state, _ in worlds})
        worlds = possible
    return None


def worlds_with(n: int, worlds: set, under_way: dict[int, Operation], step: Callable) -> set:
    """The worlds that can follow these ones in which operation `n`, now at its end, has taken effect."""
    found, seen, to_follow = set(), set(), list(worlds)
    while to_follow:
        state, done = to_follow.pop()
        # A look is best had as soon as it fits: it changes nothing, and is then over.
        done |= {m for m, each in under_way.items() if each.is_look and step(state, each.what) is not None}
        world = state, done
        if world in seen:
            continue
        seen.add(world)
        if len(seen) > MOST_WORLDS:
            raise TooManyWorlds
        if n in done:
            found.add(world)
            continue
        for m in next_ones(under_way, done):
            if (after := step(state, under_way[m].what)) is not None:
                to_follow.append((after, done | {m}))
    return found


def next_ones(under_way: dict[int, Operation], done: frozenset[int]) -> list[int]:
    """Those that may take effect next. Of several like ones without an answer, the first stands for all."""
    lost, chosen = set(), []
    for n, operation in under_way.items():
        if n in done or operation.is_look:
            continue
        if operation.end == NEVER:
            if operation.what in lost:
                continue
            lost.add(operation.what)
        chosen.append(n)
    return chosen
