"""All that is measured: a database with a cinema in it, and the servers that serve it."""

import json
import os
import platform
import sqlite3
import time
from collections.abc import Iterable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import NamedTuple

from benchmarks import processes
from benchmarks.cinema import Cinema
from tests import harness, postgres

WORKERS = 2
SETTINGS = {"WEB_CONCURRENCY": str(WORKERS), "ACCESS_TOKEN_EXPIRE_MINUTES": "10000"}
PYTHON = ".venv-bench/bin/python"
UVICORN = [
    *(PYTHON, "-m", "uvicorn", "--fd", "{fd}", "--workers", str(WORKERS)),
    *("--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"),
]
GUNICORN = [PYTHON, *harness.GUNICORN[1:], "--bind", "fd://{fd}"]
SERVERS = {
    "cinema": GUNICORN,
    "peer": [*UVICORN, "benchmarks.peer.app:app"],
    "tuned": [*UVICORN, "benchmarks.tuned.app:app"],
    "bare": [*GUNICORN, "benchmarks.bare.app"],
}
# What a run writes, in the order in which it can be deleted.
WRITTEN = ("reservations_reservedseat", "reservations_reservation", "users_login")


class Server(NamedTuple):
    address: tuple[str, int]
    pid: int
    log: Path

    def said(self) -> str:
        return self.log.read_text(errors="replace")[-2000:]


class Site:
    def __init__(
        self,
        stack: ExitStack,
        folder: Path,
        seed: list[str],
        cinema: type = Cinema,
        servers: Iterable[str] = SERVERS,
        kind: str = "postgres",
    ):
        """
        `seed` is a program that furnishes the database, and writes what `cinema` is then made of. On SQLite the cinema
        is the only server.

        All of it is gone when the stack is left. Raises RuntimeError for a database that promises too little.
        """
        self.settings = stack.enter_context(harness.database(kind, fsync=True))
        self.is_sqlite = kind == "sqlite"
        for name in () if self.is_sqlite else ("fsync", "synchronous_commit", "full_page_writes"):
            if self.ask(f"SHOW {name}") != "on":
                raise RuntimeError(f"The database has {name} off: bookings would be faster than they are.")
        self.environment = harness.environment(self.settings, folder, **SETTINGS)
        harness.run(self.environment, "manage.py", "migrate", "--verbosity=0")
        self.cinema = cinema(**json.loads(harness.run(self.environment, *seed)))
        self.execute("ANALYZE" if self.is_sqlite else "VACUUM ANALYZE")
        self.last = self.newest()
        self.database = None if self.is_sqlite else self.find_database()
        self.servers = {}
        for name in ("cinema",) if self.is_sqlite else servers:
            log = folder / f"{name}.log"
            started = stack.enter_context(harness.start(SERVERS[name], self.environment, log))
            self.servers[name] = Server(*started, log)

    def describe(self) -> str:
        """The machine and the versions, but neither its name nor a path."""
        info = Path("/proc/cpuinfo").read_text().splitlines()
        model = next((line.partition(": ")[2] for line in info if line.startswith("model name")), platform.machine())
        busy = os.getloadavg()[0]
        database = harness.name_of(self.settings) + ("" if self.is_sqlite else " with fsync")
        return (
            f"{len(os.sched_getaffinity(0))} cores of {model}, load {busy:.1f} at the start; {platform.system()}, "
            f"Python {platform.python_version()}, {database}; {WORKERS} workers each."
        )

    def find_database(self) -> int:
        """The process id of PostgreSQL."""
        with postgres.connect(self.settings) as connection:
            try:
                return processes.parent(connection.info.backend_pid)
            except FileNotFoundError:
                raise RuntimeError("The database runs on another computer, where its CPU cannot be read.") from None

    def database_cpu(self) -> float:
        """Seconds. SQLite works inside the application, and has none of its own."""
        return 0.0 if self.database is None else processes.cpu_seconds(self.database)

    def cpu(self, name: str) -> tuple[float, float]:
        """Seconds that this server has worked so far, and the database."""
        return processes.cpu_seconds(self.servers[name].pid), self.database_cpu()

    def execute(self, statement: str) -> list[tuple]:
        if not self.is_sqlite:
            return harness.execute(self.settings, statement)
        with closing(sqlite3.connect(self.settings["SQLITE_PATH"], isolation_level=None, timeout=20)) as connection:
            return connection.execute(statement).fetchall()

    def ask(self, question: str):
        return self.execute(question)[0][0]

    def newest(self) -> dict[str, int]:
        return {table: self.ask(f"SELECT max(id) FROM {table}") for table in WRITTEN}

    def is_at_work(self) -> bool:
        """Whether requests are under way: those whose sender is gone are answered nevertheless, or wait to be."""
        before = self.newest()
        time.sleep(0.5)
        if self.newest() != before:
            return True
        if self.is_sqlite:  # which cannot tell of those that only read
            return False
        others = "SELECT count(*) FROM pg_stat_activity WHERE state != 'idle' AND pid != pg_backend_pid()"
        return self.ask(f"{others} AND datname = current_database()") > 0

    def reset(self) -> None:
        """Delete what was written, once nobody writes any more, so that each run finds the database the same."""
        while self.is_at_work():
            pass
        for table in WRITTEN:
            self.execute(f"DELETE FROM {table} WHERE id > {self.last[table]}")
        for table in WRITTEN:
            self.execute(f"{'ANALYZE' if self.is_sqlite else 'VACUUM ANALYZE'} {table}")
        self.execute("PRAGMA wal_checkpoint(TRUNCATE)" if self.is_sqlite else "CHECKPOINT")
