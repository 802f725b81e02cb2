"""All that is measured: a database with a cinema in it, and the servers that serve it."""

import json
import time
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from benchmarks import processes
from benchmarks.cinema import Cinema
from tests import harness, postgres

WORKERS = 2
SETTINGS = {"WEB_CONCURRENCY": str(WORKERS), "ACCESS_TOKEN_EXPIRE_MINUTES": "10000"}
UVICORN = [
    *(".venv-bench/bin/python", "-m", "uvicorn", "--fd", "{fd}", "--workers", str(WORKERS)),
    *("--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"),
]
GUNICORN = [*harness.GUNICORN, "--bind", "fd://{fd}"]
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
        self, stack: ExitStack, folder: Path, seed: list[str], cinema: type = Cinema, servers: Iterable[str] = SERVERS
    ):
        """
        `seed` is a program that furnishes the database, and writes what `cinema` is then made of.

        All of it is gone when the stack is left. Raises RuntimeError for a database that promises too little.
        """
        self.settings = stack.enter_context(harness.database("postgres", fsync=True))
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            if self.ask(f"SHOW {name}") != "on":
                raise RuntimeError(f"The database has {name} off: bookings would be faster than they are.")
        self.environment = harness.environment(self.settings, folder, **SETTINGS)
        harness.run(self.environment, "manage.py", "migrate", "--verbosity=0")
        self.cinema = cinema(**json.loads(harness.run(self.environment, *seed)))
        harness.execute(self.settings, "VACUUM ANALYZE")
        self.last = {table: self.ask(f"SELECT max(id) FROM {table}") for table in WRITTEN}

        with postgres.connect(self.settings) as connection:
            try:
                self.database = processes.parent(connection.info.backend_pid)
            except FileNotFoundError:
                raise RuntimeError("The database runs on another computer, where its CPU cannot be read.") from None
        self.servers = {}
        for name in servers:
            log = folder / f"{name}.log"
            started = stack.enter_context(harness.start(SERVERS[name], self.environment, log))
            self.servers[name] = Server(*started, log)

    def ask(self, question: str):
        return harness.execute(self.settings, question)[0][0]

    def reset(self) -> None:
        """Delete what was written, once nobody writes any more, so that each run finds the database the same."""
        others = "SELECT count(*) FROM pg_stat_activity WHERE state != 'idle' AND pid != pg_backend_pid()"
        while self.ask(f"{others} AND datname = current_database()"):
            time.sleep(0.05)
        for table in WRITTEN:
            harness.execute(self.settings, f"DELETE FROM {table} WHERE id > {self.last[table]}")
        for table in WRITTEN:
            harness.execute(self.settings, f"VACUUM ANALYZE {table}")
        harness.execute(self.settings, "CHECKPOINT")
