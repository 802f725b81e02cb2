"""What a log line says, and above all what it does not."""

import json
import logging
import sys
from collections.abc import Iterator
from datetime import datetime
from smtplib import SMTPRecipientsRefused

import pytest
from django.db import IntegrityError
from django.http import StreamingHttpResponse
from rest_framework.test import APIClient

from movies.views import GenreViewSet
from project.logs import JSONFormatter, TextFormatter
from tests.cinema import make_movie, make_showtime
from tests.clients import browser, program
from users.mail import postman
from users.models import Login
from users.request_id import request_id
from users.tokens import AccessToken

GENRES = "/api/v1/genres/"
FORGED = 'x\n{"level": "info", "message": "all is well"}\r\x1b[2J\u2028y'


def record(message: str, *args, name: str = "somebody", exc_info=None, **extra) -> logging.LogRecord:
    record = logging.LogRecord(name, logging.WARNING, __file__, 1, message, args, exc_info)
    record.__dict__.update(extra)
    return record


def as_json(*args, **kwargs) -> dict:
    line = JSONFormatter().format(record(*args, **kwargs))
    assert line.isprintable()
    return json.loads(line)


def as_text(*args, **kwargs) -> list[str]:
    """Its lines, without the time."""
    first, *more = TextFormatter().format(record(*args, **kwargs)).split("\n")
    datetime.strptime(first[:8], "%H:%M:%S")
    return [first[9:], *more]


def caught(exception: BaseException):
    try:
        raise exception
    except BaseException:
        return sys.exc_info()


def reads(password: str) -> None:
    raise KeyError("starts_at")


def fails() -> None:
    try:
        reads("lentils-" + "with-sorrel")
    except KeyError as error:
        raise RuntimeError("Too much") from error


class TestForms:
    def test_json_says_when_how_bad_who_and_what(self):
        line = as_json("%s of %d", "one", 2)
        assert datetime.fromisoformat(line.pop("time")).utcoffset().total_seconds() == 0
        said = {"level": "warning", "logger": "somebody", "message": "one of 2", "request_id": None}
        assert line == said

    def test_a_request_that_is_under_way_is_named(self):
        request_id.set("this-very-one")
        assert as_json("Hello")["request_id"] == "this-very-one"
        request_id.set("")

    def test_text_is_for_people(self):
        assert as_text("Hello, Zoë") == ["WARNING Hello, Zoë"]

    def test_nobody_forges_a_line(self):
        assert as_json("Not found: %s", FORGED)["message"] == f"Not found: {FORGED}"
        [line] = as_text("Not found: %s", FORGED)
        escaped = '\\n{"level": "info", "message": "all is well"}\\r\\x1b[2J\\u2028y'
        assert line == f"WARNING Not found: x{escaped}"

    @pytest.mark.parametrize("value", ["\ud800", "\x00", "\x9b2J", "\u202e"])
    def test_not_with_odd_characters_either(self, value):
        assert as_json(value)["message"] == value
        assert as_text(value)[0].isprintable()


