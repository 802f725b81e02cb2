"""
What in a migration keeps people from booking while it runs, or breaks the code that still serves them meanwhile.

It reads the SQL that a migration comes to on PostgreSQL, since locks are taken by statements, and one operation can be
several. What is not known to be harmless is a fault. docs/migrations.md says how to do it instead.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

import sqlparse
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration, RunPython, SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

# PostgreSQL does these in an instant, however large the table; and code that knows nothing of them goes on working.
LITERAL = r"(('[^']*')+|-?\d+(\.\d+)?|true|false|\(STATEMENT_TIMESTAMP\(\)\))(::\w+)?"
REFERENCE = r' CONSTRAINT "\w+" REFERENCES "\w+"\("\w+"\) DEFERRABLE INITIALLY DEFERRED'
HARMLESS = (
    rf'ALTER TABLE "\w+" ADD COLUMN "\w+" [\w ]+(\([\d, ]+\))?( DEFAULT {LITERAL} NOT)? NULL({REFERENCE})?',
    rf'ALTER TABLE "\w+" ALTER COLUMN "\w+" (DROP NOT NULL|SET DEFAULT {LITERAL})',
    r'ALTER TABLE "\w+" ADD CONSTRAINT .* NOT VALID',
    r'SET CONSTRAINTS "\w+" IMMEDIATE',
    r"COMMENT ON .*",
)
# These take their time, and let others write meanwhile.
PATIENT = (
    r"(CREATE|CREATE UNIQUE|DROP) INDEX CONCURRENTLY .*",
    r'ALTER TABLE "\w+" VALIDATE CONSTRAINT .*',
)
# What else there is, and why not.
HARMFUL = {
    "ADD COLUMN": "reads or rewrites the whole table: null=True or a constant db_default; index, unique, check later",
    "DROP DEFAULT": "the last release writes rows without this column: db_default instead of default",
    "SET NOT NULL": "the last release may write NULL, and the whole table is read: AddConstraintNotValid first",
    " TYPE ": "rewrites the whole table, or what the last release writes no longer fits: a new column instead",
    "RENAME": "the last release uses the old name: a new one beside it, or db_column and db_table",
    "DROP COLUMN": "the last release uses it: out of the code in one release, out of the database in the next",
    "DROP TABLE": "the last release uses it: out of the code in one release, out of the database in the next",
    "DROP CONSTRAINT": "gives up a guard: say in `accepted` what guards instead",
    "DROP INDEX": "gives up a guard, or makes queries slow: say in `accepted` why not",
    "ADD CONSTRAINT": "nobody uses the table until all of it is read: AddConstraintNotValid, later ValidateConstraint",
    "CREATE INDEX": "nobody writes until it is built: AddIndexConcurrently",
    "CREATE UNIQUE INDEX": "nobody writes until it is built: RunPython that creates it CONCURRENTLY",
}


class Fault(NamedTuple):
    kind: str
    why: str


def faults(migration: Migration, before: ProjectState, connection: BaseDatabaseWrapper) -> Iterator[Fault]:
    """
    Without those whose kind the migration has in its `accepted`, with a reason: `accepted = {"DROP COLUMN": "…"}`.

    `before` is the state without the migration; the connection, in no transaction, is one to PostgreSQL.
    """
    accepted = getattr(migration, "accepted", {})
    for fault in all_faults(migration, list(statements(migration, before, connection))):
        if not accepted.get(fault.kind):
            yield fault


def statements(migration: Migration, before: ProjectState, connection: BaseDatabaseWrapper) -> Iterator[str]:
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        migration.apply(before.clone(), editor, collect_sql=True)
    for line in editor.collected_sql:
        yield from (each.rstrip(";") for each in sqlparse.split(line) if not each.startswith("--"))


def all_faults(migration: Migration, statements: list[str]) -> Iterator[Fault]:
    operations = list(flat(migration.operations))
    takes_time = any(isinstance(operation, RunPython) for operation in operations)
    created, altered = set(), set()
    for statement in statements:
        if made := re.match(r'CREATE TABLE ("\w+")', statement):
            created.add(made[1])
        table = re.match(r'ALTER TABLE ("\w+")|CREATE .*?INDEX .*? ON ("\w+")', statement)
        if made or (table and set(table.groups()) & created):
            continue  # nobody uses it yet
        altered |= {table[1]} if table and table[1] else set()
        if matches(PATIENT, statement):
            takes_time = True
        elif not matches(HARMLESS, statement):
            kind = next((kind for kind in HARMFUL if kind in statement), " ".join(statement.split()[:2]))
            yield Fault(kind.strip(), HARMFUL.get(kind, "is not known to be harmless"))
    if takes_time and (migration.atomic or len(operations) > 1):
        yield Fault("takes time", "and keeps its locks for as long: `atomic = False`, one operation a migration")
    if not takes_time and not migration.atomic:
        yield Fault("not atomic", "when it fails it is half done: without `atomic = False`")
    if len(altered) > 1:
        yield Fault("several tables", "it waits for one with a lock on another: a migration for each")
    if not all(operation.reversible for operation in operations):
        yield Fault("irreversible", "nobody can undo it: reverse_code, or reverse_sql")


def matches(patterns: tuple[str, ...], statement: str) -> bool:
    return any(re.fullmatch(pattern, statement, re.DOTALL) for pattern in patterns)


def flat(operations: list[Operation]) -> Iterator[Operation]:
    """Those that change the database."""
    for operation in operations:
        if isinstance(operation, SeparateDatabaseAndState):
            yield from flat(operation.database_operations)
        else:
            yield operation
