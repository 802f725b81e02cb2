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
# A commit is on the disk only when its page of the log is full.
CARELESS = {"synchronous_commit": "off", "wal_writer_delay": "10s", "full_page_writes": "off"}


class Cluster:
    """
    Its data are in `folder/data`, and its log is beside them, where there is room for it when the data have none left.

    The cinema is no superuser here, as in production, so that there are things it may not do.
    """

    def __init__(self, folder: Path):
        self.folder, self.data, self.log = folder, folder / "data", folder / "log"
        self.user = postgres.unprivileged_user()
        self.port = str(postgres.free_port())

    def create(self, *, careless: bool) -> None:
        """`careless`: a commit is acknowledged before it is on the disk, so that a crash loses some."""
        self.data.mkdir(exist_ok=True)
        for path in (self.folder, self.data) if self.user else ():
            os.chown(path, self.user["user"], self.user["group"])
        self.binaries = postgres.find_binaries(self.folder, self.user)
        # With the smallest segments of its log, a full disk is soon noticed there, too.
        self.run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--wal-segsize=1")
        self.start()
        self.order(f"CREATE ROLE {OWNER} LOGIN", f"CREATE DATABASE {OWNER} OWNER {OWNER}")
        if careless:
            self.order(*(f"ALTER SYSTEM SET {name} = '{value}'" for name, value in CARELESS.items()))
            self.order("SELECT pg_reload_conf()")

    @property
    def settings(self) -> dict[str, str]:
        """The cinema's."""
        return {"POSTGRES_DB": OWNER, "POSTGRES_USER": OWNER, "DB_HOST": "127.0.0.1", "DB_PORT": self.port}

    def connect(self) -> psycopg.Connection:
        """As the operator, past the cinema; each statement commits by itself."""
        return postgres.connect({**self.settings, "POSTGRES_USER": "postgres", "POSTGRES_DB": "postgres"})

    def session(self) -> psycopg.Connection:
        """As the cinema, but past its limits of time."""
        return postgres.connect(self.settings)

    def ask(self, question: str, *values: object) -> list[tuple]:
        with self.session() as session:
            return session.execute(question, values).fetchall()

    def order(self, *statements: str) -> None:
        with self.connect() as connection:
            for statement in statements:
                connection.execute(statement)

    def start(self) -> None:
        """Also after a kill: until all that were killed are really gone, PostgreSQL refuses to start on their data."""
        deadline = time.monotonic() + SECONDS_TO_START
        while True:
            try:
                return self.control("start")
            except RuntimeError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def restart(self) -> None:
        self.control("restart", "-m", "fast")

    def stop(self) -> None:
        with suppress(RuntimeError):  # it is down already
            self.control("stop", "-m", "immediate")

    def kill(self) -> None:
        """Its first process; all the others notice and end."""
        os.kill(self.postmaster(), signal.SIGKILL)

    def freeze(self) -> None:
        self.signal_all(signal.SIGSTOP)

    def thaw(self) -> None:
        self.signal_all(signal.SIGCONT)

    def wait(self) -> None:
        """Until it answers, if it is to come back by itself."""
        deadline = time.monotonic() + SECONDS_TO_START
        while True:
            try:
                return self.connect().close()
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def is_running(self) -> bool:
        try:
            os.kill(self.postmaster(), 0)
        except (FileNotFoundError, ProcessLookupError):
            return False
        return True

    def postmaster(self) -> int:
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def signal_all(self, number: int) -> None:
        first = self.postmaster()
        for pid in [first, *map(int, Path(f"/proc/{first}/task/{first}/children").read_text().split())]:
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def backend(self) -> int:
        """The process behind a connection of the cinema, one in use if any is."""
        sessions = "SELECT pid FROM pg_stat_activity WHERE usename = %s ORDER BY state = 'idle', random() LIMIT 1"
        with self.connect() as connection:
            return connection.execute(sessions, [OWNER]).fetchone()[0]

    def disconnect(self, connection: psycopg.Connection) -> int:
        """End all sessions of the cinema; how many there were."""
        sessions = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s"
        return connection.execute(sessions, [OWNER]).rowcount

    def deadlocks(self) -> int:
        """From its log: the counters in the database do not outlive a crash."""
        return self.said().count("deadlock detected")

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def control(self, *command: str) -> None:
        self.run("pg_ctl", *command, "-w", "-l", str(self.log), "-o", f"-p {self.port} {OPTIONS}")

    def run(self, program: str, *arguments: str) -> None:
        done = postgres.execute(self.binaries / program, "-D", self.data, *arguments, cwd=self.folder, **self.user)
        if done.returncode:
            detail = self.said()[-2000:] if self.log.exists() else ""
            raise RuntimeError(f"{program} failed.\n{done.stdout}{detail}")
