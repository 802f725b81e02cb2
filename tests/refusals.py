"""What a refusal looks like, whoever refuses (RFC 9457), and that it changed nothing."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

from django.db import OperationalError, models

from tests.rows import everything

PAGE = Path(__file__).parent.parent / "docs/errors.md"
DOCUMENTED = {(int(status), code) for status, code in re.findall(r"(?m)^\| (\d{3}) \| `(\w+)`", PAGE.read_text())}


def problem_of(response) -> tuple[int, str]:
    """The status and the code of a well-formed problem, which docs/errors.md has, so that every test looks after it."""
    assert response["Content-Type"] == "application/problem+json", response.content
    body = response.json()
    assert body["type"] == "about:blank"
    assert (body["status"], body["title"]) == (response.status_code, HTTPStatus(response.status_code).phrase)
    assert isinstance(body["detail"], str)
    assert body["detail"]
    assert (response.status_code, body["code"]) in DOCUMENTED
    return response.status_code, body["code"]


def errors_of(response) -> list[tuple[str, str]]:
    """Where and why the values of a request are refused."""
    assert problem_of(response) == (400, "invalid")
    errors = response.json()["errors"]
    assert all(error.keys() == {"attr", "code", "detail"} and error["detail"] for error in errors)
    return [(error["attr"], error["code"]) for error in errors]


def lights_out(*args, **kwargs) -> None:
    """In the place of what was to write: the database is lost at that moment."""
    raise OperationalError("server closed the connection unexpectedly")


@contextmanager
def nothing_changes(*but: type[models.Model]) -> Iterator[None]:
    """No row of the database, but perhaps of these tables, is another afterwards."""
    before = everything(*but)
    yield
    assert everything(*but) == before
