"""HTTP as the clients of a storm speak it, with the time of every request."""

import time
from http.client import HTTPException
from typing import NamedTuple

from tests import wire


class Answer(NamedTuple):
    """Without a status, it was lost: nobody knows what became of the request."""

    start: int
    end: int
    status: int | None = None
    body: dict | list | None = None
    replayed: bool = False

    @property
    def is_ok(self) -> bool:
        return self.status is not None and self.status < 300


class Wire(wire.Wire):
    def ask(self, method: str, path: str, token: str, body: dict | None = None, **headers: str) -> Answer:
        headers["Authorization"] = f"Bearer {token}"
        start = time.monotonic_ns()
        try:
            response, content = self.send(method, f"/api/v1/{path}", body, headers)
        except (OSError, HTTPException):
            return Answer(start, time.monotonic_ns())
        end = time.monotonic_ns()
        return Answer(start, end, response.status, wire.parse(content), wire.is_replayed(response))
