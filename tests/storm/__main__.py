"""`make storm`: many clients fight for few seats of a real server; afterwards every promise must still be kept."""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from tests import harness
from tests.storm import findings, report
from tests.storm.crowd import Tally, unleash
from tests.storm.plan import Plan, Stage, User, lanes_for, rounds
from tests.storm.scenarios import SCENARIOS

HOLD_SECONDS = 1
SETTINGS = {"HOLD_SECONDS": str(HOLD_SECONDS), "WEB_CONCURRENCY": "3", "ACCESS_TOKEN_EXPIRE_MINUTES": "10000"}


def main() -> int:
    arguments = parse()

    def work() -> int:
        with tempfile.TemporaryDirectory(prefix="storm-") as folder, harness.database(arguments.db) as settings:
            return storm(arguments, Path(folder), settings)

    return harness.command(work, "the clients, the server and the database")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make storm", description=__doc__)
    parser.add_argument("--attempts", type=int, default=20_000)
    parser.add_argument("--clients", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--db", choices=("postgres", "sqlite"), default="postgres")
    parser.add_argument("--seconds", type=float, help="give up after these (default: 60, and 1 for 10 attempts)")
    parser.add_argument("--without-locks", action="store_true", help="sell without the guards, to see it noticed")
    arguments = parser.parse_args()
    if arguments.without_locks and arguments.db == "sqlite":
        parser.error("SQLite has no row locks to take out: it lets one writer in at a time.")
    arguments.seconds = arguments.seconds or 60 + arguments.attempts / 10
    return arguments


def storm(arguments: argparse.Namespace, folder: Path, settings: dict[str, str]) -> int:
    """Furnish, let loose, look what is broken: the exit code."""
    database = harness.name_of(settings)
    print(f"Storm {arguments.seed} on {database}: {arguments.attempts:,} attempts by {arguments.clients} clients.")
    environment = harness.environment(settings, folder, **SETTINGS)
    harness.run(environment, "manage.py", "migrate", "--verbosity=0")
    plan = furnish(arguments, environment)
    if arguments.without_locks:
        harness.execute(settings, "DROP INDEX seat_reserved_once")

    log, tally, impossible = folder / "server.log", Tally(), []
    progress = report.Progress(arguments.attempts)
    with harness.serve(environment, log, "tests.storm.unguarded" if arguments.without_locks else "project.wsgi") as at:
        for part in plan.parts():
            with tempfile.TemporaryDirectory(dir=folder) as histories:
                left = arguments.seconds - tally.seconds
                tally += unleash(plan, part, arguments.clients, at, Path(histories), left, progress.show)
                impossible += findings.unexplained(Path(histories))
            time.sleep(HOLD_SECONDS)  # the next history begins with nothing held
    progress.end()

    report.print_outcomes(tally.outcomes)
    report.print_speed(tally)
    faults = [
        *findings.shortfall(tally, arguments.attempts),
        *findings.unexpected_answers(tally.outcomes, log),
        *findings.broken_promises(environment),
        *findings.deadlocks(settings),
        *impossible,
    ]
    return report.print_verdict(faults, tally, database)


def furnish(arguments: argparse.Namespace, environment: dict[str, str]) -> Plan:
    lanes = lanes_for(arguments.clients)
    scenarios = rounds(list(SCENARIOS), arguments.attempts, lanes, arguments.seed)
    print(f"Furnishing the cinema for {len(scenarios):,} rounds …")
    furnished = json.loads(harness.run(environment, "-m", "tests.storm.seed", stdin=json.dumps(scenarios)))
    return Plan(
        attempts=arguments.attempts,
        lanes=lanes,
        seed=arguments.seed,
        stages=[Stage(n, *both) for n, both in enumerate(zip(scenarios, furnished["stages"], strict=True))],
        users=[User(*user) for user in furnished["users"]],
        admin=User(*furnished["admin"]),
        movie=furnished["movie"],
    )


if __name__ == "__main__":
    sys.exit(main())
