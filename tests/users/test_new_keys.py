"""
New keys in the middle of a visit, as docs/operations.md tells to bring them in: nobody is logged out while the old ones
are among the fallbacks, and nothing that they signed is good for anything afterwards.
"""

import json
import os
import subprocess
import sys
import time

import jwt
import pytest
from django.conf import settings as current
from django.test import Client
from rest_framework.test import APIClient

from tests.cast import PASSWORD
from tests.cinema import ids_of
from tests.clients import browser, program
from tests.refusals import nothing_changes, problem_of
from tests.users.test_password_reset import CONFIRM, link_for
from users.tokens import AccessToken, RefreshToken, TokenBackend

ME, REFRESH = "/api/v1/users/me/", "/api/v1/auth/token/refresh/"
OLD, OLD_REFRESH, NEW, NEW_REFRESH = (f"{name} key, as long as the longest needs to be, and " * 2 for name in "abcd")


@pytest.fixture
def start_with(settings, monkeypatch):
    """Start again: the first key of each kind signs, and the others are still taken."""

    def start(access: list[str], refresh: list[str]) -> None:
        settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS = access
        settings.REFRESH_SECRET_KEY, *settings.REFRESH_SECRET_KEY_FALLBACKS = refresh
        monkeypatch.setattr(AccessToken, "_token_backend", TokenBackend(*access))
        monkeypatch.setattr(RefreshToken, "_token_backend", TokenBackend(*refresh))

    start([OLD], [OLD_REFRESH])
    return start


def is_signed_with(key: str, token: str) -> bool:
    return RefreshToken._token_backend.is_signed_with(key, token)


def token_pair(name: str) -> dict:
    return APIClient().post("/api/v1/auth/token/", {"login": name, "password": PASSWORD}).json()


def test_first_every_server_learns_the_new_key_and_goes_on_with_the_old_one(start_with, alice):
    start_with([NEW, OLD], [NEW_REFRESH, OLD_REFRESH])
    from_one_that_signs_with_it = token_pair("alice")

    start_with([OLD, NEW], [OLD_REFRESH, NEW_REFRESH])
    bearer = APIClient(HTTP_AUTHORIZATION=f"Bearer {from_one_that_signs_with_it['access']}")
    assert bearer.get(ME).status_code == 200
    pair = APIClient().post(REFRESH, {"refresh": from_one_that_signs_with_it["refresh"]}).json()
    assert is_signed_with(OLD, pair["access"])
    assert is_signed_with(OLD_REFRESH, pair["refresh"])


def test_a_browser_goes_on(start_with, alice, showtime):
    alices = browser()
    assert alices.post("/api/v1/auth/login/", {"login": "alice", "password": PASSWORD}).status_code == 200
    alices.credentials(HTTP_X_CSRFTOKEN=alices.cookies["csrftoken"].value)

    start_with([NEW, OLD], [NEW_REFRESH, OLD_REFRESH])
    body = {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, "B1", "B2")}
    assert alices.post("/api/v1/reservations/", body).status_code == 201
    assert alices.post("/api/v1/auth/refresh/").status_code == 200
    assert is_signed_with(NEW, alices.cookies[current.ACCESS_COOKIE].value)
    assert is_signed_with(NEW_REFRESH, alices.cookies[current.REFRESH_COOKIE].value)

    start_with([NEW], [NEW_REFRESH])
    assert alices.get(ME).json()["username"] == "alice"
    assert alices.post("/api/v1/auth/refresh/").status_code == 200
    assert alices.post("/api/v1/auth/logout/").status_code == 204


def test_a_program_goes_on(start_with, bob):
    pair = token_pair("bob")

    start_with([NEW, OLD], [NEW_REFRESH, OLD_REFRESH])
    assert APIClient(HTTP_AUTHORIZATION=f"Bearer {pair['access']}").get(ME).status_code == 200
    pair = APIClient().post(REFRESH, {"refresh": pair["refresh"]}).json()
    assert is_signed_with(NEW, pair["access"])
    assert is_signed_with(NEW_REFRESH, pair["refresh"])

    start_with([NEW], [NEW_REFRESH])
    assert APIClient(HTTP_AUTHORIZATION=f"Bearer {pair['access']}").get(ME).status_code == 200
    assert APIClient().post(REFRESH, {"refresh": pair["refresh"]}).status_code == 200


