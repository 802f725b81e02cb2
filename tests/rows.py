"""What the database holds: the same before and after a request shows that it changed nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, models, transaction

# What is counted or written down of every request, whether it is let in or not.
ASIDE = {"api_throttlecounter"}


def rows(*tables: type[models.Model]) -> list[list[dict]]:
    """All that these tables hold."""
    return [list(table.objects.order_by("pk").values()) for table in tables]


def everything(*but: type[models.Model]) -> dict[str, list[tuple]]:
    """All that the database holds, table by table, but for those `ASIDE` and of these models."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor)) - ASIDE - {model._meta.db_table for model in but}
        return {table: all_of(table, cursor) for table in sorted(tables)}


def all_of(table: str, cursor) -> list[tuple]:
    cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - a name of ours
    return sorted(cursor.fetchall(), key=repr)


@contextmanager
def undone() -> Iterator[None]:
    """What happens in here is undone at its end, so that one test can try many things on the same rows."""
    atomic = transaction.atomic()
    atomic._from_testcase = True  # as Django marks a test's own transaction: `durable` ones may begin inside of it
    with atomic:
        yield
        transaction.set_rollback(True)
