"""`manage.py seed_scale`: as many showtimes as one likes, to see what stays fast."""

import os
import shutil
import time
from contextlib import closing

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from reservations.management.scale import HALLS, Size, grow
from showtimes.models import Showtime

# Of a row with its indices (a movie's genres too), as measured with 100,000 showtimes on PostgreSQL 15.
BYTES = {
    "users_user": 410,
    "movies_movie": 1600,
    "showtimes_showtime": 490,
    "showtimes_seat": 125,
    "reservations_reservation": 275,
    "reservations_reservedseat": 200,
    "reservations_idempotencykey": 335,
    "users_login": 230,
    "users_auditentry": 410,
}
SHOWTIMES_A_SECOND = 750  # on two cores that had much else to do, with fsync
WRITE_AHEAD_LOG = 2_000_000_000  # bytes, at its largest with PostgreSQL's own settings, and some more
MOST = 1_000_000


class Command(BaseCommand):
    help = (
        "Furnishes a PostgreSQL database that has no showtimes with very many: for each twenty seats, ten of "
        "them reserved. For benchmarks, never for a cinema that sells: benchmarks/README.md."
    )

    def add_arguments(self, parser):
        parser.add_argument("--showtimes", metavar="N", type=int, required=True, help=f"1 to {MOST:,}.")
        parser.add_argument("--dry-run", action="store_true", help="Only tell what would be done.")

    def handle(self, *, showtimes: int, dry_run: bool, **options):
        if not 1 <= showtimes <= MOST:
            raise CommandError(f"--showtimes: give 1 to {MOST}.")
        if connection.vendor != "postgresql":
            raise CommandError("This needs PostgreSQL: SQLite is not meant for so much.")
        if Showtime.objects.exists():
            raise CommandError("There are showtimes already. Make a database for this alone, and migrate it.")
        size = Size(showtimes)
        self.tell_plan(size)
        if dry_run:
            self.stdout.write("Nothing was changed: this is a dry run.")
            return
        began = time.monotonic()
        with closing(grow(size)) as steps:  # what it has begun is undone at once when this ends early
            for done in steps:
                self.show(f"{done:,} of {showtimes:,} showtimes, {time.monotonic() - began:.0f} s …")
        self.show(f"{showtimes:,} showtimes in {time.monotonic() - began:.0f} s. Run VACUUM before you measure.\n")

    def tell_plan(self, size: Size) -> None:
        """Raises CommandError when the disk has not the room."""
        for table, rows in size.rows.items():
            self.stdout.write(f"{table:28} {rows:12,} rows {rows * BYTES[table] / 1e6:10,.1f} MB")
        needed = sum(rows * BYTES[table] for table, rows in size.rows.items())
        minutes = size.showtimes / SHOWTIMES_A_SECOND / 60
        self.stdout.write(
            f"{needed / 1e9:.2f} GB and the write-ahead log beside it; {minutes:.1f} minutes or so.\n"
            f"The {HALLS} halls have {size.seats} seats each: with 300, a million showtimes would be 300 million rows."
        )
        free = free_bytes()
        if free is None:
            self.stdout.write("Whether there is room cannot be seen from here: the database's disk is elsewhere.")
        elif free < needed + WRITE_AHEAD_LOG:
            raise CommandError(
                f"There is not the room: {free / 1e9:.1f} GB are free on the database's disk, and with the write-ahead "
                f"log it takes {(needed + WRITE_AHEAD_LOG) / 1e9:.1f} GB."
            )

    def show(self, progress: str) -> None:
        if self.stdout.isatty():
            self.stdout.write(f"\r\033[K{progress}", ending="")
            self.stdout.flush()
        else:
            self.stdout.write(progress)


def free_bytes() -> int | None:
    """On the disk of the database; None when it is on another computer, or keeps to itself where its files are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setting FROM pg_settings WHERE name = 'data_directory'")  # no row for an ordinary role
        folder = cursor.fetchone()
    return shutil.disk_usage(folder[0]).free if folder and os.path.isdir(folder[0]) else None
