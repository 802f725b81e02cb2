"""`make sabotage`: each guard is taken out by itself, in a copy of the project; a test must notice each time."""

import argparse
import os
import sys
import time
from contextlib import nullcontext

from tests import harness, postgres
from tests.sabotage import table
from tests.sabotage.mutant import Mutant
from tests.sabotage.mutants import MUTANTS
from tests.sabotage.trials import as_they_end, judge, trial


def main() -> int:
    arguments = parse()
    if arguments.table:
        print(table.of(MUTANTS))
        return 0
    wants_postgres = any(mutant.database == "postgres" for mutant in arguments.mutants)

    def work() -> int:
        with postgres.server() if wants_postgres else nullcontext({}) as settings:
            os.environ.update(settings)  # so that there is one server for all
            return sabotage(arguments.mutants * arguments.times, arguments.lanes)

    return harness.command(work, "the copies and the database")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make sabotage", description=__doc__)
    parser.add_argument("--guard", default="", metavar="WORDS", help="only guards with these words")
    parser.add_argument("--times", type=int, default=1, help="take each out so often")
    parser.add_argument("--lanes", type=int, default=3, help="how many at a time")
    parser.add_argument("--table", action="store_true", help="print the table of docs/sabotage.md, and do nothing")
    arguments = parser.parse_args()
    arguments.mutants = [mutant for mutant in MUTANTS if arguments.guard in mutant.guard]
    if not arguments.mutants:
        parser.error(f"No guard has the words “{arguments.guard}”.")
    return arguments


def sabotage(mutants: list[Mutant], lanes: int) -> int:
    """The exit code: 0 when all are caught."""
    began = time.monotonic()
    print("First the same tests with every guard in place …")
    if not pass_unharmed(mutants, lanes):
        return 1
    print(f"They pass. Now without one guard each, {len(mutants)} times …")
    survivors = []
    for mutant, why_not_caught, seconds in as_they_end([judge(mutant) for mutant in mutants], lanes):
        if why_not_caught:
            print(f"SURVIVED  {mutant.guard}: {why_not_caught} ({mutant.test})")
            survivors.append(mutant.guard)
        else:
            print(f"caught    {mutant.guard}: by {mutant.test.split('::')[-1]} in {seconds:.0f} s")
    if survivors:
        print(f"FAILED: {len(survivors)} of {len(mutants)} mutants survived: {'; '.join(survivors)}.")
        return 1
    print(f"All {len(mutants)} mutants were caught, in {time.monotonic() - began:.0f} s.")
    return 0


def pass_unharmed(mutants: list[Mutant], lanes: int) -> bool:
    tests = {name: {one.test for one in mutants if one.database == name} for name in ("postgres", "sqlite")}
    for exit_code, output in as_they_end([trial(sorted(some), name) for name, some in tests.items() if some], lanes):
        if exit_code != 0:
            print(f"{output}\nFAILED: these tests do not pass even with every guard in place.")
            return False
    return True


if __name__ == "__main__":
    sys.exit(main())
