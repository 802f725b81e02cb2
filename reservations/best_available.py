"""Which seats are the best of those that are free."""

from itertools import groupby

from showtimes.models import Seat


def best_available(seats: list[Seat], free: list[Seat], quantity: int) -> list[Seat] | None:
    """
    The best `quantity` of the `free` seats of a hall with these `seats`, or None where there are fewer.

    One block of neighbours in one row if any row has one, else the fewest blocks: whole runs, the longest first, then
    the best block of what is left to find.
    """
    if len(free) < quantity:
        return None
    rows = {y: (row[0].x, row[-1].x) for y, row in by_row(seats)}
    order = {y: n for n, y in enumerate(rows, start=1)}

    def rank(block: list[Seat]):
        """Nearest to two thirds back, then to the middle of its row; ties to the front, then to the left."""
        y, first, last = block[0].y, *rows[block[0].y]
        from_the_middle = abs(block[0].x + block[-1].x - first - last)
        return abs(3 * order[y] - 2 * len(rows)), from_the_middle, y, block[0].x

    chosen: list[Seat] = []
    while len(chosen) < quantity:
        runs = list(runs_of([seat for seat in free if seat not in chosen]))
        size = min(quantity - len(chosen), max(map(len, runs)))
        chosen += min((run[n : n + size] for run in runs for n in range(len(run) - size + 1)), key=rank)
    return chosen


def by_row(seats: list[Seat]):
    """Each row's `y` and its seats from the left."""
    in_order = sorted(seats, key=lambda seat: (seat.y, seat.x))
    return [(y, list(row)) for y, row in groupby(in_order, key=lambda seat: seat.y)]


def runs_of(seats: list[Seat]):
    """The longest blocks of neighbours; an aisle or somebody else's seat ends one."""
    for _, row in by_row(seats):
        for _, run in groupby(enumerate(row), key=lambda numbered: numbered[1].x - numbered[0]):
            yield [seat for _, seat in run]
