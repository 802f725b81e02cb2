import fcntl
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import node

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def npx() -> Callable[..., str]:
    """Runs a program of package.json, and gives what it said. What package-lock.json pins is installed when needed."""
    installed = HERE / "node_modules/.package-lock.json"
    with open(HERE / "package-lock.json", "rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one worker of pytest installs, the others wait
        is_old = not installed.exists() or installed.stat().st_mtime < os.fstat(lock.fileno()).st_mtime
        if is_old and (reason := node.why_not("ci", cwd=HERE)):
            pytest.skip(f"What package-lock.json names is not here: {reason}")

    def run(program: str, *arguments: str | Path, cwd: Path = HERE) -> str:
        return said([HERE / "node_modules/.bin" / program, *arguments], cwd=cwd)

    return run


def said(command: list, env: dict = node.ENV, **options) -> str:
    done = subprocess.run(command, env=env, capture_output=True, text=True, **options)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    return done.stdout + done.stderr
