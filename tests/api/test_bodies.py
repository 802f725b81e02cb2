"""A body is JSON in UTF-8 that a field here could hold. What is refused is in `tests/corpus/bodies.py`."""

import json

import pytest
from rest_framework.test import APIClient

from tests.refusals import errors_of, nothing_changes, problem_of
from users.models import User

URL = "/api/v1/auth/register/"


def send(body: bytes, content_type: str = "application/json", **extra):
    return APIClient().generic("POST", URL, body, content_type, **extra)


def test_the_refusal_says_what_is_wrong(db):
    for body, detail in [
        (b"{", "The body is not JSON that this API takes: Expecting property name enclosed in double quotes"),
        (b'{"n": 9223372036854775808}', "The body is not JSON that this API takes: an integer has more than 64 bits."),
        (b'{"n": 1e999}', "The body is not JSON that this API takes: 1e999 is not a finite number."),
        (
            b'{"n": "\\u0000"}',
            "The body is not JSON that this API takes: a string has a NUL or a lone surrogate in it.",
        ),
        (b"[" * 100_000, "The JSON is nested too deeply."),
        (b"\xff", "The body is not UTF-8."),
    ]:
        assert send(body).json()["detail"].startswith(detail)


@pytest.mark.parametrize("body", [b"", b"{}"])
def test_an_empty_body_has_none_of_the_fields(db, body):
    assert errors_of(send(body)) == [("username", "required"), ("email", "required"), ("password", "required")]


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON"])
def test_the_extremes_of_what_can_be_held_are_read(db, content_type):
    body = {
        "username": "dora",
        "email": "dora@example.org",
        "password": "пароль-🎬-пароль",
        "unknown": [2**63 - 1, -(2**63), 1e308, {"": None}, [[[[]]]], "\x01\ufffe"],
    }
    assert send(json.dumps(body, ensure_ascii=False).encode(), content_type).status_code == 201
    assert User.objects.get().check_password("пароль-🎬-пароль")


def padded(size: int) -> bytes:
    """A JSON object of so many bytes."""
    return b'{"username": "' + b"d" * (size - 16) + b'"}'


def test_a_json_of_a_million_bytes_is_read_and_one_more_is_not(db):
    with nothing_changes():
        assert problem_of(send(padded(1_000_000))) == (400, "invalid")
        assert problem_of(send(padded(1_000_001))) == (413, "payload_too_large")


def test_a_body_that_nothing_takes_is_refused_outside_of_the_api_too(db):
    assert problem_of(APIClient().generic("POST", "/admin/login/", b"x" * 5_100_001)) == (413, "payload_too_large")


class Broken:
    """The body of a client that goes away in the middle of it."""

    def read(self, *args):
        raise OSError("connection reset by peer")

    readline = read


def test_a_body_that_breaks_off_is_refused(db):
    with nothing_changes():
        response = send(b"{}", **{"wsgi.input": Broken()})
    assert problem_of(response) == (400, "parse_error")
