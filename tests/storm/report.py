"""What a storm tells while it blows, and when it is over."""

import sys
import time
from collections import Counter

from tests.storm.crowd import Tally

SECONDS_BETWEEN_LINES = 10


class Progress:
    """One line: on a terminal always the same, elsewhere a new one every few seconds."""

    def __init__(self, attempts: int):
        self.attempts, self.shown_at, self.is_tty = attempts, time.monotonic(), sys.stdout.isatty()
        self.began_at = None

    def show(self, made: int) -> None:
        now = time.monotonic()
        self.began_at = self.began_at or now
        if made == 0 or now - self.shown_at < (0 if self.is_tty else SECONDS_BETWEEN_LINES):
            return
        rate = made / max(1, now - self.began_at)
        line = f"{made:,} of {self.attempts:,} attempts, {rate:,.0f}/s, {(self.attempts - made) / rate:,.0f} s left"
        print(f"\r\x1b[K{line}" if self.is_tty else line, end="" if self.is_tty else "\n", flush=True)
        self.shown_at = now

    def end(self) -> None:
        if self.is_tty:
            print("\r\x1b[K", end="")


def print_outcomes(outcomes: Counter[tuple[str, str]]) -> None:
    """The counts of each scenario, a line each."""
    for scenario in sorted({scenario for scenario, _ in outcomes}):
        counts = sorted((outcome, count) for (name, outcome), count in outcomes.items() if name == scenario)
        told = ", ".join(f"{outcome}: {count:,}" for outcome, count in counts)
        print(f"  {scenario.replace('_', ' '):22} {told}")


def print_speed(tally: Tally) -> None:
    ordered, rate = sorted(tally.milliseconds) or [0], tally.attempts / tally.seconds
    p50, p99 = (ordered[int(len(ordered) * share)] for share in (0.5, 0.99))
    print(
        f"  {len(ordered):,} requests in {tally.seconds:,.0f} s, {rate:,.0f} attempts a second;"
        f" p50 {p50:,.0f} ms, p99 {p99:,.0f} ms, the slowest {ordered[-1]:,.0f} ms"
    )


def print_verdict(faults: list[str], tally: Tally, database: str) -> int:
    """The faults, and one last line: the exit code."""
    for fault in faults:
        print(f"! {fault}")
    storm = f"{tally.attempts:,} attempts on {database}"
    if faults:
        print(f"FAILED: {storm}, {len(faults)} {'fault' if len(faults) == 1 else 'faults'}: see above.")
        return 1
    print(f"All is well after {storm} in {tally.seconds:,.0f} s.")
    return 0
