"""Something dies. Each of these is the fault until it yields; from then on all must be well again."""

import os
import random
import signal
import time
from collections.abc import Iterator

from tests.faults.cluster import OWNER
from tests.faults.site import Site


def kill_backend(site: Site, rng: random.Random) -> Iterator[None]:
    """One of PostgreSQL's processes. Its first process then restarts all of them: they share memory."""
    os.kill(site.cluster.backend(), signal.SIGKILL)
    time.sleep(0.2)
    site.cluster.wait()
    yield


def terminate_backend(site: Site, rng: random.Random) -> Iterator[None]:
    """One session alone, as an operator ends it."""
    site.cluster.order(f"SELECT pg_terminate_backend({site.cluster.backend()})")
    yield


def restart_database(site: Site, rng: random.Random) -> Iterator[None]:
    """As for an upgrade."""
    site.cluster.restart()
    yield


def kill_database(site: Site, rng: random.Random) -> Iterator[None]:
    site.cluster.kill()
    time.sleep(rng.uniform(1.5, 2.5))
    site.cluster.start()
    yield


def lose_database_for_long(site: Site, rng: random.Random) -> Iterator[None]:
    """Long enough for everybody who tries again less and less often to be late."""
    site.cluster.kill()
    time.sleep(rng.uniform(17, 25))
    site.cluster.start()
    yield


def freeze_database(site: Site, rng: random.Random) -> Iterator[None]:
    """It neither answers nor refuses, like a computer that pages, or a disk that hangs."""
    try:
        site.cluster.freeze()
        time.sleep(rng.uniform(4, 8))
    finally:
        site.cluster.thaw()
    yield


def demote_database(site: Site, rng: random.Random) -> Iterator[None]:
    """It takes no writes, like one from which another has taken over; until that one is found."""
    for value, seconds in (("on", rng.uniform(1.5, 2.5)), ("off", 0)):
        with site.cluster.connect() as operator:
            operator.execute(f"ALTER ROLE {OWNER} SET default_transaction_read_only = {value}")
            site.cluster.disconnect(operator)
        time.sleep(seconds)
    yield


def kill_worker(site: Site, rng: random.Random) -> Iterator[None]:
    os.kill(rng.choice(site.server.workers()), signal.SIGKILL)
    yield


def kill_server(site: Site, rng: random.Random) -> Iterator[None]:
    site.server.kill()
    time.sleep(rng.uniform(0.5, 1.5))
    site.server.start()
    yield


def stop_server(site: Site, rng: random.Random) -> Iterator[None]:
    """SIGTERM: what is under way is answered to the end."""
    booking = site.new_booking()
    sent = site.send(booking, **{"X-Late": "1"})
    site.wait_until_booked(booking)
    site.server.stop()
    site.server.start()
    yield
    answer = sent.result()
    if answer.outcome != "201":
        return site.complain(f"what was under way was answered {answer.outcome}")
    site.cancel(answer)
