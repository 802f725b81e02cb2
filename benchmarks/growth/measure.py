"""How much CPU a request takes: requests are sent one after the other, so that they wait for nothing but themselves."""

import json
import time
from collections.abc import Callable, Iterable

from benchmarks.growth.plan import QUESTIONS, WRITES
from benchmarks.load import Measure, Request, ask
from benchmarks.site import Site
from tests import harness

REPETITIONS = 3  # of the showtimes of a day, which are thirty
CHECK = "check_invariants, 1,000 rows"
NAMES = [*(question.what for question in QUESTIONS), *(write.what for write in WRITES), CHECK]


def measures(site: Site, number: int) -> dict[str, Measure]:
    """All that is asked in one round, by what it is. Raises RuntimeError for any answer that is not as it should be."""
    found = {}
    for question in QUESTIONS:
        requests = question.requests(site.cinema) * (REPETITIONS if number else 1)
        found[question.what], _ = timed(site, requests, 200)
    answers: list[dict] = []
    for write in WRITES:
        found[write.what], answers = timed(site, write.requests(site.cinema, number, answers), write.status)
    check = "manage.py", "check_invariants"
    found[CHECK], _ = counted(site, lambda: harness.run(site.environment, *check), site.cinema.rows / 1000)
    return found


def timed(site: Site, requests: Iterable[Request], status: int) -> tuple[Measure, list[dict]]:
    """With the answers."""
    requests, server = list(requests), site.servers["cinema"]

    def send() -> list[dict]:
        answers = []
        for request in requests:
            response, body = ask(server, request)
            if response.status != status:
                raise RuntimeError(f"{request.method} {request.path}: {response.status} {body[:500]}\n{server.said()}")
            answers.append(json.loads(body) if body else {})
        return answers

    return counted(site, send, len(requests))


def counted(site: Site, work: Callable, requests: float) -> tuple[Measure, object]:
    began, before = time.monotonic(), site.cpu("cinema")
    done = work()
    app, database = (now - was for now, was in zip(site.cpu("cinema"), before, strict=True))
    seconds = time.monotonic() - began
    return Measure(requests, seconds, 0, 0, app_cpu=app, database_cpu=database), done
