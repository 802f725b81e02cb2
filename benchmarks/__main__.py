"""`make bench`: the cinema against two peers, bare SQL and PostgreSQL alone. See the README beside this."""

import argparse
import math
import sys
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import limits, report
from benchmarks.chart import chart
from benchmarks.cinema import SEATS
from benchmarks.load import require_wrk
from benchmarks.plan import BENCHMARKS, Benchmark
from benchmarks.race import Results, race
from benchmarks.site import Site
from tests import harness

HERE = Path(__file__).parent
# As many bookings a second as no server here makes: so many are there to be made.
MOST_BOOKINGS = 6000


def main() -> int:
    arguments = parse()

    def work() -> int:
        require_wrk()
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
            return run(arguments, stack, folder)

    return harness.command(work, "the servers and the database")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=5, help="of each run; a round runs each server once")
    parser.add_argument("--only", default="", help=f"some of {', '.join(one.name for one in BENCHMARKS)}")
    parser.add_argument("--db", choices=("postgres", "sqlite"), default="postgres")
    parser.add_argument("--record", action="store_true", help="write RESULTS.md and its chart")
    arguments = parser.parse_args()
    names = arguments.only.replace(",", " ").split()
    arguments.benchmarks = [one for one in BENCHMARKS if one.name in names or not names]
    if unknown := set(names) - {one.name for one in BENCHMARKS}:
        parser.error(f"There is no benchmark {', '.join(unknown)}.")
    if arguments.record and (names or arguments.db == "sqlite"):
        parser.error("Only a run of all benchmarks on PostgreSQL is recorded.")
    return arguments


def run(arguments: argparse.Namespace, stack: ExitStack, folder: Path) -> int:
    print("Bringing up the database and the servers …")
    books = any(one.name == "reserve" for one in arguments.benchmarks)
    bookings = MOST_BOOKINGS * arguments.seconds if books else 1
    seed = ["-m", "benchmarks.seed", str(math.ceil(2 * bookings / SEATS))]
    site = Site(stack, folder, seed, kind=arguments.db)
    machine = site.describe()
    print(machine)
    results: dict[str, Results] = {}
    verdicts: list[report.Verdict] = []
    for benchmark in arguments.benchmarks:
        print(f"{benchmark.name} …")
        results[benchmark.name] = race(site, possible(benchmark, site), arguments.rounds, arguments.seconds)
        verdicts += report.verdicts(benchmark, results[benchmark.name])
    how = f"{arguments.rounds} rounds of {arguments.seconds} s."
    tables = f"{report.aims_table(verdicts)}\n\n{report.figures_table(results)}"
    print(f"\n{how}\n\n{tables}")
    if arguments.record:
        title = f"# Results of `make bench`, {datetime.now(UTC):%Y-%m-%d}"
        (HERE / "RESULTS.md").write_text(f"{title}\n\n{machine} {how}\n\n![ratios](results.svg)\n\n{tables}\n")
        shown = [one for one in verdicts if one.aim.rival and one.aim.rival.startswith("peer")]
        (HERE / "results.svg").write_text(chart(shown, "Times the peer; red: the aim"))
    return 0


def possible(benchmark: Benchmark, site: Site) -> Benchmark:
    """Without the rivals that are not there: on SQLite, all but a hash."""
    if site.is_sqlite:
        return benchmark._replace(rivals=(), also={n: run for n, run in benchmark.also.items() if n == "hash"})
    if "pgbench" not in benchmark.also or limits.find_pgbench():
        return benchmark
    print("PostgreSQL's own limit is left out: there is no pgbench here (Debian: apt-get install postgresql).")
    return benchmark._replace(also={})


if __name__ == "__main__":
    sys.exit(main())
