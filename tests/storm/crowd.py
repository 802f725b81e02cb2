"""The client processes of a storm, and what they found."""

import signal
import time
from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_EXCEPTION, ProcessPoolExecutor, wait
from contextlib import contextmanager, nullcontext
from multiprocessing import get_context
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import NamedTuple

from tests.storm.plan import Plan
from tests.storm.scenarios import SCENARIOS
from tests.storm.visit import Visit
from tests.storm.visitor import Visitor


class Tally(NamedTuple):
    """How many answers of each kind there were to each scenario, and how long each of them took."""

    outcomes: Counter[tuple[str, str]]
    milliseconds: array


def unleash(
    plan: Plan, clients: int, address: tuple[str, int], folder: Path | None, seconds: float, show: Callable[[int], None]
) -> tuple[int, Tally]:
    """
    Let so many processes loose on the server; with a folder, they write their histories there.

    The number of attempts that were made, fewer than planned when the time was over before, and the tally. Whatever
    ends it, the processes are gone afterwards; the first exception of one of them is raised.
    """
    spawn = get_context("spawn")
    counter = spawn.Value("q", 0)
    deadline = time.monotonic() + seconds
    with ProcessPoolExecutor(clients, spawn, initializer=begin, initargs=(counter,)) as pool, stopping(counter):
        with no_interrupts():
            futures = [pool.submit(attend, number, plan, address, folder, deadline) for number in range(clients)]
        unfinished = futures
        while unfinished:
            done, unfinished = wait(unfinished, timeout=1, return_when=FIRST_EXCEPTION)
            show(min(counter.value, plan.attempts))
            for future in done:
                future.result()
        tallies = [future.result() for future in futures]
    outcomes, milliseconds, attempts = Counter(), array("f"), 0
    for tally, attended in tallies:
        outcomes += tally.outcomes
        milliseconds += tally.milliseconds
        attempts += attended
    return attempts, Tally(outcomes, milliseconds)


@contextmanager
def stopping(counter: Synchronized) -> Iterator[None]:
    """Nobody begins another attempt once this is left, by an exception too."""
    try:
        yield
    finally:
        counter.value = 2**62


@contextmanager
def no_interrupts() -> Iterator[None]:
    """Ctrl-C reaches all processes of a terminal. Those that are started in here never hear it: we stop them."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def begin(counter: Synchronized) -> None:
    """A client's process begins."""
    global numbers
    numbers = counter


def next_attempt() -> int:
    with numbers.get_lock():
        numbers.value += 1
        return numbers.value - 1


def attend(
    number: int, plan: Plan, address: tuple[str, int], folder: Path | None, deadline: float
) -> tuple[Tally, int]:
    """What one client does and sees, until all attempts are made or the time is over."""
    with open(folder / f"{number}.jsonl", "w") if folder else nullcontext() as history:
        visitor, attended = Visitor(address, history), 0
        while (attempt := next_attempt()) < plan.attempts and time.monotonic() < deadline:
            stage, turn = plan.part(attempt)
            visitor.scenario = stage.scenario
            SCENARIOS[stage.scenario].attempt(Visit(visitor, plan, stage, turn, plan.rng(attempt)))
            attended += 1
        visitor.wire.close()
    return Tally(visitor.outcomes, visitor.milliseconds), attended