def test_the_admin_site_goes_on(start_with, ada):
    adas = Client()
    assert adas.login(username="ada", password=PASSWORD)

    start_with([NEW, OLD], [NEW_REFRESH])
    assert adas.get("/admin/").status_code == 200

    start_with([NEW], [NEW_REFRESH])
    assert adas.get("/admin/").status_code == 200


def test_a_mailed_link_stays_good(start_with, alice):
    link = link_for(alice)
    start_with([NEW, OLD], [NEW_REFRESH])
    assert APIClient().post(CONFIRM, link).status_code == 204


def test_afterwards_the_old_keys_open_nothing(start_with, alice, ada):
    pair, link, adas = token_pair("alice"), link_for(alice), Client()
    assert adas.login(username="ada", password=PASSWORD)

    start_with([NEW], [NEW_REFRESH])
    with nothing_changes():
        assert APIClient(HTTP_AUTHORIZATION=f"Bearer {pair['access']}").get(ME).status_code == 401
        assert problem_of(APIClient().post(REFRESH, {"refresh": pair["refresh"]})) == (401, "authentication_failed")
        assert problem_of(APIClient().post(CONFIRM, link)) == (400, "invalid")
        assert adas.get("/admin/")["Location"] == "/admin/login/?next=/admin/"
        bearer = APIClient(HTTP_AUTHORIZATION=f"Bearer {pair['access']}")
        assert bearer.post("/api/v1/auth/logout/").status_code == 204  # and has ended nothing


def test_meanwhile_an_old_token_logs_out(start_with, alice):
    bearer = program(alice.logins.create())
    start_with([NEW, OLD], [NEW_REFRESH, OLD_REFRESH])
    assert bearer.post("/api/v1/auth/logout/").status_code == 204
    assert not alice.logins.alive().exists()


@pytest.mark.parametrize("key", [OLD, NEW], ids=["old", "new"])
@pytest.mark.parametrize(
    "change",
    [
        {"key": OLD_REFRESH},
        {"key": NEW_REFRESH},
        {"key": "another key, as long as the longest needs to be, never ours at all"},
        {"algorithm": "HS512"},
        {"algorithm": "none", "key": None},
        {"headers": {"crit": ["exp"]}},
        {"claims": {"exp": int(time.time()) - 60}},
        {"claims": {"token_type": "refresh"}},
    ],
    ids=[
        "old key of the other kind",
        "new key of the other kind",
        "another key",
        "algorithm",
        "none",
        "crit",
        "exp",
        "type",
    ],
)
def test_meanwhile_every_other_rule_stays(start_with, alice, key, change):
    start_with([NEW, OLD], [NEW_REFRESH, OLD_REFRESH])
    good = AccessToken.of(alice.logins.create()).payload

    def ask(key=key, algorithm="HS256", headers=None, claims=()) -> int:
        token = jwt.encode(good | dict(claims), key, algorithm, headers)
        return APIClient(HTTP_AUTHORIZATION=f"Bearer {token}").get(ME).status_code

    assert ask() == 200
    assert ask(**change) == 401


SCRIPT = """
import json, sys, django, jwt
django.setup()
from tests.users.taken import takes
from users.models import Login
from users.tokens import AccessToken, RefreshToken

report = {}
for kind in (AccessToken, RefreshToken):
    claims = kind.of(Login(pk=7, user_id=3)).payload
    report[kind.token_type] = [takes(kind, jwt.encode(claims, key)) for key in sys.argv[1:]]
print(json.dumps(report))
"""


def test_the_environment_names_them():
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "project.settings",
        "SECRET_KEY": "a" + current.SECRET_KEY,
        "SECRET_KEY_FALLBACKS": f"b{current.SECRET_KEY},c{current.SECRET_KEY}",
        "REFRESH_SECRET_KEY": "d" + current.SECRET_KEY,
        "REFRESH_SECRET_KEY_FALLBACKS": "e" + current.SECRET_KEY,
    }
    keys = [letter + current.SECRET_KEY for letter in "abcdef"]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *keys], env=environment, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == {
        "access": [True, True, True, False, False, False],
        "refresh": [False, False, False, True, True, False],
    }
