"""All that a fault can strike: a database, a server on it, its customers, and clerks who ask pointed questions."""

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import psycopg

from tests import harness
from tests.faults.cluster import Cluster
from tests.faults.crowd import CUSTOMERS, USERS_EACH, Crowd
from tests.faults.customer import Customer
from tests.faults.ledger import Ledgers
from tests.faults.server import Server
from tests.faults.wire import Answer

# Throttles count in the database as well, and here they never refuse.
SETTINGS = {"WEB_CONCURRENCY": "2", "THROTTLE_RESERVE": "999999999/day", "ACCESS_TOKEN_EXPIRE_MINUTES": "10000"}
CLERKS = 40
SECONDS_UNTIL_ANSWERED = 20
SECONDS_TO_HAPPEN = 30


class Booking(NamedTuple):
    """Of a seat that no customer asks for: for one who wants to see what becomes of this very request."""

    key: str
    showtime: int
    seat: int

    @property
    def body(self) -> dict:
        return {"showtime_id": self.showtime, "seat_ids": [self.seat]}


def until_answered(ask: Callable[[], Answer]) -> Answer:
    """Again and again."""
    deadline = time.monotonic() + SECONDS_UNTIL_ANSWERED
    while not (answer := ask()).is_final and time.monotonic() < deadline:
        time.sleep(0.1)
    return answer


class Site:
    def __init__(self, stack: ExitStack, disk: Path, seed: int, *, careless: bool):
        """A database on this disk, and the rest; all of it is gone when the stack is left."""
        self.complaints: list[str] = []
        self.bookings = 0
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="faults-")))
        self.cluster = Cluster(disk)
        stack.callback(self.cluster.stop)
        self.cluster.create(careless=careless)

        self.environment = harness.environment(self.cluster.settings, folder, **SETTINGS)
        harness.run(self.environment, "manage.py", "migrate", "--verbosity=0")
        users = CUSTOMERS * USERS_EACH + 1
        cinema = json.loads(harness.run(self.environment, "-m", "tests.faults.seed", str(users)))
        showtime, self.seats = cinema["showtimes"].popitem()
        self.showtime, self.user = int(showtime), tuple(cinema["users"].pop())

        self.threads = stack.enter_context(ThreadPoolExecutor(CLERKS))
        self.server = Server(self.environment, folder / "server.log")
        stack.callback(self.server.kill)
        self.clerks = [Customer(self.server.address, folder / f"clerk{number}.ledger") for number in range(CLERKS)]
        for clerk in self.clerks:
            stack.callback(clerk.close)
        self.crowd = Crowd(folder, seed, self.server.address, cinema)
        stack.callback(self.crowd.close)
        self.crowd.come()
        self.ledgers = Ledgers(folder)

    def complain(self, about: str) -> None:
        self.complaints.append(about)

    def new_booking(self) -> Booking:
        self.bookings += 1
        return Booking(f"clerk-{self.bookings}", self.showtime, self.seats[self.bookings % len(self.seats)])

    def send(self, booking: Booking, clerk: int = 0, **headers: str) -> "Future[Answer]":
        return self.threads.submit(self.clerks[clerk].book, self.user, booking.body, booking.key, **headers)

    def book(self, booking: Booking) -> Answer:
        return until_answered(lambda: self.send(booking).result())

    def cancel(self, answer: Answer) -> None:
        """So that the seat can be sold again, and its buyer stays within the limit for one person."""
        reservation, seats = answer.body["id"], [seat["id"] for seat in answer.body["seats"]]
        cancelled = until_answered(lambda: self.clerks[0].cancel(self.user, reservation, seats))
        if not cancelled.is_final:
            self.complain(f"to cancel it again was answered {cancelled.outcome}")

    @contextmanager
    def locked(self, table: str, row: int) -> Iterator[int]:
        """Another session, of this process id, locks this row, and does nothing more while the body runs."""
        session = self.cluster.session()
        try:
            session.execute("BEGIN")
            session.execute(f"SELECT FROM {table} WHERE id = {row} FOR UPDATE")
            yield session.info.backend_pid
        finally:
            with suppress(psycopg.OperationalError):  # its server may have been killed
                session.execute("ROLLBACK")
            session.close()

    def wait_until_waiting(self, holder: int) -> None:
        """Until somebody waits for a lock of this process."""
        self.wait_for("SELECT FROM pg_stat_activity WHERE %s = ANY (pg_blocking_pids(pid))", holder)

    def wait_until_booked(self, booking: Booking) -> None:
        """Until it is committed, which may be before it is answered."""
        self.wait_for("SELECT FROM reservations_idempotencykey WHERE key = %s", booking.key)

    def wait_for(self, question: str, value: object) -> None:
        deadline = time.monotonic() + SECONDS_TO_HAPPEN
        while not self.cluster.ask(question, value):
            if time.monotonic() > deadline:
                return self.complain(f"it did not happen that {question} {value}")
            time.sleep(0.005)
