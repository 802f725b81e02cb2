"""`make run`: from a fresh clone to a cinema that sells seats on this computer.

Every step may be repeated, so a later run is the same as the first, only faster. In production each has its own
command (see the README), and only the last one, gunicorn, is the same.
"""

import os
import secrets
import signal
import socket
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import DatabaseError, connection

ROOT = Path(__file__).resolve().parent.parent
ENV_FILE = Path(os.environ.get("ENV_FILE", ROOT / ".env"))
HOST = "127.0.0.1"


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends the preparations without a traceback
    write_env_file()
    read_settings()
    listener = open_port()
    check_database()
    prepare_database()
    print_addresses(listener.getsockname()[1])
    serve(listener)


def write_env_file() -> None:
    """Fresh keys for a first try. A file that exists is left as it is."""
    try:
        with open(ENV_FILE, "x", opener=lambda path, flags: os.open(path, flags, mode=0o600)) as file:
            file.write(
                "# Written by `make run` for a first try. The environment wins over this file;"
                " the README has all the settings.\n\n"
                "# They sign access and refresh tokens. Keep them secret; new ones end every login.\n"
                f"SECRET_KEY={secrets.token_urlsafe(64)}\n"
                f"REFRESH_SECRET_KEY={secrets.token_urlsafe(64)}\n\n"
                "# The host names that this server answers to.\n"
                "ALLOWED_HOSTS=localhost,127.0.0.1,[::1]\n\n"
                "# 1 wherever HTTPS is spoken: cookies are then Secure, and plain HTTP is redirected.\n"
                "HTTPS=0\n"
            )
    except FileExistsError:
        return
    print(f"Wrote {ENV_FILE} with fresh keys.")


def read_settings() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    try:
        django.setup()
    except ImproperlyConfigured as error:
        sys.exit(str(error))


def open_port() -> socket.socket:
    """A listening socket. It is opened first and handed on, so the port stays ours while the rest is prepared."""
    port = settings.PORT
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections of the last run do not count
    try:
        listener.bind((HOST, port))
        listener.listen()
    except OSError as error:
        sys.exit(f"Cannot serve on {HOST}:{port}: {error.strerror}. Another port: make run PORT=8001")
    return listener


def check_database() -> None:
    database = connection.settings_dict
    try:
        if connection.vendor == "postgresql":
            name = f"PostgreSQL at {database['HOST']}:{database['PORT']}, database {database['NAME']}"
            advice = "Start it, correct POSTGRES_DB, DB_HOST and their like, or unset them all to use SQLite."
        else:
            name, advice = database["NAME"], "SQLITE_PATH names it."
        connection.ensure_connection()
    except DatabaseError as error:
        reason = " ".join(str(error).split())
        sys.exit(f"The database does not answer ({name}). {advice} What it said: {reason}")


def prepare_database() -> None:
    print("Preparing the database …", flush=True)
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("demo")


def print_addresses(port: int) -> None:
    from reservations.management.commands.demo import LOGINS, is_loaded

    address = f"http://{HOST}:{port}"
    print(f"""
The cinema is open. Ctrl-C closes it.

  API     {address}/api/v1/
  docs    {address}/api/v1/docs/
  admin   {address}/admin/
""")
    if is_loaded():
        for username, password, role in LOGINS:
            print(f"  log in as {username} / {password} ({role})")
    print(flush=True)


def serve(listener: socket.socket) -> None:
    """Become gunicorn, in the same process, so that signals reach it directly."""
    listener.set_inheritable(True)
    os.environ.setdefault("LOG_FORMAT", "text")
    gunicorn = [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "project" / "gunicorn.py")]
    os.execv(sys.executable, [*gunicorn, "--bind", f"fd://{listener.fileno()}", "--log-level", "warning"])


if __name__ == "__main__":
    main()
