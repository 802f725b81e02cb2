"""
Operations of PostgreSQL's for migrations that run while the cinema sells: docs/migrations.md.

On SQLite, where only one can write at a time, each does what its plain form does.
"""

from django.contrib.postgres import operations
from django.db.migrations import AddConstraint, AddIndex, RunPython


class AddIndexConcurrently(operations.AddIndexConcurrently):
    """AddIndex that lets others write meanwhile. After an attempt that was interrupted it can be tried again."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != "postgresql":
            return AddIndex.database_forwards(self, app_label, schema_editor, from_state, to_state)
        # What such an attempt has left is invalid, and in the way.
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {schema_editor.quote_name(self.index.name)}")
        super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != "postgresql":
            return AddIndex.database_backwards(self, app_label, schema_editor, from_state, to_state)
        super().database_backwards(app_label, schema_editor, from_state, to_state)


class AddConstraintNotValid(operations.AddConstraintNotValid):
    """AddConstraint of a check for what is written from now on: nobody waits until the old rows are read."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != "postgresql":
            return AddConstraint.database_forwards(self, app_label, schema_editor, from_state, to_state)
        super().database_forwards(app_label, schema_editor, from_state, to_state)


class ValidateConstraint(operations.ValidateConstraint):
    """Checks the old rows as well, while others write. SQLite has done so at once."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)


def trigram_index(name: str, table: str, *columns: str) -> RunPython:
    """
    Of all sequences of three letters, in what `icontains` asks for: docs/decisions/words-are-found-by-trigrams.md.
    Without a list of what is yet to be sorted in, which every search would have to read.
    """
    words = ", ".join(f'upper("{column}"::text) gin_trgm_ops' for column in columns)
    return postgresql_index(name, f"{table} USING gin ({words}) WITH (fastupdate = off)", extension="pg_trgm")


def postgresql_index(name: str, definition: str, extension: str = "") -> RunPython:
    """An index that only PostgreSQL can have, built while others write: what comes after ON, and what it needs."""

    def forwards(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            if extension:
                schema_editor.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
            backwards(apps, schema_editor)  # what an attempt that was interrupted has left is invalid, and in the way
            schema_editor.execute(f"CREATE INDEX CONCURRENTLY {name} ON {definition}")

    def backwards(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")

    return RunPython(forwards, backwards)
