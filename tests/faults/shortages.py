"""Something runs out: locks that are free, connections, the disk. See tests/faults/crashes.py for the form."""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, wait
from contextlib import contextmanager, suppress

import psycopg

from tests.faults.site import CLERKS, Site

LOCK_TIMEOUT = 5
DISK_FULL = "No space left on device"
PANIC = "PANIC:"


def lock_row(table: str) -> Callable[[Site, random.Random], Iterator[None]]:
    def lock(site: Site, rng: random.Random) -> Iterator[None]:
        """Another session locks a row of this table and forgets about it; who needs it is told so in time."""
        booking = site.new_booking()
        rows = {"showtimes_seat": booking.seat, "users_user": site.user[0], "showtimes_showtime": booking.showtime}
        with site.locked(table, rows[table]):
            answer = site.send(booking).result()
        yield
        seconds = answer.ended - answer.began
        if answer.outcome != "503" or not LOCK_TIMEOUT - 1 < seconds < LOCK_TIMEOUT + 3:
            site.complain(f"who needed the row was answered {answer.outcome} after {seconds:.1f} s")
        answer = site.book(booking)
        if answer.outcome != "201":
            return site.complain(f"once the row was free, the same request was answered {answer.outcome}")
        site.cancel(answer)

    return lock


def block_all_threads(site: Site, rng: random.Random) -> Iterator[None]:
    """
    More requests than the server has threads, and connections, wait for one seat that another session has locked;
    until the first of them is refused.
    """
    booking = site.new_booking()
    with site.locked("showtimes_seat", booking.seat):
        waiting = [site.send(booking._replace(key=f"{booking.key}-{n}"), clerk=n) for n in range(CLERKS)]
        wait(waiting, timeout=4 * LOCK_TIMEOUT, return_when=FIRST_COMPLETED)
    yield
    answers = [each.result() for each in waiting]
    outcomes = Counter(answer.outcome for answer in answers)
    if outcomes.keys() - {"201", "409 seats_unavailable", "503"} or outcomes["201"] != 1 or not outcomes["503"]:
        site.complain(f"those who waited were answered {dict(outcomes)}")
    for answer in answers:
        if answer.is_ok:
            site.cancel(answer)


def use_up_connections(site: Site, rng: random.Random) -> Iterator[None]:
    """Others have all the connections that PostgreSQL gives, and the cinema has none left."""
    hoard = [site.cluster.connect()]
    try:
        while hoard_all(site, hoard) or site.cluster.disconnect(hoard[0]):
            pass
        time.sleep(rng.uniform(2, 4))
    finally:
        for connection in hoard:
            connection.close()
    yield


def hoard_all(site: Site, hoard: list[psycopg.Connection]) -> bool:
    """Take what is left; whether anything was."""
    before = len(hoard)
    try:
        while True:
            hoard.append(site.cluster.connect())
    except psycopg.OperationalError:
        return len(hoard) > before


def fill_disk(site: Site, rng: random.Random) -> Iterator[None]:
    """To the last byte. PostgreSQL still has room in its log, and refuses what needs room elsewhere."""
    with full_disk(site):
        time.sleep(rng.uniform(3, 5))
    yield
    if DISK_FULL not in site.cluster.said():
        site.complain("the disk was never full")


def fill_disk_and_log(site: Site, rng: random.Random) -> Iterator[None]:
    """And this time the log as well, without which PostgreSQL cannot go on."""
    panics = site.cluster.said().count(PANIC)
    with full_disk(site):
        deadline = time.monotonic() + rng.uniform(3, 5)
        while time.monotonic() < deadline:
            with suppress(psycopg.Error):
                site.cluster.order("SELECT pg_logical_emit_message(false, '', ''), pg_switch_wal()")
            time.sleep(0.01)
    yield
    if site.cluster.said().count(PANIC) == panics:
        site.complain("the log was never full")


@contextmanager
def full_disk(site: Site) -> Iterator[None]:
    """Afterwards there is room again, and what gave up is started again, as an operator would."""
    ballast = site.cluster.data / "ballast"
    try:
        with suppress(OSError), open(ballast, "wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        yield
    finally:
        ballast.unlink()
    if not site.cluster.is_running():
        site.cluster.start()
    site.cluster.wait()
