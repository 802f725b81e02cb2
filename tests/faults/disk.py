"""A disk that is small enough to be filled."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEGABYTES = 160


@contextmanager
def disk() -> Iterator[Path]:
    """A folder in which everybody, and so PostgreSQL's own user, can have one."""
    with tempfile.TemporaryDirectory(prefix="postgres-", dir="/tmp") as folder:
        yield Path(folder)


@contextmanager
def small_disk() -> Iterator[Path | None]:
    """A folder that is a disk of its own, in memory; None where nobody lets us mount one."""
    with tempfile.TemporaryDirectory(prefix="small-disk-", dir="/tmp") as folder:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", folder]
        if subprocess.run(mount, capture_output=True).returncode:
            yield None
            return
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)
