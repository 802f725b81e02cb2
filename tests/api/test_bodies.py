"""A body is JSON in UTF-8 that a field here could hold; anything else is refused once for all, and changes nothing."""

import json

import pytest
from rest_framework.test import APIClient

from tests.refusals import errors_of, nothing_changes, problem_of
from users.models import User

URL = "/api/v1/auth/register/"


def send(body: bytes, content_type: str = "application/json", **extra):
    return APIClient().generic("POST", URL, body, content_type, **extra)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"nothing",
        b"{'username': 'dora'}",
        b'{"username": "dora",}',
        b'{"username": "dora"} {}',
        b"\xef\xbb\xbf{}",
        b'{"username": "d\xf3ra"}',
        '{"username": "dora"}'.encode("utf-16"),
        b'{"username": "dora\\u0000"}',
        b'{"dora\\u0000": 1}',
        b'{"username": "\\ud800"}',
        b'{"username": "\\udfff\\ud800"}',
        b'{"username": ["dora", {"x": "\\ud83c"}]}',
        b'{"username": "\xed\xa0\x80"}',
        b'{"username": 9223372036854775808}',
        b'{"username": -9223372036854775809}',
        b'{"username": ' + b"9" * 5000 + b"}",
        b'{"username": 1e999}',
        b'{"username": -1e999}',
        b'{"username": NaN}',
        b'{"username": Infinity}',
        b'{"username": -Infinity}',
        b"[" * 100_000,
        b"[" * 400_000 + b"]" * 400_000,
        b'{"a":' * 100_000,
    ],
)
def test_what_no_field_can_hold_is_refused(db, body):
    with nothing_changes():
        response = send(body)
    assert problem_of(response) == (400, "parse_error")
    assert len(response.content) < 500


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


@pytest.mark.parametrize(
    "body", [b"[]", b"1", b'"dora"', b"true", b"null", b"-9223372036854775808", b'["\xf0\x9f\x8e\xac"]']
)
def test_json_that_is_no_object_is_a_bad_body(db, body):
    with nothing_changes():
        assert problem_of(send(body)) == (400, "invalid")


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


@pytest.mark.parametrize("content_length", ["5100001", str(2**63), "9" * 400])
def test_a_body_that_nothing_takes_is_refused_by_its_announced_length(db, content_length):
    with nothing_changes():
        response = send(b"{}", CONTENT_LENGTH=content_length)
    assert problem_of(response) == (413, "payload_too_large")
    assert response.json()["detail"] == "This is larger than the server takes."


def test_so_it_is_outside_of_the_api(db):
    assert problem_of(APIClient().generic("POST", "/admin/login/", b"x" * 5_100_001)) == (413, "payload_too_large")


def test_a_length_that_is_no_number_is_refused(db):
    response = send(b"{}", CONTENT_LENGTH="many")
    assert problem_of(response) == (400, "bad_request")
    assert response.json()["detail"] == "Content-Length is not a number."


class Broken:
    """The body of a client that goes away in the middle of it."""

    def read(self, *args):
        raise OSError("connection reset by peer")

    readline = read


def test_a_body_that_breaks_off_is_refused(db):
    with nothing_changes():
        response = send(b"{}", **{"wsgi.input": Broken()})
    assert problem_of(response) == (400, "parse_error")
