"""
Whoever reads the database, a backup of it or a log, gets in nowhere: nothing that is kept there can be used as a token
(OWASP ASVS 5, 7.2 and 16.2.5).
"""

import logging
import re

import pytest
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.test import Client
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from rest_framework.test import APIClient

from tests.cast import PASSWORD
from tests.cinema import ids_of
from tests.clients import browser
from tests.rows import everything
from tests.security.ways_in import ME, REFRESH, TOKEN_REFRESH, WAYS, Way, with_bearer
from users.models import User

AUTH = "/api/v1/auth/"
WORD = re.compile(r"[A-Za-z0-9_.-]{16,}")  # shorter ones can be guessed without a database


@pytest.fixture
def secrets(alice, ada, showtime, caplog, settings) -> dict[str, str]:
    """What somebody was given in a visit with everything that leaves traces, and went wrong here and there."""
    caplog.set_level(logging.DEBUG)
    credentials = {"login": "alice", "password": PASSWORD}
    person, pair = browser(), APIClient().post(f"{AUTH}token/", credentials).json()
    person.post(f"{AUTH}login/", credentials)
    person.credentials(HTTP_X_CSRFTOKEN=person.cookies["csrftoken"].value)
    assert person.post(REFRESH).status_code == 200
    pair = APIClient().post(TOKEN_REFRESH, {"refresh": pair["refresh"]}).json()
    program = with_bearer(pair["access"])
    body = {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, "A1")}
    assert program.post("/api/v1/reservations/", body, HTTP_IDEMPOTENCY_KEY="my-very-own-key").status_code == 201
    uid, reset = urlsafe_base64_encode(force_bytes(alice.pk)), default_token_generator.make_token(alice)
    admin = Client()
    assert admin.post("/admin/login/", {"username": "ada", "password": PASSWORD}).status_code == 302
    for client in (person, program, APIClient(HTTP_AUTHORIZATION=f"Bearer {pair['refresh']}")):
        for path in (ME, "/api/v1/users/", f"/reset/{uid}/{reset}", "/api/v1/nothing/"):
            client.get(path, {"page": "x"})
    program.post(f"{AUTH}password/reset/confirm/", {"uid": uid, "token": f"{reset}x", "new_password": "x"})
    return {
        "a password": PASSWORD,
        "an access token": pair["access"],
        "a refresh token": pair["refresh"],
        "an access cookie": person.cookies[settings.ACCESS_COOKIE].value,
        "a refresh cookie": person.cookies[settings.REFRESH_COOKIE].value,
        "a link": reset,
        "a session": admin.cookies[settings.SESSION_COOKIE_NAME].value,
    }


@pytest.fixture
def kept(secrets, caplog) -> str:
    """Every value of every row, and all that was logged, with whatever a formatter may make of it."""
    rows = [row for table in everything().values() for row in table]
    return "\n".join([*map(repr, rows), caplog.text, *(repr(record.__dict__) for record in caplog.records)])


def takes(way: Way, word: str) -> bool:
    return way.answer(word) == (way.taken, None)


def opens(word: str, uid: str) -> list[str]:
    """What a word that was found opens."""
    opened = [name for name in ("bearer", "cookie", "refresh cookie", "refresh body") if takes(WAYS[name], word)]
    if Client(headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={word}"}).get("/admin/").status_code == 200:
        opened.append("session")
    link = {"uid": uid, "token": word, "new_password": "gazpacho-with-nettles-43"}
    if APIClient().post(f"{AUTH}password/reset/confirm/", link).status_code == 204:
        opened.append("link")
    return opened


def test_no_secret_is_kept(secrets, kept):
    assert [name for name, secret in secrets.items() if secret in kept] == []


def test_nothing_that_is_kept_opens_anything(kept):
    words = set(WORD.findall(kept))
    assert len(words) > 50
    uid = urlsafe_base64_encode(force_bytes(User.objects.get(username="alice").pk))
    assert {word: opened for word in words if (opened := opens(word, uid))} == {}


def test_each_secret_would_be_noticed(secrets):
    """The control: what was given out does open something."""
    uid = urlsafe_base64_encode(force_bytes(User.objects.get(username="alice").pk))
    assert [name for name, secret in secrets.items() if not opens(secret, uid)] == ["a password"]
