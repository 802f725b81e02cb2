"""A PostgreSQL that keeps what it acknowledges, `fsync` and all, and that may be killed and started again."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

import psycopg

from tests import postgres

OPTIONS = "-c unix_socket_directories= -c listen_addresses=127.0.0.1 -c max_connections=60"
SECONDS_TO_START = 30
OWNER = "cinema"


class Cluster:
    """
    Its data are in `folder`. The cinema is no superuser here, as in production, so that there are things it may not do.

    Segments of the log are as small as they can be: a full disk is then soon noticed there, too.
    """

    def __init__(self, folder: Path):
        self.user = postgres.unprivileged_user()
        if self.user:
            os.chown(folder, self.user["user"], self.user["group"])
        self.folder, self.data, self.log = folder, folder / "data", folder / "log"
        self.binaries = postgres.find_binaries(folder, self.user)
        self.port = str(postgres.free_port())
        self.run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--wal-segsize=1")
        self.start()
        with self.connect() as connection:
            connection.execute(f"CREATE ROLE {OWNER} LOGIN")
            connection.execute(f"CREATE DATABASE {OWNER} OWNER {OWNER}")

    @property
    def settings(self) -> dict[str, str]:
        """Of the cinema."""
        return {"POSTGRES_DB": OWNER, "POSTGRES_USER": OWNER, "DB_HOST": "127.0.0.1", "DB_PORT": self.port}

    def connect(self, user: str = "postgres", database: str = "postgres") -> psycopg.Connection:
        """By default as the operator, past the cinema; each statement commits by itself."""
        return postgres.connect({**self.settings, "POSTGRES_DB": database, "POSTGRES_USER": user})

    def ask(self, statement: str, *values: object) -> list[tuple]:
        with self.connect(database=OWNER) as connection:
            return connection.execute(statement, values).fetchall()

    def start(self) -> None:
        """Also after a kill: until all that were killed are really gone, PostgreSQL refuses to start on their data."""
        deadline = time.monotonic() + SECONDS_TO_START
        while True:
            try:
                return self.run("pg_ctl", "start", "-w", "-l", str(self.log), "-o", f"-p {self.port} {OPTIONS}")
            except RuntimeError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def wait(self) -> None:
        """Until it answers, if it is to come back by itself."""
        deadline = time.monotonic() + SECONDS_TO_START
        while not self.answers():
            if time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not come back within {SECONDS_TO_START} s.")
            time.sleep(0.02)

    def answers(self) -> bool:
        with suppress(psycopg.OperationalError), self.connect():
            return True
        return False

    def restart(self) -> None:
        self.run("pg_ctl", "restart", "-w", "-m", "fast", "-l", str(self.log), "-o", f"-p {self.port} {OPTIONS}")

    def is_running(self) -> bool:
        try:
            os.kill(self.postmaster(), 0)
        except (FileNotFoundError, ProcessLookupError):
            return False
        return True

    def postmaster(self) -> int:
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def kill(self) -> None:
        """Its first process; all the others notice and end."""
        os.kill(self.postmaster(), signal.SIGKILL)

    def set_read_only(self, value: str) -> None:
        """For all sessions of the cinema, which have to connect again."""
        with self.connect() as connection:
            connection.execute(f"ALTER ROLE {OWNER} SET default_transaction_read_only = {value}")
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", [OWNER])

    def backend(self) -> int:
        """The process behind a connection of the cinema, one in use if any is."""
        sessions = "SELECT pid FROM pg_stat_activity WHERE usename = %s ORDER BY state = 'idle', random() LIMIT 1"
        return self.ask(sessions, OWNER)[0][0]

    def deadlocks(self) -> int:
        """From its log: the counters in the database do not outlive a crash."""
        return self.log.read_text(errors="replace").count("deadlock detected")

    def stop(self) -> None:
        with suppress(RuntimeError):  # it is down already
            self.run("pg_ctl", "stop", "-w", "-m", "immediate")

    def run(self, program: str, *arguments: str) -> None:
        done = postgres.execute(self.binaries / program, "-D", self.data, *arguments, cwd=self.folder, **self.user)
        if done.returncode:
            detail = self.log.read_text(errors="replace")[-2000:] if self.log.exists() else ""
            raise RuntimeError(f"{program} failed.\n{done.stdout}{detail}")
