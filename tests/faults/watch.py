"""A load balancer's view of a fault: does the process live, and is it ready?"""

from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

from tests.faults.wire import Answer, Wire

PATHS = ("/livez", "/readyz")
SECONDS_BETWEEN = 0.1


class Watch:
    def __init__(self, address: tuple[str, int]):
        self.address, self.over = address, Event()
        self.answers: dict[str, list[Answer]] = defaultdict(list)

    def ask(self, path: str) -> None:
        while not self.over.wait(SECONDS_BETWEEN):
            wire = Wire(self.address)
            self.answers[path].append(wire.ask("GET", path))
            wire.close()

    def ready_after(self, instant: float) -> float | None:
        """How many seconds after this instant it was ready again."""
        ready = (answer.ended for answer in self.answers["/readyz"] if answer.outcome == "200")
        return next((ended - instant for ended in ready if ended > instant), None)

    def slowest_life_sign(self) -> float:
        return max((each.ended - each.began for each in self.answers["/livez"] if each.outcome == "200"), default=0)


@contextmanager
def watch(address: tuple[str, int]) -> Iterator[Watch]:
    watched = Watch(address)
    with ThreadPoolExecutor(len(PATHS)) as threads:
        asking = [threads.submit(watched.ask, path) for path in PATHS]
        try:
            yield watched
        finally:
            watched.over.set()
        for each in asking:
            each.result()
