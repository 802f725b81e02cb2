"""HTTP as a customer speaks it who wants to know exactly what came back."""

import time
from http.client import HTTPException, IncompleteRead
from typing import NamedTuple

from tests import wire

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


class Wire(wire.Wire):
    def ask(self, method: str, path: str, body: dict | None = None, **headers: str) -> Answer:
        began = time.monotonic()
        try:
            response, content = self.send(method, path, body, headers)
        except (OSError, HTTPException) as error:
            return Answer(began, time.monotonic(), reason(error, self.answer_has_begun))
        body = wire.parse(content)
        outcome = words(response.status, response.headers, body)
        return Answer(began, self.used_at, outcome, response.status, body, wire.is_replayed(response))


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
