"""`make test`: the whole suite on SQLite, then on PostgreSQL, and one last line about both."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

CORES = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
# Three for two cores: while a test waits for another process, its core is somebody else's.
PROCESSES = 3 * CORES // 2


def main(arguments: list[str]) -> int:
    runs = [run("SQLite", *arguments), run("PostgreSQL", "--postgres", *arguments)]
    green = [verdict for is_green, verdict in runs if is_green]
    red = [verdict for is_green, verdict in runs if not is_green]
    print()
    if red:
        print(f"FAILED: {' and '.join(red)}." + "".join(f" Green: {verdict}." for verdict in green))
        return 1
    print(f"All green: {' and '.join(green)}.")
    return 0


def run(database: str, *arguments: str) -> tuple[bool, str]:
    """Whether all is green on this database, and the count in words. An interruption ends both runs."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "verdict.json")
        pytest = subprocess.Popen([sys.executable, "-m", "pytest", f"-n{PROCESSES}", f"--verdict={file}", *arguments])
        interruptions = []

        def wait_for_pytest(signum: int, frame: object) -> None:
            """Ctrl-C reaches pytest by itself, and make's SIGTERM does not; either way it has to clean up."""
            interruptions.append(signum)
            if signum == signal.SIGTERM:
                pytest.terminate()

        signal.signal(signal.SIGINT, wait_for_pytest)
        signal.signal(signal.SIGTERM, wait_for_pytest)
        pytest.wait()
        if interruptions:
            sys.exit(f"Interrupted on {database}.")
        verdict = json.loads(file.read_text()) if file.exists() else {"database": database, "passed": 0, "failed": 0}

    if pytest.returncode == 0:
        return True, f"{verdict['passed']} tests on {verdict['database']}"
    if verdict["failed"]:
        return False, f"{verdict['failed']} of {verdict['failed'] + verdict['passed']} tests on {verdict['database']}"
    return False, f"pytest on {verdict['database']} (exit code {pytest.returncode})"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
