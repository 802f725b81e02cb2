"""Requests at once, each through a connection of its own: what only a real race shows. Wants `transactional_db`."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connections


def at_once(*calls: Callable) -> list:
    """What each of the calls returns, in their order. They start together, each in its own thread."""
    start = Barrier(len(calls))

    def run(call: Callable):
        try:
            start.wait(timeout=10)
            return call()
        finally:
            connections.close_all()

    connections.close_all()  # this thread's, to leave the whole pool to them
    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
