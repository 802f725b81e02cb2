"""Ratios as a picture: a bar for each median, a line from min to max, and a mark where the aim is."""

from html import escape
from statistics import median

from benchmarks.report import Verdict

WIDTH, LABELS, ROW, TOP = 900, 330, 34, 40
STYLE = "text{font:14px sans-serif;fill:#222}.bar{fill:#4a7ebb}.spread{stroke:#222}.aim{stroke:#c0392b;stroke-width:3}"


def chart(shown: list[Verdict], title: str) -> str:
    largest = max(max(*one.values, one.aim.limit) for one in shown)
    height = TOP + ROW * len(shown) + 10

    def x(value: float) -> int:
        return LABELS + round(value / largest * (WIDTH - LABELS - 70))

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"><style>{STYLE}</style>',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        f'<text x="10" y="24">{escape(title)}</text>',
    ]
    for number, one in enumerate(shown):
        y = TOP + ROW * number
        middle, value = y + ROW // 2 - 4, median(one.values)
        parts += [
            f'<text x="10" y="{middle + 5}">{escape(f"{one.benchmark.name}: {one.aim.words}")}</text>',
            f'<rect class="bar" x="{LABELS}" y="{y}" width="{x(value) - LABELS}" height="{ROW - 10}"/>',
            f'<path class="spread" d="M{x(min(one.values))} {middle}H{x(max(one.values))}"/>',
            f'<path class="aim" d="M{x(one.aim.limit)} {y - 2}v{ROW - 6}"/>',
            f'<text x="{x(max(one.values)) + 8}" y="{middle + 5}">{value:.1f}</text>',
        ]
    return "\n".join([*parts, "</svg>\n"])
