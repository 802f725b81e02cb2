"""A short fuzz, on PostgreSQL alone, since it takes long. `make fuzz` asks for more, of SQLite too."""

import subprocess
import sys

import pytest


@pytest.mark.timeout(600)
def test_whatever_is_asked_the_server_answers_as_the_schema_says(request):
    if not request.config.getoption("postgres"):
        pytest.skip("This is tried on PostgreSQL.")
    fuzz = subprocess.run([sys.executable, "-m", "tests.fuzz", "--examples=2"], capture_output=True, text=True)
    assert fuzz.returncode == 0, fuzz.stdout + fuzz.stderr
    assert fuzz.stdout.splitlines()[-1].startswith("All is well on ")