class TestErrors:
    def test_the_way_there_is_told_without_values(self):
        with pytest.raises(RuntimeError) as caught:
            fails()
        told = as_json("Oh", exc_info=(caught.type, caught.value, caught.tb))["traceback"]
        assert told.startswith("  File ")
        assert "in reads\n" in told
        assert "KeyError: 'starts_at'\n\n  File " in told
        assert told.endswith('in fails\n    raise RuntimeError("Too much") from error\nRuntimeError: Too much')
        assert "lentils-with-sorrel" not in told

    def test_in_text_it_is_indented_so_that_no_line_of_it_looks_like_one_of_ours(self):
        first, *more = as_text("Oh", exc_info=caught(RuntimeError("Too much\n20:15:00 INFO    All is well")))
        assert first == "WARNING Oh"
        assert more[0] == "    request none"
        assert more[-2:] == ["    RuntimeError: Too much", "    20:15:00 INFO    All is well"]
        assert all(line.startswith("    ") for line in more)

    def test_a_databases_error_does_not_tell_the_values_of_the_row(self):
        refusal = 'duplicate key value violates unique constraint "email_unique"'
        error = IntegrityError(f"{refusal}\nDETAIL:  Key (upper(email))=(ALICE@EXAMPLE.ORG) already exists.")
        assert as_json("Refused: %s", error)["message"] == f"Refused: {refusal}"
        assert as_json("Oh", exc_info=caught(error))["traceback"].endswith(f"\nIntegrityError: {refusal}")

    def test_any_other_error_tells_all_its_lines(self):
        told = as_json("Oh", exc_info=caught(RuntimeError("one\ntwo")))["traceback"]
        assert told.endswith("\nRuntimeError: one\ntwo")

    def test_mail_addresses_are_blotted_out(self):
        error = SMTPRecipientsRefused({"alice@example.org": (550, b"<alice@example.org>: no such user")})
        told = [as_json("For alice@example.org: %s", error)["message"], *as_text("Oh", exc_info=caught(error))]
        assert told[0] == "For [address]: {'[address]': (550, b'<[address]>: no such user')}"
        assert "example.org" not in "".join(told)

    def test_what_the_server_names_by_its_path_is_named_no_more(self):
        message = "Exception while serving /reset/MQ/a-token\nof somebody's"
        assert as_json(message, name="waitress")["message"] == "Exception while serving a request"

    def test_it_takes_a_long_word_in_its_stride(self):
        """The search for addresses takes a time that grows with the text, and not with its square."""
        assert len(as_json("x" * 10_000_000)["message"]) == 10_000_000


class Listener(logging.Handler):
    def __init__(self):
        super().__init__()
        self.lines = []
        self.setFormatter(JSONFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(self.format(record)))


@pytest.fixture
def lines() -> Iterator[list[dict]]:
    """What is written meanwhile."""
    listener = Listener()
    logging.root.addHandler(listener)
    yield listener.lines
    logging.root.removeHandler(listener)


