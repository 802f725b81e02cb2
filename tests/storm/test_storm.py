"""A small storm, on the database that these tests run on. `make storm` makes a larger one."""

import subprocess
import sys

import pytest

ATTEMPTS = 600  # each kind of round once


def blow(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "tests.storm", *arguments], capture_output=True, text=True)


@pytest.fixture
def db_name(request) -> str:
    return "postgres" if request.config.getoption("postgres") else "sqlite"


@pytest.mark.timeout(300)
def test_every_promise_is_kept(db_name):
    storm = blow(f"--db={db_name}", f"--attempts={ATTEMPTS}", "--seed=2")
    assert storm.returncode == 0, storm.stdout + storm.stderr
    assert storm.stdout.splitlines()[-1].startswith(f"All is well after {ATTEMPTS:,} attempts on ")


@pytest.mark.timeout(300)
def test_missing_locks_are_noticed(db_name):
    """The same storm without locks, and without the constraint that would hide it: invariants and history complain."""
    if db_name == "sqlite":
        pytest.skip("On SQLite nothing runs at once, with locks or without.")
    storm = blow("--attempts=480", "--without-locks")
    assert storm.returncode == 1, storm.stdout + storm.stderr
    assert "BROKEN No seat has two active holders." in storm.stdout
    assert " histories are impossible" in storm.stdout
    assert storm.stdout.splitlines()[-1].startswith("FAILED: 480 attempts on PostgreSQL")
