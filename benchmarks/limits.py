"""What else the cinema is measured against: PostgreSQL alone, a password's hash alone."""

import multiprocessing
import os
import re
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import argon2

from benchmarks.bare.statements import BOOKING
from benchmarks.cinema import PASSWORD, SEATS, USERS
from benchmarks.load import CONNECTIONS, Measure
from benchmarks.site import WORKERS, Site

# What pgbench counts up, as `Cinema.booking` does. A user's login has the user's id.
VARIABLES = r"""
\set number (:round * :clients + :client_id)
\set round (:round + 1)
\set pair (:number / :free_showtimes)
\set showtime (:first_showtime + :number % :free_showtimes)
\set seat (:first_seat + :number % :free_showtimes * :seats + 2 * :pair)
\set user (:first_user + :number % :users)
"""
VALUES = {
    "user": ":user",
    "login": ":user",
    "showtime": ":showtime",
    "seats": "ARRAY[:seat, :seat + 1]::bigint[]",
    "prices": "ARRAY[10, 10]::numeric[]",
    "code": "lpad((:number)::text, 8, '0')",
    "now": "statement_timestamp()",
}


def find_pgbench() -> str | None:
    """Debian's, or what is on the PATH. The wheel that the tests fall back on has none."""
    newest = sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"), reverse=True)
    return str(newest[0]) if newest else shutil.which("pgbench")


def script() -> str:
    """A booking, statement for statement what the bare application asks."""
    statements = [re.sub(r"%\((\w+)\)s", lambda match: VALUES[match[1]], statement) for statement in BOOKING]
    return VARIABLES + "".join(f"{' '.join(statement.split())};\n" for statement in statements)


def pgbench(site: Site, seconds: int) -> Measure:
    cinema, settings = site.cinema, site.settings
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "booking.sql").write_text(script())
        counted = {
            "round": 0,
            "clients": CONNECTIONS,
            "users": USERS,
            "seats": SEATS,
            "first_user": cinema.first_user,
            "first_seat": cinema.first_free_seat,
            "first_showtime": cinema.first_free_showtime,
            "free_showtimes": cinema.free_showtimes,
        }
        before = site.database_cpu()
        done = subprocess.run(
            [
                *(find_pgbench(), "--no-vacuum", "--protocol=prepared", f"--time={seconds}", "--log"),
                *(f"--client={CONNECTIONS}", f"--host={settings['DB_HOST']}", f"--port={settings['DB_PORT']}"),
                *(f"--username={settings['POSTGRES_USER']}", "--file=booking.sql"),
                *(f"--define={name}={value}" for name, value in counted.items()),
                settings["POSTGRES_DB"],
            ],
            cwd=folder,
            env={**os.environ, "PGPASSWORD": settings.get("POSTGRES_PASSWORD", "")},
            capture_output=True,
            text=True,
        )
        cpu = site.database_cpu() - before
        # A line for each transaction: client, number, microseconds, …
        lines = [line.split() for log in Path(folder).glob("pgbench_log.*") for line in log.read_text().splitlines()]
    if done.returncode or not lines:
        raise RuntimeError(f"pgbench failed.\n{done.stderr}")
    if len(lines) + CONNECTIONS > cinema.pairs:
        raise RuntimeError("pgbench has sold all seats that there are, and more.")
    return measured([int(line[2]) / 1e6 for line in lines], seconds, database_cpu=cpu)


def hashes(site: Site, seconds: int) -> Measure:
    """The password of who logs in, compared over and over in as many processes as the servers have."""
    stored = site.ask(f"SELECT password FROM users_user WHERE id = {site.cinema.first_user}")
    before = children_cpu()
    with multiprocessing.Pool(WORKERS) as pool:
        times = pool.starmap(compare, [(stored.removeprefix("argon2"), seconds)] * WORKERS)
        pool.close()
        pool.join()
    return measured([one for process in times for one in process], seconds, app_cpu=children_cpu() - before)


def children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def compare(stored: str, seconds: int) -> list[float]:
    hasher, times = argon2.PasswordHasher(), [time.monotonic()]
    while times[-1] - times[0] < seconds:
        hasher.verify(stored, PASSWORD)
        times.append(time.monotonic())
    return [after - before for before, after in pairwise(times)]


def measured(times: list[float], seconds: float, **cpu: float) -> Measure:
    percentiles = statistics.quantiles(times, n=100)
    return Measure(len(times), seconds, percentiles[49] * 1000, percentiles[98] * 1000, **cpu)
