"""What the faults did, as a table that can go into docs/faults.md."""

from collections import Counter

from tests.faults.judge import Result

HEADINGS = (
    *("fault", "rounds", "acknowledged", "lost", "refused meanwhile", "replayed", "answers again after"),
    *("last refusal after", "slowest `/livez`", "deadlocks"),
)


def print_round(name: str, number: int, result: Result) -> None:
    print(
        f"{'BROKEN' if result.complaints else 'ok    '} {name}, round {number}: {result.acknowledged:,} acknowledged, "
        f"{result.lost} lost, refused: {words(result.refused)}, answers after {seconds([result.answered_after])}, "
        f"last refusal after {result.refused_until:.1f} s, /livez within {result.life_sign:.1f} s"
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
    """Sums; of the times, the worst."""
    return [
        name,
        str(len(results)),
        f"{sum(result.acknowledged for result in results):,}",
        str(sum(result.lost for result in results)),
        words(sum((result.refused for result in results), Counter())),
        str(sum(result.replayed for result in results)),
        seconds([result.answered_after for result in results]),
        f"{max(result.refused_until for result in results):.1f} s",
        f"{max(result.life_sign for result in results):.1f} s",
        str(sum(result.deadlocks for result in results)),
    ]


def words(outcomes: Counter[str]) -> str:
    return ", ".join(f"{count:,} × {outcome}" for outcome, count in sorted(outcomes.items())) or "nothing"


def seconds(values: list[float | None]) -> str:
    return "never" if None in values else f"{max(values):.1f} s"


def print_verdict(results: dict[str, list[Result]], skipped: list[str], database: str) -> int:
    """The exit code."""
    played = [result for each in results.values() for result in each]
    acknowledged, broken = sum(result.acknowledged for result in played), [each for each in played if each.complaints]
    without = f" Skipped: {', '.join(skipped)}." if skipped else ""
    if not played:
        print(f"FAILED: nothing was played.{without}")
        return 1
    if broken:
        print(
            f"FAILED: {len(broken)} of {len(played)} faults on {database} broke a promise: see BROKEN above.{without}"
        )
        return 1
    print(f"All is well after {len(played)} faults on {database}: {acknowledged:,} acknowledged, 0 lost.{without}")
    return 0
