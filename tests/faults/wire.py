"""HTTP as a customer speaks it who wants to know exactly what came back."""

import json
import time
from http.client import HTTPConnection, HTTPException, IncompleteRead
from typing import NamedTuple

SECONDS_TO_ANSWER = 30
SECONDS_IDLE = 1  # the server closes what is idle for 2 s
PROBLEM = "application/problem+json"

# Nobody listened; or the connection was closed before the answer, or in the middle of it; or nothing came for too long.
REFUSED, CLOSED, CUT, SILENT = "refused", "closed", "cut", "silent"


class Answer(NamedTuple):
    """`outcome` is a status in words; of the times, both are of the clock that all processes share."""

    began: float
    ended: float
    outcome: str
    status: int | None = None
    body: dict | list | None = None
    replayed: bool = False

    @property
    def is_ok(self) -> bool:
        return self.status is not None and self.status < 300

    @property
    def is_final(self) -> bool:
        """Whether it tells what became of the request: a 503 and a closed connection do not."""
        return self.status is not None and self.status < 500


class Wire:
    """One connection, kept alive."""

    def __init__(self, address: tuple[str, int]):
        self.address = address
        self.connection: HTTPConnection | None = None
        self.used_at = 0.0

    def ask(self, method: str, path: str, body: dict | None = None, **headers: str) -> Answer:
        content = None
        if body is not None:
            content, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        if time.monotonic() - self.used_at > SECONDS_IDLE:
            self.close()
        if self.connection is None:
            self.connection = HTTPConnection(*self.address, timeout=SECONDS_TO_ANSWER)
        began, response = time.monotonic(), None
        try:
            self.connection.request(method, path, content, headers)
            response = self.connection.getresponse()
            content = response.read()
        except (OSError, HTTPException) as error:
            self.close()
            return Answer(began, time.monotonic(), reason(error, response is not None))
        self.used_at = time.monotonic()
        body = parse(content)
        outcome = words(response.status, response.headers, body)
        replayed = response.headers.get("Idempotent-Replayed") == "true"
        return Answer(began, self.used_at, outcome, response.status, body, replayed)

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def reason(error: Exception, had_begun: bool) -> str:
    if isinstance(error, ConnectionRefusedError):
        return REFUSED
    if isinstance(error, TimeoutError):
        return SILENT
    return CUT if had_begun or isinstance(error, IncompleteRead) else CLOSED


def words(status: int, headers, body) -> str:
    """As in `201` or `409 seats_unavailable`; whatever should not be so is said, as in `503 without Retry-After`."""
    if status < 400:
        return str(status)
    if headers.get_content_type() != PROBLEM or not isinstance(body, dict):
        return f"{status} that is no problem"
    if status == 503:
        return "503" if headers.get("Retry-After", "").isdigit() else "503 without Retry-After"
    return f"{status} {body.get('code')}"


def parse(content: bytes) -> dict | list | None:
    try:
        return json.loads(content)
    except ValueError:
        return None
