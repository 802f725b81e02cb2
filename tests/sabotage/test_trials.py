"""`make sabotage` can fail, and cleans up. On mutants whose tests are quick."""

import os
import signal
import subprocess
import sys
import time

import pytest

from tests.once import once
from tests.sabotage.mutants import MUTANTS
from tests.sabotage.trials import as_they_end, judge

pytestmark = once
[QUICK] = [mutant for mutant in MUTANTS if mutant.guard == "a refresh token that comes again later ends its login"]


def why_not_caught(**change: str) -> str:
    [verdict] = as_they_end([judge(QUICK._replace(**change))], lanes=1)
    return verdict.why_not_caught


def test_a_guard_that_is_missing_is_noticed():
    assert why_not_caught() == ""


def test_one_that_is_not_missing_is_not():
    assert why_not_caught(replacement=QUICK.source) == "its test passes."


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"source": "and while there is life"}, "users/models/login.py has the text of the mutant without"),
        (
            {"replacement": "            and there_is_hope\n"},
            "its replacement is no code: NameError: ",
        ),
        ({"replacement": "            and (\n"}, "its test could not run.\n"),
        ({"test": "tests/users/test_refresh.py::test_nothing"}, "its test could not run.\n"),
    ],
)
def test_what_fails_for_another_reason_does_not_count(change, why):
    assert why_not_caught(**change).startswith(why)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_nothing_is_left_behind_when_it_is_interrupted(tmp_path, number):
    sabotage = subprocess.Popen(
        [sys.executable, "-m", "tests.sabotage", "--guard", QUICK.guard],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("sabotage-*/said")):
        assert time.monotonic() < deadline, "It never ran a test in a copy."
        time.sleep(0.05)
    sabotage.send_signal(number)
    said, _ = sabotage.communicate(timeout=60)
    assert (sabotage.returncode, said.splitlines()[-1]) == (130, "Interrupted: the copies and the database are gone.")
    assert not list(tmp_path.iterdir())
