"""The application with a path, `/stuck`, that takes a thread until there is a file: `gunicorn tests.project.stuck`."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from project import worker
from project.wsgi import application as cinema


def application(environ, start_response):
    if environ["PATH_INFO"] != "/stuck":
        return cinema(environ, start_response)
    start_response("200 OK", [])
    return until_there_is(Path(os.environ["STUCK_UNTIL"]))


def until_there_is(file: Path) -> Iterator[bytes]:
    yield b"stuck"
    while not file.exists():
        time.sleep(0.01)


class Worker(worker.Worker):
    most_waiting = 3
