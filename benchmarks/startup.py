"""`python -m benchmarks.startup`: how long a worker takes to start, its memory, and what it imports."""

import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks import processes
from benchmarks.load import Request, ask
from benchmarks.site import GUNICORN, PYTHON, Server
from tests import harness

ROUNDS = 5
SHOWN = 12
IMPORTED = re.compile(r"import time: +(\d+) \| +\d+ \| +([\w.]+)")


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, harness.database("sqlite") as settings:
        environment = harness.environment(settings, Path(folder), WEB_CONCURRENCY="1")
        harness.run(environment, "manage.py", "migrate", "--verbosity=0")
        starts = [list(start(environment, Path(folder))) for _ in range(ROUNDS)]
        modules = imports(environment)
    print("| a server of one worker, on SQLite | median | min | max |\n|---|---|---|---|")
    names = ("seconds until it is ready", "MB then", "seconds that its first list takes", "MB then")
    for name, figures in zip(names, zip(*starts, strict=True), strict=True):
        print(f"| {name} | {statistics.median(figures):.2f} | {min(figures):.2f} | {max(figures):.2f} |")
    print(f"\n| imported | modules | ms |\n|---|---|---|\n| all | {modules['all'][0]} | {modules['all'][1]:.0f} |")
    for name, (count, milliseconds) in sorted(modules.items(), key=lambda one: -one[1][1])[1 : SHOWN + 1]:
        print(f"| `{name}` | {count} | {milliseconds:.0f} |")
    return 0


def start(environment: dict[str, str], folder: Path) -> Iterator[float]:
    began = time.monotonic()
    with harness.start(GUNICORN, environment, folder / "log") as (address, master):
        yield time.monotonic() - began
        [worker] = processes.workers(master)
        yield processes.megabytes(worker)
        began = time.monotonic()
        response, _ = ask(Server(address, master, folder / "log"), Request("GET", "/api/v1/movies/"))
        if response.status != 200:
            raise RuntimeError(f"The first list is answered with {response.status}.")
        yield time.monotonic() - began
        yield processes.megabytes(worker)


def imports(environment: dict[str, str]) -> dict[str, tuple[int, float]]:
    """Modules and milliseconds by package, as Python counts them, without what each in turn imports."""
    statement = "import project.wsgi, project.urls"
    done = subprocess.run(
        [PYTHON, "-X", "importtime", "-c", statement],
        cwd=harness.ROOT,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        check=True,
    )
    counts, times = Counter(), Counter()
    for microseconds, module in IMPORTED.findall(done.stderr):
        for name in ("all", module.partition(".")[0]):
            counts[name] += 1
            times[name] += int(microseconds) / 1000
    return {name: (counts[name], times[name]) for name in counts}


if __name__ == "__main__":
    sys.exit(main())
