"""`make bench-growth`: what a request costs in small cinemas and in large ones. See benchmarks/README.md."""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from benchmarks import report
from benchmarks.__main__ import HERE
from benchmarks.chart import chart
from benchmarks.growth.cinema import Grown
from benchmarks.growth.measure import NAMES, measures
from benchmarks.growth.plan import AIM
from benchmarks.load import Measure
from benchmarks.plan import Benchmark
from benchmarks.site import Site
from tests import harness

BUSY = "CPU is counted, and not time, so that others on the machine disturb little; only ratios mean anything."


def main() -> int:
    arguments = parse()

    def work() -> int:
        with ExitStack() as stack:
            return run(arguments, stack)

    return harness.command(work, "the servers and the databases")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-growth", description=__doc__)
    parser.add_argument("--sizes", default="1000,10000,100000", help="showtimes of each cinema, from 1,000 on")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--record", action="store_true", help="write GROWTH.md and its chart")
    arguments = parser.parse_args()
    arguments.sizes = sorted(map(int, arguments.sizes.replace(",", " ").split()))
    if len(arguments.sizes) < 2 or arguments.sizes[0] < 1000:
        parser.error("Give two sizes or more, of at least 1,000: fewer showtimes make no month.")
    return arguments


def run(arguments: argparse.Namespace, stack: ExitStack) -> int:
    sites = {}
    for size in arguments.sizes:
        print(f"Furnishing a cinema with {size:,} showtimes …")
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="growth-")))
        seed = ["-m", "benchmarks.growth.seed", str(size)]
        sites[size] = Site(stack, folder, seed, Grown, ["cinema"])
    machine = sites[arguments.sizes[0]].describe()
    print(machine)
    rounds: dict[int, list[dict[str, Measure]]] = {size: [] for size in sites}
    for number in range(arguments.rounds + 1):
        print(f"Round {number} of {arguments.rounds} …" if number else "A first round, to warm up …")
        for size, site in sites.items():
            found = measures(site, number)
            if number:
                rounds[size].append(found)
    verdicts = [verdict(name, rounds) for name in NAMES]
    how = f"{arguments.rounds} rounds. {BUSY}"
    tables = f"{report.aims_table(verdicts)}\n\n{costs_table(rounds)}"
    print(f"\n{how}\n\n{tables}")
    if arguments.record:
        title = f"# Results of `make bench-growth`, {datetime.now(UTC):%Y-%m-%d}"
        text = f"{title}\n\n{machine} {how}\n\n![ratios](growth.svg)\n\n{tables}\n"
        (HERE / "GROWTH.md").write_text(text)
        (HERE / "growth.svg").write_text(chart(verdicts, "Times the smallest cinema; red: the aim"))
    return 0


def verdict(name: str, rounds: dict[int, list[dict[str, Measure]]]) -> report.Verdict:
    """The largest cinema beside the smallest, in the same round."""
    smallest, largest = min(rounds), max(rounds)
    ratios = [
        AIM.value(after[name], before[name]) for after, before in zip(rounds[largest], rounds[smallest], strict=True)
    ]
    return report.Verdict(Benchmark(name, name, lambda cinema: [], (AIM,)), AIM, ratios)


def costs_table(rounds: dict[int, list[dict[str, Measure]]]) -> str:
    """Milliseconds of CPU, of the application and of the database, by showtimes."""
    lines = [f"| app + database, ms | {' | '.join(f'{size:,}' for size in rounds)} |", "|---" * (len(rounds) + 1) + "|"]
    for name in NAMES:
        cells = []
        for found in rounds.values():
            of_rounds = [one[name] for one in found]
            app, database = (
                median(1000 * getattr(one, part) / one.requests for one in of_rounds)
                for part in ("app_cpu", "database_cpu")
            )
            cells.append(f"{report.number(app)} + {report.number(database)}")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
