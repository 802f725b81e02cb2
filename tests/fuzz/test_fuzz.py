"""A short fuzz, on the database that these tests run on. `make fuzz` asks for more."""

import subprocess
import sys

import pytest


@pytest.mark.timeout(600)
def test_whatever_is_asked_the_server_answers_as_the_schema_says(request):
    # Who is refused what is the same on both; the admin is refused nothing, and so comes closest to the database.
    on = ["--db=postgres"] if request.config.getoption("postgres") else ["--db=sqlite", "--roles", "admin"]
    fuzz = subprocess.run([sys.executable, "-m", "tests.fuzz", *on, "--examples=2"], capture_output=True, text=True)
    assert fuzz.returncode == 0, fuzz.stdout + fuzz.stderr
    assert fuzz.stdout.splitlines()[-1].startswith("All is well on ")
