"""Some faults, on a PostgreSQL of their own. `make faults` plays them all."""

import subprocess
import sys

import pytest

FAULTS = ("backend killed", "database killed", "worker killed", "same key, database killed after commit")


@pytest.fixture(autouse=True)
def only_with_postgresql(request):
    if not request.config.getoption("postgres"):
        pytest.skip("What PostgreSQL does in a crash, SQLite does not show.")
    if sys.platform != "linux":
        pytest.skip("Whom to kill is looked up in /proc.")


def play(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "tests.faults", *arguments], capture_output=True, text=True)


@pytest.mark.timeout(240)
def test_what_was_acknowledged_survives():
    played = play("--seed=2", *(f"--fault={name}" for name in FAULTS))
    assert played.returncode == 0, played.stdout + played.stderr
    assert played.stdout.splitlines()[-1].startswith(f"All is well after {len(FAULTS)} faults on PostgreSQL")


@pytest.mark.timeout(240)
def test_what_was_acknowledged_too_early_is_missed():
    """By a database that says a commit is done before it is on the disk. Now and then it is lucky."""
    several = (play("--careless", "--fault=database killed", f"--seed={seed}") for seed in range(5))
    played = next(played for played in several if played.returncode == 1)
    assert " was acknowledged as " in played.stdout
    assert played.stdout.splitlines()[-1].startswith("FAILED: 1 of 1 faults on PostgreSQL")
