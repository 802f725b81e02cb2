"""What a real server writes during a visit with answers of every kind: lines of JSON, and no secret in any of them."""

import json
import re
import secrets
import socket
import time
from http.client import HTTPConnection
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests import harness
from tests.cast import PASSWORD, make_user
from tests.cinema import ids_of
from users.models import Login, Role
from users.tokens import AccessToken

pytestmark = pytest.mark.django_db(transaction=True)

WRONG, NEW = "a-wrong-password-of-alices", "gazpacho-with-nettles-43"
FAILS = {"password": "lentils-with-sorrel-77", "email": "somebody@example.org"}


class Visitor:
    """Asks, and writes down what the log has to say about it: one line, with the id of the answer."""

    def __init__(self, address: tuple[str, int]):
        self.address = address
        self.expected = []

    def ask(self, asked: str, status: int, path: str | None = None, code=None, user=None, body=None, **headers):
        """`path` is what the log calls it, where it is not what was asked for."""
        method, target = asked.split(" ")
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None and not isinstance(body, str):
            headers, body = {"Content-Type": "application/json"} | headers, json.dumps(body)
        connection = HTTPConnection(*self.address, timeout=30)
        connection.request(method, target, body, headers)
        response = connection.getresponse()
        content = response.read()
        connection.close()
        assert response.status == status, content
        assert "Server" not in response.headers
        path = target.partition("?")[0] if path is None else path
        self.expected.append((response.headers["X-Request-ID"], method, path, status, code, user and user.pk))
        cookies = dict(each.split(";")[0].split("=", 1) for each in response.headers.get_all("Set-Cookie", ()))
        return SimpleNamespace(headers=response.headers, content=content, cookies=cookies)

    def speak(self, words: str) -> bytes:
        with socket.create_connection(self.address, timeout=30) as wire:
            wire.sendall(words.encode())
            return wire.makefile("rb").read()


def lines_of(log: Path) -> list[dict]:
    return [json.loads(line) for line in log.read_text().splitlines()]


def mail_in(folder: Path) -> str:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for file in folder.glob("*"):
            if found := re.search(r"/reset/\S+/\S+", file.read_text()):
                return found[0]
        time.sleep(0.1)
    raise AssertionError("No mail came.")


