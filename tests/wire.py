"""HTTP as clients of storms and faults speak it: one connection, kept alive, and no second try behind their back."""

import json
import time
from http.client import HTTPConnection, HTTPException, HTTPResponse

SECONDS_TO_ANSWER = 30
# The server closes what is idle for 20 s, and all that is idle when it stops. Whoever writes at that very moment would
# never know what became of it.
SECONDS_IDLE = 1


class Wire:
    def __init__(self, address: tuple[str, int]):
        self.address = address
        self.connection: HTTPConnection | None = None
        self.used_at = 0.0
        self.answer_has_begun = False

    def send(self, method: str, path: str, body: dict | None, headers: dict) -> tuple[HTTPResponse, bytes]:
        """Raises OSError or HTTPException; the connection is closed then."""
        content = None
        if body is not None:
            content, headers = json.dumps(body).encode(), {**headers, "Content-Type": "application/json"}
        if time.monotonic() - self.used_at > SECONDS_IDLE:
            self.close()
        if self.connection is None:
            self.connection = HTTPConnection(*self.address, timeout=SECONDS_TO_ANSWER)
        self.answer_has_begun = False
        try:
            self.connection.request(method, path, content, headers)
            response = self.connection.getresponse()
            self.answer_has_begun = True
            content = response.read()
        except (OSError, HTTPException):
            self.close()
            raise
        self.used_at = time.monotonic()
        return response, content

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def is_replayed(response: HTTPResponse) -> bool:
    return response.headers.get("Idempotent-Replayed") == "true"


def parse(content: bytes) -> dict | list | None:
    """None for what is no JSON: nothing at all, or words of the HTTP server's own."""
    try:
        return json.loads(content)
    except ValueError:
        return None
