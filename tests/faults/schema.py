"""The schema changes while the cinema sells. See tests/faults/crashes.py for the form."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event

from tests import harness
from tests.faults.site import Site
from tests.later.migrations import LAST

LONGEST_WAIT = 2  # seconds, for a booking
SECONDS_OF_WRITER = 3  # longer than that, and shorter than anybody's lock_timeout
NAME = "migration"  # as PostgreSQL knows its session
WAITS = """
    SELECT extract(epoch FROM clock_timestamp() - waitstart)::float
    FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE waitstart IS NOT NULL AND application_name <> %s
"""
LATER = {"DJANGO_SETTINGS_MODULE": "tests.later.settings", "PGAPPNAME": NAME}


def change_schema(site: Site, rng: random.Random) -> Iterator[None]:
    """A later release migrates, as docs/migrations.md has it, and then everything is undone."""
    with longest_wait(site) as seconds:
        said = in_the_way_of_a_writer(site, lambda: migrate(site, "size_4_filled"))
        migrate(site, LAST)
    yield
    complain_of_long(site, seconds())
    if "met a lock that others keep (attempt 1 of " not in said:
        site.complain(f"the migration met no lock, but said: {said}")


def change_schema_naively(site: Site) -> None:
    """An index as Django makes it, and without a limit on the lock."""
    with longest_wait(site) as seconds, site.cluster.session() as session:
        session.execute(f"SET application_name = '{NAME}'")
        index = "CREATE INDEX reservation_created ON reservations_reservation (created_at)"
        in_the_way_of_a_writer(site, lambda: session.execute(index))
    complain_of_long(site, seconds())


def migrate(site: Site, name: str) -> str:
    done = harness.try_to_run(site.environment | LATER, "manage.py", "migrate", "reservations", name)
    if done.returncode:
        site.complain(f"migrate failed: {done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def complain_of_long(site: Site, seconds: float) -> None:
    if seconds > LONGEST_WAIT:
        site.complain(f"somebody waited {seconds:.1f} s for a lock")


def in_the_way_of_a_writer(site: Site, change: Callable[[], object]) -> object:
    """What the change returns. Once it waits for a transaction that writes, that goes on for some time."""
    with site.cluster.session() as writer:
        writer.execute("BEGIN")
        writer.execute("LOCK TABLE reservations_reservation IN ROW EXCLUSIVE MODE")
        changing = site.threads.submit(change)
        site.wait_for("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = %s", NAME)
        time.sleep(SECONDS_OF_WRITER)
        writer.execute("ROLLBACK")
        return changing.result()


@contextmanager
def longest_wait(site: Site) -> Iterator[Callable[[], float]]:
    """Afterwards, how many seconds anybody but the migration has waited for a lock, by PostgreSQL's own clock."""
    over, found = Event(), [0.0]

    def look() -> None:
        with site.cluster.connect() as operator:
            while not over.wait(0.05):
                found.extend(seconds for [seconds] in operator.execute(WAITS, [NAME]))

    looking = site.threads.submit(look)
    try:
        yield lambda: max(found)
    finally:
        over.set()
        looking.result()
