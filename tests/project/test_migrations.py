"""No migration keeps people from booking while it runs, or breaks the release that still serves them."""

import re
from collections.abc import Callable

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import connection, connections, models
from django.db.migrations import Migration, RunPython, RunSQL, SeparateDatabaseAndState, operations
from django.db.migrations.loader import MigrationLoader
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.db.models.functions import Now

from tests.migrations import Fault, faults
from users.operations import AddConstraintNotValid, ValidateConstraint

OWN_APPS = [app.label for app in apps.get_app_configs() if app.path.startswith(f"{settings.BASE_DIR}/{app.label}")]


@pytest.fixture
def find_faults(db) -> Callable[..., list[Fault]]:
    if connection.vendor != "postgresql":
        pytest.skip("It is PostgreSQL's locks that this is about.")
    own = connections.create_connection("default")  # outside of the test's transaction, which CONCURRENTLY refuses
    yield lambda migration, state: list(faults(migration, state, own))
    own.close()


def assert_flawless(find_faults, names: set[str]) -> None:
    loader = MigrationLoader(None)
    own = [key for key in loader.graph.nodes if key[0] in OWN_APPS]
    assert names <= {name for _, name in own}
    found = {key: find_faults(loader.graph.nodes[key], loader.project_state(key, at_end=False)) for key in sorted(own)}
    assert {key: each for key, each in found.items() if each} == {}


def test_those_of_the_apps(find_faults):
    assert set(OWN_APPS) == {"users", "movies", "showtimes", "reservations", "api"}
    assert_flawless(find_faults, {"0001_initial", "0002_showtimes_never_overlap"})


def test_those_of_the_worked_example(find_faults, settings):
    settings.MIGRATION_MODULES = {"reservations": "tests.later.migrations"}
    assert_flawless(find_faults, {"size_1_column", "size_2_checked", "size_3_index", "size_4_filled"})