def test_a_visit_with_answers_of_every_kind(tmp_path, settings, showtime):
    alice, ada = make_user("alice"), make_user("ada", Role.ADMIN)
    token = str(AccessToken.of(Login.objects.create(user=ada)))
    query_token = secrets.token_urlsafe()
    keys = {"SECRET_KEY": settings.SECRET_KEY, "REFRESH_SECRET_KEY": settings.REFRESH_SECRET_KEY}
    environment = harness.environment(
        harness.database_of_the_tests(),
        tmp_path,
        **keys,
        **{"WEB_CONCURRENCY": "2", "THROTTLE_LOGIN": "2/minute", "EMAIL_URL": f"filemail:///{tmp_path}/mail"},
    )
    log = tmp_path / "log"
    with harness.serve(environment, log, "tests.project.broken") as address:
        visitor = Visitor(address)
        ask = visitor.ask
        seats = f"/api/v1/showtimes/{showtime.pk}/seats/"
        booking = {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, "A1")}
        login = {"login": "alice@example.org", "password": PASSWORD}

        etag = ask(f"GET {seats}?token={query_token}", 200).headers["ETag"]
        ask(f"HEAD {seats}", 200)
        ask(f"GET {seats}", 304, If_None_Match=etag)
        ask("GET /api/v1/users/me/", 401, code="not_authenticated", X_Request_ID="an-id-of-the-client")
        poster = tmp_path / f"media/posters/{'0' * 32}.webp"
        poster.parent.mkdir(parents=True)
        poster.write_bytes(b"a poster" * 500_000)  # which only the loop can send
        ask(f"GET /media/posters/{poster.name}?token={query_token}", 200, path="/media/<path:name>")
        bad = {"code": "authentication_failed", "Authorization": f"Bearer {query_token}"}
        ask("GET /api/v1/users/me/", 401, **bad)

        cookies = ask("POST /api/v1/auth/login/", 200, body=login).cookies
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()), "user": alice}
        ask("POST /api/v1/auth/login/", 401, code="invalid_credentials", body={**login, "password": WRONG})
        ask("POST /api/v1/auth/login/", 429, code="throttled", body={**login, "password": WRONG})
        ask("GET /api/v1/users/me/", 200, **sent)
        unchecked = {"Cookie": sent["Cookie"]}
        ask("POST /api/v1/reservations/", 403, code="csrf_failed", body=booking, **unchecked)
        ask("POST /api/v1/reservations/", 201, body=booking, X_CSRFToken=cookies["csrftoken"], **sent)
        refused = {"code": "seats_unavailable", "user": ada, "Authorization": f"Bearer {token}"}
        ask("POST /api/v1/reservations/", 409, body=booking, **refused)
        ask(
            "POST /api/v1/auth/register/",
            400,
            code="parse_error",
            body='{"password": "' + NEW,
            Content_Type="application/json",
        )

        ask("POST /api/v1/auth/password/reset/", 202, body={"email": "alice@example.org"})
        link = mail_in(tmp_path / "mail")
        uid, reset_token = link.split("/")[-2:]
        ask(f"GET {link}?email=alice@example.org", 404, path="", code="not_found")
        ask("GET /api/v1/genres/alice@example.org/", 404, path="", code="not_found")
        ask(f"GET /api/v1/genres/{WRONG}/", 404, path="/api/v1/genres/<slug:slug>/", code="not_found")
        body = {"uid": uid, "token": reset_token, "new_password": NEW}
        ask("POST /api/v1/auth/password/reset/confirm/", 204, body=body)

        form = {"Content_Type": "application/x-www-form-urlencoded", "body": f"username=ada&password={PASSWORD}"}
        ask("POST /admin/login/?next=/alice@example.org", 403, code="csrf_failed", **form)
        as_ada = {"user": ada, "Authorization": f"Bearer {token}"}
        ask("POST /api/v1/genres/?email=alice@example.org", 500, code="server_error", body=FAILS, **as_ada)
        locked = {"code": "service_unavailable", "body": {"password": "locked"}}
        ask("POST /api/v1/genres/", 503, **locked, **as_ada)

        answer = visitor.speak(f"GET /a b?token={query_token} HTTP/1.1\r\n\r\n")
        answer += visitor.speak(f"GET / HTTP/1.1\r\nHost: a\r\nAuthorization : Bearer {token}\r\n\r\n")
        assert answer.count(b" 400 Bad Request\r\n") == 2
        refused_as = re.findall(rb"^X-Request-Id: ([0-9a-f]{32})\r$", answer, re.MULTILINE | re.IGNORECASE)
        assert answer.count(b"\r\nX-Content-Type-Options: nosniff\r\n") == 2
        assert answer.count(b"\r\nContent-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n") == 2
        assert b"\r\nServer:" not in answer

    lines = lines_of(log)
    requests = [line for line in lines if line["logger"] == "project.requests"]
    members = ("request_id", "method", "path", "status", "code", "user_id")
    told = [tuple(line[each] for each in members) for line in requests]
    assert sorted(told, key=str) == sorted(visitor.expected, key=str)  # each worker writes as soon as it can
    assert visitor.expected[3][0] == "an-id-of-the-client"
    assert all(line["milliseconds"] >= line["database_milliseconds"] for line in requests)
    assert all((line["queries"] > 0) == (line["database_milliseconds"] > 0) for line in requests)

    [error] = [line for line in lines if "traceback" in line]
    assert (error["level"], error["request_id"]) == ("error", visitor.expected[-2][0])
    assert error["message"] == "Internal Server Error: /api/v1/genres/"
    assert error["traceback"].splitlines()[-1] == "RuntimeError: [address] asked for too much"
    others = [
        (line["logger"], line["level"], line["message"]) for line in lines if line["logger"] != "project.requests"
    ]
    assert others.count(("waitress", "warning", "Invalid request: bad_request")) == 2
    assert sorted(line["request_id"] for line in lines if line["logger"] == "waitress") == sorted(
        each.decode() for each in refused_as
    )
    assert ("django.security.csrf", "warning", "Forbidden (CSRF cookie not set.): /admin/login/") in others
    assert ("api.problems", "warning", "The database refused: the database is locked") in others

    written = log.read_text()
    tokens = [*cookies.values(), token, query_token, reset_token, *keys.values()]
    words = [PASSWORD, WRONG, NEW, *FAILS.values(), alice.email, ada.email]
    assert len(cookies) == 3
    assert [secret for secret in (*tokens, *words) if secret in written] == []


def test_a_log_that_cannot_be_written_keeps_no_answer_back(tmp_path):
    environment = harness.environment(harness.database_of_the_tests(), tmp_path, WEB_CONCURRENCY="1")
    with harness.serve(environment, Path("/dev/full")) as address:
        visitor = Visitor(address)
        for _ in range(3):
            visitor.ask("GET /api/v1/genres/", 200)
            visitor.ask("GET /nowhere", 404)
