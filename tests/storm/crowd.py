"""The client processes of a storm, and what they found."""

import signal
import time
from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_EXCEPTION, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

from tests.storm.plan import Plan
from tests.storm.scenarios import SCENARIOS
from tests.storm.visit import Visit
from tests.storm.visitor import Visitor


@dataclass
class Tally:
    """How many attempts were made, how many answers of each kind there were to each scenario, how long all took."""

    attempts: int = 0
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    milliseconds: array = field(default_factory=partial(array, "f"))
    seconds: float = 0  # that clients were there

    def __iadd__(self, other: "Tally") -> "Tally":
        self.attempts += other.attempts
        self.outcomes += other.outcomes
        self.milliseconds += other.milliseconds
        self.seconds += other.seconds
        return self


def unleash(
    plan: Plan,
    attempts: range,
    clients: int,
    address: tuple[str, int],
    folder: Path,
    seconds: float,
    show: Callable[[int], None],
) -> Tally:
    """
    Let so many processes loose on the server, to make these attempts and write their histories into the folder.

    Fewer are made when the time is over before. Whatever ends it, the processes are gone afterwards; the first
    exception of one of them is raised.
    """
    spawn = get_context("spawn")
    counter = spawn.Value("q", attempts.start)
    began = time.monotonic()
    with ProcessPoolExecutor(clients, spawn, initializer=begin, initargs=(counter,)) as pool, stopping(counter):
        with no_interrupts():
            until = attempts.stop, began + seconds
            futures = [pool.submit(attend, number, plan, address, folder, *until) for number in range(clients)]
        unfinished = futures
        while unfinished:
            done, unfinished = wait(unfinished, timeout=1, return_when=FIRST_EXCEPTION)
            show(min(counter.value, attempts.stop))
            for future in done:
                future.result()
        tally = Tally(seconds=time.monotonic() - began)
        for future in futures:
            tally += future.result()
    return tally


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


def attend(number: int, plan: Plan, address: tuple[str, int], folder: Path, stop: int, deadline: float) -> Tally:
    """What one client does and sees, until all attempts before `stop` are made or the time is over."""
    with open(folder / f"{number}.jsonl", "w") as history:
        visitor, attended = Visitor(address, history), 0
        while (attempt := next_attempt()) < stop and time.monotonic() < deadline:
            stage, turn = plan.place(attempt)
            visitor.scenario = stage.scenario
            SCENARIOS[stage.scenario].attempt(Visit(visitor, plan, stage, turn, plan.rng(attempt)))
            attended += 1
        visitor.wire.close()
    return Tally(attended, visitor.outcomes, visitor.milliseconds)
