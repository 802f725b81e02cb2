"""
What it costs to look at each hostile picture: `python -m tests.movies.cost` prints for each, as JSON, whether
it was stored, seconds of CPU, and the megabytes that were needed at most. A process of its own, which looks at itself.
"""

import json
import time
import warnings
from io import BytesIO
from pathlib import Path

import django

django.setup()

from django.core.files.uploadedfile import InMemoryUploadedFile  # noqa: E402
from rest_framework.exceptions import APIException  # noqa: E402

from movies import posters  # noqa: E402
from tests.movies.hostile import KINDS  # noqa: E402


def memory(what: str) -> int:
    """Kilobytes: of `VmRSS` now, of `VmHWM` at most since the last `forget`."""
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(what)]
    return int(line.split()[1])


def forget() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def look(content: bytes) -> bool:
    upload = InMemoryUploadedFile(BytesIO(content), "poster", "poster.png", "image/png", len(content), None)
    try:
        with posters.stored(upload) as names:
            posters.remove(names)
    except APIException:
        return False
    return True


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    costs = {}
    for kind in KINDS.values():
        for name, picture in kind():
            forget()
            before, began = memory("VmRSS"), time.process_time()
            is_stored = look(picture.content)
            seconds = time.process_time() - began
            costs[name] = (is_stored, round(seconds, 2), (memory("VmHWM") - before) // 1000)
    print(json.dumps(costs))
