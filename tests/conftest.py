from collections.abc import Iterator
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client

from showtimes.renderers import heads_of
from tests import documented

pytest_plugins = ["tests.cast", "tests.cinema"]


@pytest.fixture(autouse=True)
def no_seats_of_other_tests():
    """What a test rolls back can come again with the same ids at the same instant: the clock often stands still."""
    heads_of.cache_clear()


@pytest.fixture(scope="session", autouse=True)
def answers_that_the_schema_tells_of() -> Iterator[None]:
    """No answer of the API to any test's client, Django's or DRF's, is another than `schema.yml` says."""
    request = Client.request

    def checked(client: Client, **environ):
        response = request(client, **environ)
        documented.check(response)
        return response

    with patch.object(Client, "request", checked):
        yield


@pytest.fixture(scope="session", autouse=True)
def audit_log_that_can_be_emptied() -> Iterator[None]:
    """After a test with transactions of its own all tables are emptied, which the audit log refuses but for here."""
    operations = type(connection.ops)
    execute = operations.execute_sql_flush

    def flush(ops, statements: list[str]) -> None:
        if connection.vendor == "postgresql":
            table = "ALTER TABLE users_auditentry {} TRIGGER USER"
            before, after = [table.format("DISABLE")], [table.format("ENABLE")]
        else:
            with connection.cursor() as cursor:
                cursor.execute("SELECT name, sql FROM sqlite_master WHERE name LIKE 'audit_log_stays%'")
                triggers = cursor.fetchall()
            before, after = [f"DROP TRIGGER {name}" for name, _ in triggers], [sql for _, sql in triggers]
        execute(ops, [*before, *statements, *after])

    with patch.object(operations, "execute_sql_flush", flush):
        yield
