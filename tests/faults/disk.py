"""Where a database is, and whether there is much room."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEGABYTES = 160


@contextmanager
def disk(*, small: bool) -> Iterator[Path | None]:
    """A folder; if `small`, with a disk of its own at `data` in it, in memory, and None where nobody may mount one."""
    # Below /tmp everybody, and so PostgreSQL's own user, can enter.
    with tempfile.TemporaryDirectory(prefix="postgres-", dir="/tmp") as folder:
        if not small:
            yield Path(folder)
            return
        data = Path(folder, "data")
        data.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", data]
        if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
            yield None
            return
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", data], check=True)
