"""The two tables, in Markdown: what was aimed at and reached, and every figure behind it."""

from collections.abc import Iterator
from statistics import median
from typing import NamedTuple

from benchmarks.load import Measure
from benchmarks.plan import Aim, Benchmark
from benchmarks.race import Results


class Verdict(NamedTuple):
    """
    A value for each round: of the cinema's measure, or of it and the rival's in the same round. `bare` are those of the
    bare application in the cinema's place: what there is to reach when there is no framework.
    """

    benchmark: Benchmark
    aim: Aim
    values: list[float]
    bare: list[float] = []

    @property
    def is_met(self) -> bool:
        return self.aim.is_met(median(self.values))


def verdicts(benchmark: Benchmark, results: Results) -> Iterator[Verdict]:
    """None for an aim whose rival was not there."""
    for aim in benchmark.aims:
        if aim.rival is None:
            yield Verdict(benchmark, aim, [aim.value(ours) for ours in results["cinema"]])
        elif aim.rival in results:
            bare = ratios("bare", aim, results) if "bare" in results and aim.rival != "bare" else []
            yield Verdict(benchmark, aim, ratios("cinema", aim, results), bare)


def ratios(who: str, aim: Aim, results: Results) -> list[float]:
    return [aim.value(one, rival) for one, rival in zip(results[who], results[aim.rival], strict=True)]


def aims_table(found: list[Verdict]) -> str:
    lines = ["| what | aim | median | min to max | |", "|---|---|---|---|---|"]
    for one in found:
        reached = "reached" if one.is_met else "**missed**"
        if one.bare:
            reached += f"; bare {number(median(one.bare))}"
        low, middle, high = map(number, (min(one.values), median(one.values), max(one.values)))
        lines.append(f"| {one.benchmark.what} | {one.aim.words} | {middle} | {low} to {high} | {reached} |")
    return "\n".join(lines)


def figures_table(all_results: dict[str, Results]) -> str:
    lines = [
        "| benchmark | who | a second | p50, ms | p99, ms | app CPU, ms | database CPU, ms | worker, MB | busiest, % |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, results in all_results.items():
        for who, measures in results.items():
            lines.append(f"| {name} | {who} | {' | '.join(map(number, figures(measures)))} |")
    return "\n".join(lines)


def figures(measures: list[Measure]) -> list[float]:
    """The median of each; CPU is for a request, in milliseconds."""
    rows = [
        (
            one.rate,
            one.p50,
            one.p99,
            1000 * one.app_cpu / one.requests,
            1000 * one.database_cpu / one.requests,
            one.megabytes,
            100 * one.busiest,
        )
        for one in measures
    ]
    return [median(column) for column in zip(*rows, strict=True)]


def number(value: float) -> str:
    """With three digits or so; a dash for what was not there to measure."""
    if not value:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
