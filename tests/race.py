"""What happens at once, from real threads with connections of their own. For tests on `transactional_db`."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import wraps
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import connection


def at_once(*calls: Callable[[], object]) -> list:
    """
    What each call returns, all of them let loose in the same moment. The first exception of one of them is raised.

    A client belongs to one thread: let each call make its own, as in `lambda: as_(alice).post(…)`.
    """
    barrier = Barrier(len(calls), timeout=30)

    def run(call):
        try:
            barrier.wait()
            return call()
        finally:
            connection.close()

    connection.close()  # this thread's, which would count against the pool
    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


def meet_after(monkeypatch: pytest.MonkeyPatch, owner: object, name: str, parties: int = 2, seconds: float = 1) -> None:
    """
    Make the method `name` wait at its end until so many threads are there: a pause between the look and the write, in
    which a missing lock shows. Whoever a lock keeps out is not waited for any longer than `seconds`.
    """
    method, barrier = getattr(owner, name), Barrier(parties)

    @wraps(method)
    def wrapper(*args, **kwargs):
        result = method(*args, **kwargs)
        with suppress(BrokenBarrierError):
            barrier.wait(seconds)
        return result

    monkeypatch.setattr(owner, name, wrapper)
