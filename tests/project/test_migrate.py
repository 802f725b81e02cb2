"""`manage.py migrate` of a later release, while somebody is in its way."""

import io
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from types import SimpleNamespace

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import IntegrityError, OperationalError, connection, connections
from django.db.migrations import Migration
from django.db.migrations.recorder import MigrationRecorder

from api.management.commands import migrate
from reservations.models import Reservation
from tests.cast import as_
from tests.cinema import ids_of, reserve
from tests.later.migrations import LAST
from tests.reservations.racing import URL

TABLE = "reservations_reservation"
SECONDS_TO_HAPPEN = 10
PAGE = (settings.BASE_DIR / "docs" / "migrations.md").read_text()
[FIND_THEM] = re.findall(r"^```sql\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture
def later(settings, transactional_db):
    settings.MIGRATION_MODULES = {"reservations": "tests.later.migrations"}
    yield
    call_command("migrate", "reservations", LAST, verbosity=0)


@pytest.fixture
def on_postgresql(later, monkeypatch):
    """And it does not take its time between two attempts."""
    if connection.vendor != "postgresql":
        pytest.skip("On SQLite everybody waits for everybody.")
    monkeypatch.setattr(migrate, "SECONDS_BETWEEN", 0)


def to(name: str) -> str:
    """What it said; as from a shell, through a connection of its own."""
    said = io.StringIO()
    try:
        call_command("migrate", "reservations", name, verbosity=0, stderr=said)
    finally:
        connections.close_all()
    return said.getvalue()


def applied() -> set[str]:
    done = MigrationRecorder(connection).applied_migrations()
    return {name for app, name in done if app == "reservations" and name.startswith("size_")}


def columns() -> list[str]:
    with connection.cursor() as cursor:
        return [column.name for column in connection.introspection.get_table_description(cursor, TABLE)]


def indexes() -> list[str]:
    with connection.cursor() as cursor:
        return [name for name, it in connection.introspection.get_constraints(cursor, TABLE).items() if it["index"]]


def sql(statement: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


@contextmanager
def somebody(mode: str) -> Iterator[psycopg.Connection]:
    """In a transaction that keeps a lock on the table."""
    with psycopg.connect(**connection.get_connection_params()) as session:
        session.execute(f"LOCK TABLE {TABLE} IN {mode} MODE")
        yield session
        session.rollback()


@contextmanager
def meanwhile(call: Callable, *arguments) -> Iterator[Future]:
    with ThreadPoolExecutor(1) as thread:
        yield thread.submit(call, *arguments)


def wait_until_waiting(migrating: Future) -> int:
    """Until a session of this database, which is one of several, waits for a lock: its process id."""
    waiters = "SELECT pid FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted"
    deadline = time.monotonic() + SECONDS_TO_HAPPEN
    while not (waiting := sql(f"{waiters} AND datname = current_database()")):
        assert time.monotonic() < deadline
        assert not migrating.done(), migrating.exception()
    return waiting[0][0]


class TestWorkedExample:
    def test_it_can_be_done_while_the_last_release_sells(self, later, alice, showtime):
        before = columns(), indexes()
        reserve(alice, showtime, "A1", "A2")
        reserve(alice, showtime, "A3")
        to("size_4_filled")
        assert columns() == [*before[0], "size"]
        assert sorted(indexes()) == sorted([*before[1], "reservation_size"])
        assert sql("SELECT size FROM reservations_reservation ORDER BY id") == [(2,), (1,)]
        assert as_(alice).post(URL, {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, "B1")}).status_code == 201
        with pytest.raises(IntegrityError, match="size_positive"):
            sql("UPDATE reservations_reservation SET size = 0")

    def test_it_can_be_undone(self, later, alice, showtime):
        before = columns(), indexes()
        reserve(alice, showtime, "A1")
        to("size_4_filled")
        to(LAST)
        assert (columns(), indexes()) == before
        assert applied() == set()
        assert Reservation.objects.get().reserved_seats.count() == 1

    def test_it_fills_one_batch_after_the_other(self, later, alice, showtime, monkeypatch):
        for label in ("A1", "A2", "A3"):
            reserve(alice, showtime, label)
        monkeypatch.setattr("tests.later.migrations.size_4_filled.BATCH", 2)
        to("size_4_filled")
        assert sql("SELECT size FROM reservations_reservation") == [(1,)] * 3


class TestSomebodyIsInTheWay:
    """Somebody reads the table in a transaction that does not end, as a backup does."""

    def test_it_gives_up_and_nobody_has_waited_for_2_seconds(self, on_postgresql, alice, showtime, monkeypatch):
        monkeypatch.setattr(migrate, "ATTEMPTS", 2)
        body = {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, "A1")}
        with somebody("ACCESS SHARE") as backup, meanwhile(to, "size_4_filled") as migrating:
            wait_until_waiting(migrating)
            sql("SET lock_timeout = '2s'")
            answer = as_(alice).post(URL, body)
            sql("RESET lock_timeout")
            with pytest.raises(CommandError) as refusal:
                migrating.result()
            assert backup.info.backend_pid in [pid for pid, *_ in sql(FIND_THEM)]  # an autovacuum may be there too
        assert answer.status_code == 201
        assert str(refusal.value) == (
            "reservations.size_1_column is not done, and what came before it is: some transaction takes too long. "
            "Find it in pg_stat_activity (see docs/migrations.md), let it end, and run migrate again."
        )
        assert applied() == set()
        assert "size" not in columns()

    def test_it_tries_again(self, on_postgresql, monkeypatch):
        with somebody("ACCESS SHARE") as backup:
            monkeypatch.setattr(migrate, "time", SimpleNamespace(sleep=lambda seconds: backup.rollback()))
            said = to("size_1_column")
        assert said == "\nreservations.size_1_column met a lock that others keep (attempt 1 of 10).\n"
        assert applied() == {"size_1_column"}

    def test_what_lets_others_work_waits_for_as_long_as_they_need(self, on_postgresql, monkeypatch):
        to("size_2_checked")
        monkeypatch.setattr(migrate, "LOCK_TIMEOUT", "50ms")
        with somebody("ROW EXCLUSIVE") as writer, meanwhile(to, "size_3_index") as migrating:
            wait_until_waiting(migrating)
            time.sleep(0.5)
            wait_until_waiting(migrating)
            writer.rollback()
            assert migrating.result() == ""
        assert "reservation_size" in indexes()

    def test_an_index_that_was_broken_off_is_made_again(self, on_postgresql):
        valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'reservation_size'::regclass"
        to("size_2_checked")
        with somebody("ROW EXCLUSIVE"), meanwhile(to, "size_3_index") as migrating:
            sql(f"SELECT pg_cancel_backend({wait_until_waiting(migrating)})")
            with pytest.raises(OperationalError, match="canceling statement due to user request"):
                migrating.result()
        assert sql(valid) == [(False,)]
        to("size_3_index")
        assert sql(valid) == [(True,)]


class TestLimits:
    def now(self) -> tuple[str, str]:
        return sql("SELECT current_setting('lock_timeout'), current_setting('statement_timeout')")[0]

    def test_each_migration_has_its_own(self, on_postgresql, monkeypatch):
        """Only what keeps nobody away may take its time, and only to build an index it waits for everybody."""
        found, apply = {}, Migration.apply

        def apply_and_look(migration, *args, **options):
            found[migration.name] = self.now()
            return apply(migration, *args, **options)

        monkeypatch.setattr(Migration, "apply", apply_and_look)
        to("size_4_filled")
        assert found == {
            "size_1_column": ("1200ms", "15s"),
            "size_2_checked": ("1200ms", "0"),
            "size_3_index": ("0", "0"),
            "size_4_filled": ("1200ms", "0"),
        }

    def test_afterwards_they_are_those_of_the_settings_again(self, on_postgresql):
        call_command("migrate", "reservations", "size_4_filled", verbosity=0)
        assert self.now() == ("5s", "15s")