def test_the_page_shows_the_worked_example_to_the_letter():
    page = (settings.BASE_DIR / "docs" / "migrations.md").read_text()
    files = [path.read_text() for path in (settings.BASE_DIR / "tests" / "later" / "migrations").glob("size_*.py")]
    shown = re.findall(r"^```python\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    assert [sum(code in file for file in files) for code in shown] == [1, 1, 1, 1]


def column(field: models.Field) -> list:
    return [operations.AddField("reservation", "size", field)]


def altered(name: str, field: models.Field) -> list:
    return [operations.AlterField("reservation", name, field)]


def constraint(constraint: models.BaseConstraint) -> list:
    return [operations.AddConstraint("reservation", constraint)]


def do_nothing(apps, schema_editor) -> None:
    """What a RunPython does is not looked at."""


POSITIVE = CheckConstraint(condition=Q(pk__gt=0), name="positive")
ON_CODE = Index(fields=["code"], name="on_code")
SMALL = models.IntegerField(null=True)
FILL = RunPython(do_nothing, do_nothing)


def movie(**options) -> models.ForeignKey:
    return models.ForeignKey("movies.Movie", models.PROTECT, null=True, **options)


def found_in(find_faults, migration_operations: list, **attributes) -> list[str]:
    migration = Migration("bad", "reservations")
    migration.operations = migration_operations
    for name, value in attributes.items():
        setattr(migration, name, value)
    return [fault.kind for fault in find_faults(migration, MigrationLoader(None).project_state())]


BAD = {
    "a column that the last release does not fill": (column(models.IntegerField(default=3)), ["DROP DEFAULT"]),
    "a column that differs for each row": (column(models.UUIDField(db_default=RandomUUID())), ["ADD COLUMN"]),
    "a column that is computed for each row": (
        column(models.GeneratedField(expression=models.F("id"), output_field=SMALL, db_persist=True)),
        ["ADD COLUMN"],
    ),
    "a column with a check": (column(models.PositiveIntegerField(null=True)), ["ADD COLUMN"]),
    "a column with an index": (column(models.IntegerField(null=True, db_index=True)), ["CREATE INDEX"]),
    "a unique column": (column(models.IntegerField(null=True, unique=True)), ["ADD COLUMN"]),
    "a foreign key, which Django indexes": (column(movie()), ["CREATE INDEX"]),
    "another type": (altered("code", models.TextField()), ["TYPE"]),
    "a shorter text": (altered("code", models.CharField(max_length=4)), ["TYPE"]),
    "no NULL any more": (altered("expires_at", models.DateTimeField()), ["SET NOT NULL"]),
    "an index on what is there": (altered("code", models.CharField(max_length=8, db_index=True)), ["CREATE INDEX"] * 2),
    "a field that is renamed": ([operations.RenameField("reservation", "code", "number")], ["RENAME"]),
    "a field that is removed": ([operations.RemoveField("reservation", "code")], ["DROP COLUMN"]),
    "a table that is renamed": ([operations.AlterModelTable("reservation", "bookings")], ["RENAME"]),
    "a model that is removed": ([operations.DeleteModel("IdempotencyKey")], ["DROP TABLE"]),
    "a model that is renamed": ([operations.RenameModel("IdempotencyKey", "Key")], ["RENAME"]),
    "an index": ([operations.AddIndex("reservation", ON_CODE)], ["CREATE INDEX"]),
    "an index that is removed": ([operations.RemoveIndex("reservation", "reservation_user")], ["DROP INDEX"]),
    "a check": (constraint(POSITIVE), ["ADD CONSTRAINT"]),
    "a unique constraint": (constraint(UniqueConstraint(fields=["user"], name="once")), ["ADD CONSTRAINT"]),
    "a unique constraint with a condition": (
        constraint(UniqueConstraint(fields=["user"], condition=Q(pk__gt=0), name="once")),
        ["CREATE UNIQUE INDEX"],
    ),
    "a guard that is removed": (
        [operations.RemoveConstraint("reservedseat", "seat_reserved_once")],
        ["DROP INDEX"],
    ),
    "a check that is removed": ([operations.RemoveConstraint("reservation", "only_holds_expire")], ["DROP CONSTRAINT"]),
    "SQL that nobody knows": ([RunSQL("UPDATE movies_movie SET title = ''", "")], ["UPDATE movies_movie"]),
    "a backfill in one transaction": ([FILL], ["takes time"]),
    "the same, hidden": ([SeparateDatabaseAndState(database_operations=[FILL])], ["takes time"]),
    "a concurrent index in a transaction": ([AddIndexConcurrently("reservation", ON_CODE)], ["takes time"]),
    "and one that is removed": ([RemoveIndexConcurrently("reservation", "reservation_user")], ["takes time"]),
    "a validation beside the constraint": (
        [AddConstraintNotValid("reservation", POSITIVE), ValidateConstraint("reservation", "positive")],
        ["takes time"],
    ),
    "two tables at once": ([*column(SMALL), operations.AddField("reservedseat", "size", SMALL)], ["several tables"]),
    "what nobody can undo": ([RunSQL("COMMENT ON TABLE movies_movie IS 'Films.'")], ["irreversible"]),
}


@pytest.mark.parametrize(("bad", "kinds"), BAD.values(), ids=BAD)
def test_what_is_harmful_is_found(find_faults, bad, kinds):
    assert found_in(find_faults, bad) == kinds


@pytest.mark.parametrize(
    ("operations", "kinds"),
    [
        ([FILL, FILL], ["takes time"]),
        ([AddIndexConcurrently("reservation", ON_CODE), FILL], ["takes time"]),
        (column(SMALL), ["not atomic"]),
    ],
)
def test_what_is_left_half_done_is_found(find_faults, operations, kinds):
    assert found_in(find_faults, operations, atomic=False) == kinds


GOOD = {
    "a column": column(SMALL),
    "a column with a default": column(models.IntegerField(db_default=3)),
    "a column with a text": column(models.CharField(max_length=9, db_default="it's; so")),
    "a column with an instant": column(models.DateTimeField(db_default=Now())),
    "a column with a flag": column(models.BooleanField(db_default=False)),
    "a column of numbers with a point": column(models.DecimalField(max_digits=8, decimal_places=2, null=True)),
    "a foreign key that gets its index later": column(movie(db_index=False)),
    "several columns": [*column(SMALL), operations.AddField("reservation", "weight", SMALL)],
    "NULL where there was none": altered("code", models.CharField(max_length=8, null=True)),
    "a default in the database": altered("code", models.CharField(max_length=8, db_default="")),
    "a check of what is written from now on": [AddConstraintNotValid("reservation", POSITIVE)],
    "a table, with whatever it has": [
        operations.CreateModel("Thing", [("id", models.BigAutoField(primary_key=True)), ("movie", movie())]),
        operations.AddIndex("thing", Index(fields=["id"], name="thing_id")),
        operations.AddConstraint("thing", POSITIVE),
        operations.AddField("thing", "code", models.CharField(max_length=8, unique=True, default="")),
    ],
    "a table between two others": column(models.ManyToManyField("movies.Movie")),
    "nothing in the database": [SeparateDatabaseAndState(state_operations=[operations.DeleteModel("IdempotencyKey")])],
}


@pytest.mark.parametrize("good", GOOD.values(), ids=GOOD)
def test_what_is_harmless_is_not_found(find_faults, good):
    assert found_in(find_faults, good) == []


def test_what_is_accepted_for_a_reason_is_not_found(find_faults):
    removed = [operations.RemoveField("reservation", "code")]
    assert found_in(find_faults, removed, accepted={"DROP COLUMN": "The last release no longer has it."}) == []
    assert found_in(find_faults, removed, accepted={"DROP COLUMN": ""}) == ["DROP COLUMN"]
    assert found_in(find_faults, removed, accepted={"RENAME": "Another thing."}) == ["DROP COLUMN"]
