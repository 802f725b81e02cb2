import fcntl
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def npx() -> Callable[..., str]:
    """Runs a program of package.json, and gives what it said. What package-lock.json pins is installed when needed."""
    if not shutil.which("npm"):
        pytest.skip("This needs Node 20 or newer with npm, which are not here.")
    installed = HERE / "node_modules/.package-lock.json"
    with open(HERE / "package-lock.json", "rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one worker of pytest installs, the others wait
        if not installed.exists() or installed.stat().st_mtime < (HERE / "package-lock.json").stat().st_mtime:
            done = subprocess.run(["timeout", "120", "npm", "ci"], cwd=HERE, capture_output=True, text=True)
            if done.returncode:
                pytest.skip(f"npm could not install what package-lock.json names: {done.stderr[-500:]}")

    def run(program: str, *arguments: str | Path, cwd: Path = HERE) -> str:
        return said([HERE / "node_modules/.bin" / program, *arguments], cwd=cwd)

    return run


def said(command: list, **options) -> str:
    done = subprocess.run(command, capture_output=True, text=True, **options)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    return done.stdout + done.stderr
