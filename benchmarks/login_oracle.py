"""
Does the time of an answer tell whether there is an account? `python -m benchmarks.login_oracle`

Against a real server on a PostgreSQL of its own, without throttles: a known user with a wrong password, a deactivated
one, and one that is not there; the same for a mail to reset a password. One request at a time, in an order that is
drawn anew each turn, so that whatever else this computer does hits all alike. Prints the median of each, and its ratio
to that of the one that is not there: over all, and the least and the largest of the rounds. docs/limits.md has figures.
"""

import argparse
import random
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from statistics import median

from tests.harness import database, environment, name_of, run, serve
from tests.wire import Wire

MAKE_USERS = """
import django
django.setup()
from tests.cast import make_user
make_user("known")
make_user("deactivated", is_active=False)
"""
ACCOUNTS = ("known", "deactivated", "unknown")
REQUESTS = {
    "log in": lambda name: ("/api/v1/auth/login/", {"login": name, "password": "wrong-password-42"}, 401),
    "log in by e-mail": lambda name: (
        "/api/v1/auth/token/",
        {"login": f"{name}@example.org", "password": "wrong-password-42"},
        401,
    ),
    "reset": lambda name: ("/api/v1/auth/password/reset/", {"email": f"{name}@example.org"}, 202),
}


def measure(wire: Wire, what: str, turns: int, rng: random.Random) -> dict[str, list[float]]:
    """Seconds of each answer, for each account."""
    seconds = defaultdict(list)
    for _ in range(turns):
        for account in rng.sample(ACCOUNTS, len(ACCOUNTS)):
            path, body, status = REQUESTS[what](account)
            began = time.perf_counter()
            response, _ = wire.send("POST", path, body, {})
            seconds[account].append(time.perf_counter() - began)
            if response.status != status:
                raise RuntimeError(f"{path} was answered {response.status}")
    return seconds


def report(what: str, rounds: list[dict[str, list[float]]]) -> None:
    for account in ACCOUNTS:
        of_all = median(second for each in rounds for second in each[account])
        ratios = [median(each[account]) / median(each["unknown"]) for each in rounds]
        told = f"{median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})"
        print(f"| {what} | {account} | {of_all * 1000:.2f} ms | {told} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--turns", type=int, default=60, help="requests of each kind in a round")
    parser.add_argument("--db", choices=["postgres", "sqlite"], default="postgres")
    arguments = parser.parse_args()
    rng = random.Random(1)
    with tempfile.TemporaryDirectory() as folder, database(arguments.db) as settings:
        env = environment(settings, Path(folder), WEB_CONCURRENCY="1")
        run(env, "manage.py", "migrate", "--verbosity=0")
        run(env, "-c", MAKE_USERS)
        with serve(env, Path(folder) / "log") as address:
            wire = Wire(address)
            print(f"{name_of(settings)}, {arguments.rounds} rounds of {arguments.turns} requests each\n")
            print("| what | account | median | ratio to unknown, median of the rounds (least to largest) |")
            print("|---|---|---|---|")
            for what in REQUESTS:
                measure(wire, what, 20, rng)
                report(what, [measure(wire, what, arguments.turns, rng) for _ in range(arguments.rounds)])
            wire.close()


if __name__ == "__main__":
    main()
