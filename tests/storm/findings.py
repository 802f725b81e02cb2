"""What can be wrong after a storm. Each gives a fault in words, or several; nothing when all is well."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests import harness
from tests.history.checker import complaints
from tests.storm.crowd import Tally
from tests.storm.visitor import is_expected

SHOWN = 5  # of the complaints about the history
LINES = 40  # of the server's log


def shortfall(tally: Tally, attempts: int) -> Iterator[str]:
    if tally.attempts < attempts:
        yield f"only {tally.attempts:,} of {attempts:,} attempts in {tally.seconds:,.0f} s"


def unexpected_answers(outcomes: Counter[tuple[str, str]], log: Path) -> Iterator[str]:
    """Any 5xx, a lost answer, or one that says that a client asked nonsense; then with what the server logged."""
    counts = Counter()
    for (_, outcome), count in outcomes.items():
        if not is_expected(outcome):
            counts[outcome] += count
    yield from (f"{count:,} answers were {outcome}" for outcome, count in counts.items())
    if counts:
        yield "\n".join(["the server said:", *log.read_text().splitlines()[:LINES]])


def broken_promises(environment: dict[str, str]) -> Iterator[str]:
    done = harness.try_to_run(environment, "manage.py", "check_invariants")
    if done.returncode == 0:
        return
    lines = [line for line in done.stdout.splitlines() if line.startswith("BROKEN")]
    yield from lines or [f"check_invariants failed:\n{done.stderr}"]


def deadlocks(settings: dict[str, str]) -> Iterator[str]:
    """PostgreSQL's own count, in a database that nobody but this storm has used."""
    if "SQLITE_PATH" in settings:
        return
    [[count]] = harness.execute(settings, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    if count:
        yield f"{count:,} deadlocks"


def unexplained(folder: Path) -> Iterator[str]:
    records = [json.loads(line) for file in folder.glob("*.jsonl") for line in file.open()]
    found = complaints(records)
    if found:
        yield "\n".join([f"{len(found):,} histories are impossible, the first of them:", *found[:SHOWN]])
