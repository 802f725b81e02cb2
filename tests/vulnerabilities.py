"""
`make audit`: pip-audit over everything that is pinned, and all that this brings in.

Green means that each was looked up, and that nothing is known about any. Where even one could not be, it says so.
"""

import subprocess
import sys
from pathlib import Path

# It names requirements.txt, so both are looked at.
REQUIREMENTS = Path(__file__).parent.parent / "requirements-dev.txt"
KNOWN, NOT_AUDITED = 1, 2


def audit(requirements: Path, *options: str) -> int:
    """The exit code: 0 for nothing known, 1 for what is printed then, 2 when not all could be looked up."""
    pip_audit = [sys.executable, "-m", "pip_audit", "--strict", "--progress-spinner=off", "-r", str(requirements)]
    done = subprocess.run([*pip_audit, *options], capture_output=True, text=True)
    said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
    if done.returncode == 0:
        print(said[-1])
        return 0
    if done.stdout:  # the table of what is known
        print(done.stdout, said[-1], sep="\n")
        return KNOWN
    print(f"NOT AUDITED: not every library could be looked up.\n{said[-1]}")
    return NOT_AUDITED


if __name__ == "__main__":
    sys.exit(audit(REQUIREMENTS, *sys.argv[1:]))