class TestRequests:
    def test_each_has_one_line(self, anonymous, lines, db, django_assert_num_queries):
        movie = make_movie()
        response = anonymous.get(f"/api/v1/movies/{movie.pk}/?token=secret", HTTP_X_REQUEST_ID="this-very-one")
        [line] = lines
        with django_assert_num_queries(line["queries"]):
            anonymous.get(f"/api/v1/movies/{movie.pk}/")
        milliseconds, in_database = line.pop("milliseconds"), line.pop("database_milliseconds")
        assert response.status_code == 200
        assert milliseconds >= in_database > 0
        assert line.pop("time")
        assert line == {
            "level": "info",
            "logger": "project.requests",
            "message": f"GET /api/v1/movies/{movie.pk}/ 200 in {milliseconds} ms, 3 queries",
            "request_id": "this-very-one",
            "method": "GET",
            "path": f"/api/v1/movies/{movie.pk}/",
            "status": 200,
            "code": None,
            "queries": 3,
            "user_id": None,
        }

    @pytest.mark.parametrize(
        ("method", "asked", "path", "status", "code"),
        [
            ("HEAD", GENRES, GENRES, 200, None),
            ("GET", "/api/v1/movies/77/", "/api/v1/movies/77/", 404, "not_found"),
            ("GET", "/api/v1/genres/drama/", "/api/v1/genres/<slug:slug>/", 404, "not_found"),
            ("GET", "/media/posters/alice.webp", "/media/<path:name>", 404, "not_found"),
            ("GET", "/reset/MQ/c1a2b3-token", "", 404, "not_found"),
            ("DELETE", GENRES, GENRES, 401, "not_authenticated"),
            ("POST", "/api/v1/auth/login/", "/api/v1/auth/login/", 415, "unsupported_media_type"),
        ],
    )
    def test_it_tells_the_route_and_how_it_ended(self, anonymous, lines, db, method, asked, path, status, code):
        anonymous.generic(method, asked, "x", content_type="text/plain")
        assert [(line["method"], line["path"], line["status"], line["code"]) for line in lines] == [
            (method, path, status, code)
        ]

    def test_a_body_with_a_code_of_its_own_is_no_problem(self, alice, lines):
        showtime = make_showtime()
        body = {"showtime_id": showtime.pk, "quantity": 1}
        response = program(alice.logins.create()).post("/api/v1/reservations/", body)
        assert (response.status_code, len(response.json()["code"])) == (201, 8)
        assert lines[-1]["code"] is None

    @pytest.mark.parametrize("come_in", [program, browser], ids=["bearer", "cookie"])
    def test_it_tells_who_asked(self, alice, lines, come_in):
        come_in(alice.logins.create()).get("/api/v1/users/me/")
        assert lines[-1]["user_id"] == alice.pk

    def test_on_the_admin_site_too(self, client, ada, lines):
        client.force_login(ada)
        client.get("/admin/")
        assert (lines[-1]["path"], lines[-1]["user_id"]) == ("/admin/", ada.pk)

    def test_but_looks_nobody_up_for_it(self, client, ada, lines):
        client.force_login(ada)
        client.get("/nowhere")
        assert (lines[-1]["queries"], lines[-1]["user_id"]) == (0, None)

    def test_what_is_streamed_counts_in_whole(self, anonymous, lines, db, monkeypatch):
        def stream():
            yield b"1"
            Login.objects.count()
            yield b"2"

        monkeypatch.setattr(GenreViewSet, "dispatch", lambda *args, **kwargs: StreamingHttpResponse(stream()))
        response = anonymous.get(GENRES)
        assert lines == []
        assert b"".join(response.streaming_content) == b"12"
        assert [(line["queries"], line["request_id"]) for line in lines] == [(1, response["X-Request-ID"])]

    @pytest.mark.parametrize("path", ["/livez", "/readyz", "/api/v1/genres"])
    def test_there_is_no_line_for_what_no_view_has_to_do_with(self, anonymous, lines, db, path):
        assert anonymous.get(path).status_code < 400
        assert lines == []

    def test_but_there_is_when_the_server_is_not_ready(self, anonymous, lines, db, monkeypatch):
        monkeypatch.setattr("project.health.database_is_migrated", lambda: False)
        anonymous.get("/readyz")
        said = [(line["path"], line["status"]) for line in lines if line["logger"] == "project.requests"]
        assert said == [("/readyz", 503)]

    def test_a_failure_is_told_with_its_request_and_without_its_path(self, ada, lines, monkeypatch):
        monkeypatch.setattr(GenreViewSet, "destroy", lambda *args, **kwargs: {}["nothing"])
        client = APIClient(raise_request_exception=False)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {AccessToken.of(ada.logins.create())}")
        response = client.delete("/api/v1/genres/a-word-of-mine/")
        error, line = lines
        assert error["message"] == "Internal Server Error: /api/v1/genres/<slug:slug>/"
        assert error["traceback"].endswith("\nKeyError: 'nothing'")
        assert error["request_id"] == line["request_id"] == response["X-Request-ID"] == response.json()["request_id"]
        assert (line["status"], line["code"], line["user_id"]) == (500, "server_error", ada.pk)

    @pytest.mark.django_db(transaction=True)
    def test_the_postman_says_for_which_request_a_mail_did_not_go(self, anonymous, alice, lines, monkeypatch):
        def fails(*args):
            raise SMTPRecipientsRefused({alice.email: (550, b"no such user")})

        monkeypatch.setattr("users.mail.send_mail", fails)
        anonymous.post("/api/v1/auth/password/reset/", {"email": alice.email}, HTTP_X_REQUEST_ID="this-very-one")
        postman.submit(int).result(timeout=20)
        [told] = [line for line in lines if line["logger"] == "users.mail"]
        assert (told["level"], told["request_id"]) == ("error", "this-very-one")
        assert "SMTPRecipientsRefused: {'[address]'" in told["traceback"]
