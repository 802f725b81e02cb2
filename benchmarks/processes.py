"""What processes have used, as Linux counts it in /proc."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def tree(pid: int) -> Iterator[int]:
    """A process, its children and theirs, as far as they live."""
    yield pid
    with suppress(FileNotFoundError):
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in children.read_text().split():
                yield from tree(int(child))


def cpu_seconds(pid: int) -> float:
    """Of all the tree, and of those of it that have ended and were waited for."""
    ticks = 0
    for process in tree(pid):
        with suppress(FileNotFoundError, ProcessLookupError):
            # The name, in parentheses, may have spaces in it. proc(5) counts fields from 1; here the third is first.
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(int(field) for field in fields[11:15])  # utime, stime, cutime, cstime
    return ticks / TICKS


def workers(pid: int) -> list[int]:
    """The children that serve: neither the master nor what watches over shared memory for it."""
    return [child for child in list(tree(pid))[1:] if "resource_tracker" not in command(child)]


def command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")


def megabytes(pid: int) -> float:
    """What it has in memory, pages that it shares with others counted in full."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
