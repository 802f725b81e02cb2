import time

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connections
from psycopg.errors import LockNotAvailable

# Everybody queues behind a statement that waits for a lock on their table, and nobody should wait for 2 s. It is more
# than PostgreSQL's deadlock_timeout of 1 s, after which an autovacuum that holds the lock is asked to leave.
LOCK_TIMEOUT = "1200ms"
ATTEMPTS = 10
SECONDS_BETWEEN = 3  # so that those who queued are served before it happens to them again


class Command(migrate.Command):
    """
    Django's, for a cinema that sells meanwhile: docs/migrations.md.

    On PostgreSQL it waits for a lock for a moment only, then tries again, and after some attempts gives up.
    """

    help = (
        "Brings the database's tables up to date while the cinema sells: on PostgreSQL it waits for a lock for a "
        "moment, and tries again. See first with --plan what would be done; docs/migrations.md has the rest."
    )
    migration = "migrate itself"

    def handle(self, *args, **options):
        self.database = connections[options["database"]]
        if self.database.vendor != "postgresql":
            return super().handle(*args, **options)
        try:
            self.try_repeatedly(*args, **options)
        finally:
            with self.database.cursor() as cursor:
                cursor.execute("RESET lock_timeout")
                cursor.execute("RESET statement_timeout")

    def try_repeatedly(self, *args, **options):
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return super().handle(*args, **options)
            except OperationalError as error:
                if not isinstance(error.__cause__, LockNotAvailable):
                    raise
            self.stderr.write(f"\n{self.migration} met a lock that others keep (attempt {attempt} of {ATTEMPTS}).")
            if attempt < ATTEMPTS:
                time.sleep(SECONDS_BETWEEN)
        raise CommandError(
            f"{self.migration} is not done, and what came before it is: some transaction takes too long. "
            "Find it in pg_stat_activity (see docs/migrations.md), let it end, and run migrate again."
        )

    def migration_progress_callback(self, action, migration=None, fake=False):
        if action in ("apply_start", "unapply_start"):
            self.migration = migration
            if self.database.vendor == "postgresql":
                self.limit(migration)
        super().migration_progress_callback(action, migration, fake)

    def limit(self, migration) -> None:
        """What is atomic must be quick. The rest may take its time, since it lets others work, but queues in no way."""
        waits_for_others = any(
            isinstance(operation, AddIndexConcurrently | RemoveIndexConcurrently) for operation in migration.operations
        )
        with self.database.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = '{'0' if waits_for_others else LOCK_TIMEOUT}'")
            cursor.execute("RESET statement_timeout" if migration.atomic else "SET statement_timeout = 0")
