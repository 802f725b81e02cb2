"""The named tests, run in a copy of the project in which one guard may be missing. The project itself is left alone."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TypeVar

from tests import harness
from tests.sabotage.mutant import Mutant, Stale

SECONDS_A_TEST, SECONDS_A_TRIAL = 60, 240
PATIENCE = "3"  # of tests/race.py
# Without what no mutant's test needs: to import Hypothesis alone takes a third of a trial's time.
WITHOUT = ("-p", "no:cacheprovider", "-p", "no:hypothesispytest")
PYTEST = ("-m", "pytest", "-x", "-q", "-rfE", *WITHOUT, f"--timeout={SECONDS_A_TEST}")
# Such a replacement takes no guard out: it is wrong by itself.
NO_CODE = re.compile(r"^E +((?:Name|Import|ModuleNotFound|Syntax|Indentation|Attribute|Type)Error.*)", re.MULTILINE)
T = TypeVar("T")
Trial = Generator[None, None, T]  # goes on a little each time that it is asked to, and returns what came of it


class Said(NamedTuple):
    """What pytest did."""

    exit_code: int | None  # None: it had to be stopped
    output: str

    def why_not_caught(self) -> str:
        """Empty if a test ran and failed, as one has to when a guard is missing."""
        if self.exit_code == 0:
            return "its test passes."
        if self.exit_code is None or "Timeout (>" in self.output:
            return "its test comes to no end."
        if no_code := NO_CODE.search(self.output):
            return f"its replacement is no code: {no_code[1]}"
        if self.exit_code != 1 or not re.search(r"^FAILED ", self.output, re.MULTILINE):
            return f"its test could not run.\n{self.output}"
        return ""


class Verdict(NamedTuple):
    mutant: Mutant
    why_not_caught: str
    seconds: float


def judge(mutant: Mutant) -> Trial[Verdict]:
    began = time.monotonic()
    try:
        why_not_caught = (yield from trial([mutant.test], mutant.database, mutant)).why_not_caught()
    except Stale as stale:
        why_not_caught = str(stale)
    return Verdict(mutant, why_not_caught, time.monotonic() - began)


def trial(tests: list[str], database: str, mutant: Mutant | None = None) -> Trial[Said]:
    """Raises Stale."""
    with copy_of_the_project() as folder, harness.database(database) as settings:
        if mutant:
            mutant.take_place_in(folder)
        said, options = folder / "said", ["--postgres"] if database == "postgres" else []
        with open(said, "wb") as output:
            process = subprocess.Popen(
                [sys.executable, *PYTEST, *options, *tests],
                cwd=folder,
                env={**os.environ, **settings, "PATIENCE": PATIENCE},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for us alone
            )
        deadline = time.monotonic() + SECONDS_A_TRIAL
        try:
            while process.poll() is None and time.monotonic() < deadline:
                yield
            return Said(process.returncode, said.read_text())
        finally:
            harness.stop(process)


@contextmanager
def copy_of_the_project() -> Iterator[Path]:
    """A folder with all files that git knows, or would if they were added; gone afterwards."""
    list_files = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(list_files, cwd=harness.ROOT, check=True, capture_output=True, text=True).stdout
    with tempfile.TemporaryDirectory(prefix="sabotage-") as folder:
        for file in filter(None, files.split("\0")):
            original, copy = harness.ROOT / file, Path(folder, file)
            if original.is_file():  # and not deleted a moment ago
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(original, copy)
        yield Path(folder)


def as_they_end(trials: Iterable[Trial[T]], lanes: int) -> Iterator[T]:
    """What each of the trials returns, so many at a time. Those under way clean up, whatever happens to us."""
    waiting, under_way = deque(trials), []
    try:
        while waiting or under_way:
            while waiting and len(under_way) < lanes:
                under_way.append(waiting.popleft())
            for one in tuple(under_way):
                try:
                    next(one)
                except StopIteration as end:
                    under_way.remove(one)
                    yield end.value
            time.sleep(0.05)
    finally:
        for one in under_way:
            one.close()
