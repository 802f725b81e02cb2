"""The real thing for suites that need more than Django's test client: an own database, and gunicorn on a free port.

    with database("postgres") as settings:
        env = environment(settings, folder)
        run(env, "manage.py", "migrate")
        with serve(env, log) as address:
            …

All of it is on this computer, and nothing is left behind, however it ends.
"""

import os
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from django.db import connection
from psycopg import sql

from tests import postgres
from tests.environment import SETTINGS

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
GUNICORN = [sys.executable, "-m", "gunicorn", "-c", "project/gunicorn.py", "--log-level", "warning"]
SECONDS_TO_START = 60
SECONDS_TO_STOP = 30


@contextmanager
def database(kind: str, *, fsync: bool = False) -> Iterator[dict[str, str]]:
    """The settings of an empty database, `postgres` or `sqlite`, that is gone afterwards."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory(prefix="cinema-") as folder:
            yield {"SQLITE_PATH": f"{folder}/db.sqlite3"}
        return
    with postgres.server(fsync=fsync) as settings:
        name = sql.Identifier(f"cinema_{secrets.token_hex(4)}")
        with postgres.connect(settings) as server:
            server.execute(sql.SQL("CREATE DATABASE {}").format(name))
        try:
            yield {**settings, "POSTGRES_DB": name.as_string().strip('"')}
        finally:
            with postgres.connect(settings) as server:
                server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def database_of_the_tests() -> dict[str, str]:
    """The settings of what a test with `django_db(transaction=True)` sees, so that a server can be on it too."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return {"SQLITE_PATH": str(database["NAME"])}
    keys = {"POSTGRES_DB": "NAME", "POSTGRES_USER": "USER", "POSTGRES_PASSWORD": "PASSWORD"}
    keys |= {"DB_HOST": "HOST", "DB_PORT": "PORT"}
    return {name: str(database[key]) for name, key in keys.items()}


def command(work: Callable[[], int], started: str) -> int:
    """
    The exit code of `work`, which Ctrl-C and SIGTERM end early: then it takes with it whatever it has started. What it
    raises as a RuntimeError, as all here do, is why it could not be done.
    """
    sys.stdout.reconfigure(line_buffering=True)  # through a pipe too, what happens is seen when it does
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, postgres.interrupt)
    try:
        return work()
    except KeyboardInterrupt:
        print(f"\nInterrupted: {started} are gone.")
        return 130
    except RuntimeError as error:
        print(f"FAILED: {error}")
        return 1


def name_of(settings: dict[str, str]) -> str:
    """Which database it is, and which version of it."""
    if "SQLITE_PATH" in settings:
        return f"SQLite {sqlite3.sqlite_version}"
    return f"PostgreSQL {postgres.version(settings)}"


def execute(settings: dict[str, str], statement: str) -> list[tuple]:
    """One statement to PostgreSQL, past the application; the rows, if it gives any."""
    with postgres.connect(settings) as server:
        cursor = server.execute(statement)
        return cursor.fetchall() if cursor.description else []


def environment(settings: dict[str, str], folder: Path, **more: str) -> dict[str, str]:
    """What the cinema's programs run with: these settings, none of the developer's, fresh keys, no throttles."""
    return {
        **{name: value for name, value in os.environ.items() if name not in SETTINGS},
        **{name: "" for name in SETTINGS if name.startswith("THROTTLE_")},
        "DJANGO_SETTINGS_MODULE": "project.settings",
        "ENV_FILE": os.devnull,
        "SECRET_KEY": secrets.token_urlsafe(64),
        "REFRESH_SECRET_KEY": secrets.token_urlsafe(64),
        "HTTPS": "0",
        "ALLOWED_HOSTS": HOST,
        "MEDIA_ROOT": str(folder / "media"),
        "EMAIL_URL": "dummymail://",
        **settings,
        **more,
    }


def run(environment: dict[str, str], *arguments: str, stdin: str = "") -> str:
    """What a Python program of this project said. Raises RuntimeError when it failed."""
    done = try_to_run(environment, *arguments, stdin=stdin)
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)} failed.\n{done.stdout}{done.stderr}")
    return done.stdout


def try_to_run(environment: dict[str, str], *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        input=stdin,
        capture_output=True,
        text=True,
        start_new_session=True,  # Ctrl-C is for us alone
    )


@contextmanager
def serve(environment: dict[str, str], log: Path, wsgi: str = "project.wsgi") -> Iterator[tuple[str, int]]:
    """Host and port of gunicorn, configured as in production, once it answers. What it says goes to `log`."""
    with start([*GUNICORN, "--bind", "fd://{fd}", wsgi], environment, log) as (address, _):
        yield address


@contextmanager
def start(command: list[str], environment: dict[str, str], log: Path) -> Iterator[tuple[tuple[str, int], int]]:
    """
    Host and port of a server, and its process id, once it answers `/readyz`.

    The port is opened here and handed over, as the file descriptor `{fd}` of the command, so that nobody else can take
    it.
    """
    with socket.create_server((HOST, 0), backlog=2048) as listener, open(log, "ab") as output:
        address = listener.getsockname()
        process = subprocess.Popen(
            [part.format(fd=listener.fileno()) for part in command],
            cwd=ROOT,
            env=environment,
            pass_fds=[listener.fileno()],
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # at Ctrl-C the clients stop first, then the server
        )
    try:
        wait_until_ready(process, address, log)
        yield address, process.pid
    finally:
        stop(process)


def wait_until_ready(process: subprocess.Popen, address: tuple[str, int], log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        if is_ready(address):
            return
        time.sleep(0.1)
    ended = "was not ready in time" if process.poll() is None else f"ended with exit code {process.returncode}"
    raise RuntimeError(f"The server {ended}.\n{log.read_text(errors='replace')[-2000:]}")


def is_ready(address: tuple[str, int]) -> bool:
    connection = HTTPConnection(*address, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def stop(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
