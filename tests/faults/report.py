"""What the faults did, as a table that can go into docs/faults.md."""

from collections import Counter

from tests.faults.play import Result

HEADINGS = (
    *("fault", "rounds", "acknowledged", "lost", "refused meanwhile", "replayed", "answers again after"),
    *("last refusal after", "slowest /livez", "deadlocks"),
)


def print_round(name: str, number: int, result: Result) -> None:
    well = "ok    " if not result.complaints else "BROKEN"
    print(
        f"{well} {name}, round {number}: {result.acknowledged:,} acknowledged, {result.lost} lost, "
        f"{words(result.met) or 'nothing refused'}, answers after {seconds([result.answered_after])}, "
        f"last refusal after {result.refused_until:.1f} s, /livez within {result.life_sign:.2f} s"
    )
    for complaint in result.complaints:
        print(f"       {complaint}")


def print_table(results: dict[str, list[Result]]) -> None:
    rows = [HEADINGS, ["---"] * len(HEADINGS), *(row(name, each) for name, each in results.items())]
    print()
    for cells in rows:
        print(f"| {' | '.join(cells)} |")
    print()


def row(name: str, results: list[Result]) -> list[str]:
    return [
        name,
        str(len(results)),
        f"{sum(result.acknowledged for result in results):,}",
        str(sum(result.lost for result in results)),
        words(sum((result.met for result in results), Counter())) or "none",
        str(sum(result.replayed for result in results)),
        seconds([result.answered_after for result in results]),
        f"{max(max(result.refused_until for result in results), 0):.1f} s",
        f"{max(result.life_sign for result in results):.2f} s",
        str(sum(result.deadlocks for result in results)),
    ]


def words(outcomes: Counter[str]) -> str:
    return ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(outcomes.items()))


def seconds(values: list[float | None]) -> str:
    """The worst of them."""
    return "never" if None in values else f"{max(values):.1f} s"


def print_verdict(results: dict[str, list[Result]], database: str) -> int:
    """The exit code."""
    played = [result for each in results.values() for result in each]
    acknowledged, broken = sum(result.acknowledged for result in played), [each for each in played if each.complaints]
    if not played or broken:
        print(f"FAILED: {len(broken)} of {len(played)} faults on {database} broke a promise: see BROKEN above.")
        return 1
    print(f"All is well after {len(played)} faults on {database}: {acknowledged:,} acknowledged, 0 lost.")
    return 0
