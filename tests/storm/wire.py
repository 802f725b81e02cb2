"""HTTP as the clients of a storm speak it: one connection, kept alive, and the time of every request."""

import json
import time
from http.client import HTTPConnection, HTTPException
from typing import NamedTuple

SECONDS_TO_ANSWER = 30
# The server closes what is idle for 2 s. Whoever writes at that very moment would never know what became of it.
SECONDS_IDLE = 1


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


class Wire:
    def __init__(self, address: tuple[str, int]):
        self.address = address
        self.connection: HTTPConnection | None = None
        self.used_at = 0.0

    def ask(self, method: str, path: str, token: str, body: dict | None = None, **headers: str) -> Answer:
        headers["Authorization"] = f"Bearer {token}"
        content = None
        if body is not None:
            content, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        if time.monotonic() - self.used_at > SECONDS_IDLE:
            self.close()
        if self.connection is None:
            self.connection = HTTPConnection(*self.address, timeout=SECONDS_TO_ANSWER)
        start = time.monotonic_ns()
        try:
            self.connection.request(method, f"/api/v1/{path}", content, headers)
            response = self.connection.getresponse()
            content = response.read()
        except (OSError, HTTPException):
            self.close()
            return Answer(start, time.monotonic_ns())
        end = time.monotonic_ns()
        self.used_at = time.monotonic()
        replayed = response.headers.get("Idempotent-Replayed") == "true"
        return Answer(start, end, response.status, parse(content), replayed)

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def parse(content: bytes) -> dict | list | None:
    """None for what is no JSON: nothing at all, or words of the HTTP server's own."""
    try:
        return json.loads(content)
    except ValueError:
        return None
