"""
`make rush`: thousands look at a seat map again and again while others buy. What gets through, and how long it takes.

Two wrks at once: one polls, more and more often, the other books at the same pace throughout. docs/capacity.md has what
came out.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from benchmarks.cinema import SEATS, Cinema
from benchmarks.load import Request, ask, require_wrk
from benchmarks.plan import book
from benchmarks.site import Server, Site
from tests import harness

SCRIPT = Path(__file__).with_name("rush.lua")
POLLS_A_SECOND = (0, 250, 500, 1000, 2000, 4000)  # 20,000 people every 10 s are 2,000
POLLING, BOOKING = 1000, 32  # connections
BOOKINGS_A_SECOND = 32  # 2,000 people in a minute, two seats each
WARM_UP = 2  # seconds


class Counts(NamedTuple):
    """Times in milliseconds."""

    seconds: float
    served: int
    refused: int
    p50: float
    p99: float
    wrong: int
    lost: int

    def __str__(self) -> str:
        served, refused = self.served / self.seconds, self.refused / self.seconds
        return f"{served:,.0f} | {refused:,.0f} | {self.p50:,.0f} | {self.p99:,.0f}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="make rush", description=__doc__)
    parser.add_argument("--seconds", type=int, default=10, help="of each step")
    arguments = parser.parse_args()

    def work() -> int:
        require_wrk()
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rush-")))
            bookings = 2 * (len(POLLS_A_SECOND) + 1) * most_bookings(arguments.seconds)
            seed = ["-m", "benchmarks.seed", str(math.ceil(2 * bookings / SEATS))]
            run(Site(stack, folder, seed, servers=["cinema"]), arguments.seconds)
        return 0

    return harness.command(work, "the server and the database")


def run(site: Site, seconds: int) -> None:
    cinema, server = site.cinema, site.servers["cinema"]
    quiet, on_sale = cinema.showtimes[0], cinema.first_free_showtime
    kinds = {
        "nothing has changed: 304": polls(cinema, quiet, ask(server, polls(cinema, quiet)[0])[0].headers["ETag"]),
        "seats went since: 200": polls(cinema, on_sale, '"what it was"'),
    }
    print(f"{site.describe()}\n{POLLING} connections poll, {BOOKING} book; each step lasts {seconds} s.\n")
    print("| each poll finds | asked/s | polls/s | 503/s | p50, ms | p99, ms ", end="")
    print("| bookings/s | 503/s | p50, ms | p99, ms | app, cores | database, cores |")
    print("|---" * 12 + "|")
    unsold = iter(book(cinema, number) for number in range(cinema.pairs))
    for kind, requests in kinds.items():
        step(site, requests, POLLS_A_SECOND[1], unsold, WARM_UP)
        for a_second in POLLS_A_SECOND:
            print(f"| {kind} | {a_second:,} | {step(site, requests, a_second, unsold, seconds)} |")


def most_bookings(seconds: int) -> int:
    """So many can be sent in a step, whose pauses are random."""
    return BOOKINGS_A_SECOND * seconds * 3 // 2


def polls(cinema: Cinema, showtime: int, etag: str = "") -> list[Request]:
    """One for each user, who has seen the map with this ETag."""
    return [Request("GET", f"/api/v1/showtimes/{showtime}/seats/", token, etag=etag) for token in cinema.tokens]


def step(site: Site, requests: list[Request], a_second: int, unsold: Iterator[Request], seconds: int) -> str:
    while site.is_at_work():
        time.sleep(1)
    server, bookings = site.servers["cinema"], list(islice(unsold, most_bookings(seconds)))
    before = site.cpu("cinema")
    with ExitStack() as stack:
        booking = stack.enter_context(wrk(server, bookings, BOOKING, BOOKINGS_A_SECOND, seconds))
        polling = a_second and stack.enter_context(wrk(server, requests, POLLING, a_second, seconds))
        polled = str(result(polling, server)) if polling else "– | – | – | –"
        booked = result(booking, server)
    app, database = (now - was for now, was in zip(site.cpu("cinema"), before, strict=True))
    return f"{polled} | {booked} | {app / seconds:.2f} | {database / seconds:.2f}"


@contextmanager
def wrk(server: Server, requests: list[Request], connections: int, a_second: int, seconds: int) -> Iterator:
    """Sends so many a second, if the server answers as soon as that."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"\0".join(request.raw() for request in requests))
        file.flush()
        options = ["--threads", "1", "--connections", str(connections), "--timeout", "30s", "--duration", f"{seconds}s"]
        script = ["--script", SCRIPT, "http://{}:{}".format(*server.address), "--", file.name]
        command = ["wrk", *options, *script, str(1000 * connections / a_second)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                yield process
            finally:
                process.terminate()


def result(process: subprocess.Popen, server: Server) -> Counts:
    """Raises RuntimeError when an answer was lost, or neither what was asked for nor a 503 with Retry-After."""
    found = next((json.loads(line) for line in process.stdout if line.startswith("{")), None)
    if found is None or found["wrong"] + found["lost"]:
        raise RuntimeError(f"Some answers were lost or wrong: {found}\n{server.said()}")
    return Counts(**found)


if __name__ == "__main__":
    sys.exit(main())
