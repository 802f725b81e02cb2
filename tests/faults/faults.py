"""All the faults there are, and what each of them may do to a request that it meets."""

import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

from tests.faults import crashes, keys, schema, shortages
from tests.faults.site import Site
from tests.faults.wire import CLOSED, CUT, REFUSED

UNAVAILABLE = {"503"}
GONE = {"503", REFUSED, CLOSED, CUT}


class Fault(NamedTuple):
    """
    `strike` is the fault until it yields, and what must be so afterwards from then on. Meanwhile `allowed` are the
    outcomes of other requests, besides those of every day; `options` are what gunicorn runs with.
    """

    strike: Callable[[Site, random.Random], Iterator[None]]
    allowed: set[str] = UNAVAILABLE
    options: tuple[str, ...] = ()
    on_small_disk: bool = False


LATE = ("tests.faults.late",)
FAULTS = {
    "backend killed": Fault(crashes.kill_backend),
    "backend terminated": Fault(crashes.terminate_backend),
    "database restarted": Fault(crashes.restart_database),
    "database killed": Fault(crashes.kill_database),
    "database away for long": Fault(crashes.lose_database_for_long),
    "database frozen": Fault(crashes.freeze_database),
    "database read-only": Fault(crashes.demote_database),
    "worker killed": Fault(crashes.kill_worker, GONE),
    "server killed": Fault(crashes.kill_server, GONE),
    "server stopped": Fault(crashes.stop_server, {REFUSED, CLOSED}, LATE),
    "all threads blocked": Fault(shortages.block_all_threads, set()),
    "connections used up": Fault(shortages.use_up_connections),
    "seat locked": Fault(shortages.lock_row("showtimes_seat"), set()),
    "user locked": Fault(shortages.lock_row("users_user"), set()),
    "showtime locked": Fault(shortages.lock_row("showtimes_showtime"), set()),
    "same key, server killed before commit": Fault(keys.before_commit(crashes.kill_server), GONE, LATE),
    "same key, server killed after commit": Fault(keys.after_commit(crashes.kill_server), GONE, LATE),
    "same key, database killed before commit": Fault(keys.before_commit(crashes.kill_database), options=LATE),
    "same key, database killed after commit": Fault(keys.after_commit(crashes.kill_database), options=LATE),
    "schema changed": Fault(schema.change_schema, set()),
    "disk full": Fault(shortages.fill_disk, on_small_disk=True),
    "disk full, log and all": Fault(shortages.fill_disk_and_log, on_small_disk=True),
}
