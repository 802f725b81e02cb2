"""The environment of a test run: its database, and nothing of the developer's own settings.

A plugin of pytest's (`-p tests.environment` in pyproject.toml) and not a conftest, because Django's settings are read
before the first conftest is.
"""

import json
import os
import secrets
import signal
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from tests import postgres

# Every setting that the README names. One that is set on this computer must not change what the tests find.
SETTINGS = (
    *postgres.SETTINGS,
    *("SQLITE_PATH", "SECRET_KEY", "REFRESH_SECRET_KEY", "ALGORITHM", "ACCESS_TOKEN_EXPIRE_MINUTES", "DEBUG", "HTTPS"),
    *("ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "CORS_ALLOWED_ORIGINS", "TRUSTED_PROXIES", "TIME_ZONE", "CURRENCY"),
    *("HOLD_SECONDS", "MAX_SEATS_PER_RESERVATION", "MAX_SEATS_PER_SHOWTIME", "MAX_HOLDS_PER_USER"),
    *("CANCELLATION_CUTOFF_MINUTES", "THROTTLE_LOGIN", "THROTTLE_REGISTER", "THROTTLE_PASSWORD_RESET"),
    *("THROTTLE_RESERVE", "REDIS_URL", "MEDIA_ROOT", "MEDIA_URL", "EMAIL_URL", "DEFAULT_FROM_EMAIL"),
    *("PASSWORD_RESET_URL", "PORT", "WEB_CONCURRENCY", "SECRET_KEY_FALLBACKS", "REFRESH_SECRET_KEY_FALLBACKS"),
    *("LOG_FORMAT", "METRICS_TOKEN"),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--postgres", action="store_true", help="Run on a real PostgreSQL (without: on SQLite).")
    parser.addoption("--verdict", metavar="FILE", help="Write the outcome there, for `make test`.")


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """A wrapper, to come before pytest-django, which reads the settings in this hook."""
    if "PYTEST_XDIST_WORKER" not in os.environ:  # a worker has inherited all this
        signal.signal(signal.SIGTERM, postgres.interrupt)
        stack = ExitStack()
        early_config.add_cleanup(stack.close)
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="cinema-tests-"))
        if early_config.known_args_namespace.postgres:
            database, name = real_postgres(stack)
        else:
            database, name = {"SQLITE_PATH": f"{folder}/db.sqlite3"}, f"SQLite {sqlite3.sqlite_version}"
        for setting in SETTINGS:
            os.environ.pop(setting, None)
        os.environ.update(
            database,
            TEST_DATABASE=name,
            ENV_FILE=os.devnull,
            SECRET_KEY=secrets.token_urlsafe(64),
            REFRESH_SECRET_KEY=secrets.token_urlsafe(64),
            HTTPS="0",
            ALLOWED_HOSTS="testserver,localhost,127.0.0.1",
            MEDIA_ROOT=f"{folder}/media",
            EMAIL_URL="memorymail://",
            **{setting: "" for setting in SETTINGS if setting.startswith("THROTTLE_")},
        )
    return (yield)


def real_postgres(stack: ExitStack) -> tuple[dict[str, str], str]:
    """The settings of a server that lives as long as the stack, and its name."""
    try:
        database = stack.enter_context(postgres.server())
        return database, f"PostgreSQL {postgres.version(database)}"
    except (RuntimeError, psycopg.OperationalError) as error:
        raise pytest.UsageError(f"No PostgreSQL to test on: {error}") from error


def pytest_report_header() -> str:
    return f"database: {os.environ['TEST_DATABASE']}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if config.getoption("verdict"):
        passed, failed, errors = (len(terminalreporter.getreports(word)) for word in ("passed", "failed", "error"))
        verdict = {"database": os.environ["TEST_DATABASE"], "passed": passed, "failed": failed + errors}
        Path(config.getoption("verdict")).write_text(json.dumps(verdict))
