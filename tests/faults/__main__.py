"""`make faults`: what serves the cinema dies or runs out under load; what was acknowledged must survive it."""

import argparse
import random
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

from tests import harness
from tests.faults import report
from tests.faults.audit import Audit
from tests.faults.disk import disk
from tests.faults.faults import FAULTS
from tests.faults.judge import Result, judge
from tests.faults.play import play
from tests.faults.site import Site


def main() -> int:
    arguments = parse()
    return harness.command(partial(play_all, arguments), "the customers, the server and the database")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fault", action="append", choices=FAULTS, metavar="NAME", help="only this one (repeatable)")
    parser.add_argument("--careless", action="store_true", help="acknowledge before it is on disk")
    parser.add_argument("--list", action="store_true", help="name all faults, and do nothing")
    arguments = parser.parse_args()
    if arguments.list:
        parser.exit(message="\n".join(FAULTS) + "\n")
    return arguments


def play_all(arguments: argparse.Namespace) -> int:
    results: dict[str, list[Result]] = {}
    skipped, database = [], ""
    for small in (False, True):
        names = [name for name in arguments.fault or FAULTS if FAULTS[name].on_small_disk is small]
        if not names:
            continue
        with ExitStack() as stack:
            room = stack.enter_context(disk(small=small))
            if room is None:
                print(f"SKIPPED {', '.join(names)}: nobody lets us mount a small disk here.")
                skipped += names
                continue
            site = Site(stack, room, arguments.seed, careless=arguments.careless)
            database = harness.name_of(site.cluster.settings)
            for name, result in rounds(site, names, arguments):
                results.setdefault(name, []).append(result)
    report.print_table(results)
    return report.print_verdict(results, skipped, database)


def rounds(site: Site, names: list[str], arguments: argparse.Namespace) -> Iterator[tuple[str, Result]]:
    audit = Audit()
    for name in names:
        for number in range(1, arguments.rounds + 1):
            scene = play(site, FAULTS[name], random.Random(f"{arguments.seed}/{name}/{number}"))
            result = judge(site, audit, scene)
            report.print_round(name, number, result)
            yield name, result


if __name__ == "__main__":
    sys.exit(main())
