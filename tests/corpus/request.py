"""
A request that a client should never send, and the answer that it gets.

    Bad("breaks off in a string", "POST auth/register/", "400 parse_error", '{"username": "do')

The path is below /api/v1/, unless it begins with a slash; `<movie>`, `<showtime>`, … in it and in a text's body are the
ids of what there is. The body is JSON unless the headers say otherwise. The answer is a status and a problem's code;
`at` is the field or parameter that the problem then names. `who` may do it: the others get the same answer, or hear
first that they may not.
"""

import re
from typing import NamedTuple

from tests.operations import SCHEMA

BASE = "/api/v1/"


class Bad(NamedTuple):
    name: str
    line: str
    answer: str
    body: str | bytes = b""
    headers: dict[str, str] = {}
    who: str = "admin"
    at: str = ""

    @property
    def method(self) -> str:
        return self.line.partition(" ")[0]

    @property
    def path(self) -> str:
        path = self.line.partition(" ")[2]
        return path if path.startswith("/") else BASE + path

    @property
    def operation(self) -> dict | None:
        """What it asks for, as the schema describes it; None for what there is not."""
        asked, method = self.path.partition("?")[0], self.method.lower()
        for path, operations in SCHEMA["paths"].items():
            if method in operations and re.fullmatch(re.sub(r"{\w+}", "[^/]+", path), asked):
                return operations[method]
        return None
