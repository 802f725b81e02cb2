import json

import pytest
from django.conf import settings as configured
from django.contrib.auth import authenticate
from rest_framework.test import APIClient

from tests.cast import PASSWORD, make_user
from tests.clients import browser
from tests.duels import pause_after
from tests.race import at_once
from tests.refusals import errors_of, nothing_changes, problem_of
from users.hashers import Argon2PasswordHasher
from users.models import AuditEntry, Login
from users.tokens import AccessToken, RefreshToken

URL = "/api/v1/auth/login/"
WEEK, HOUR = 7 * 24 * 3600, 3600


@pytest.fixture
def response(anonymous, alice):
    return anonymous.post(URL, {"login": "alice", "password": PASSWORD}, HTTP_USER_AGENT="Lynx/2.9 " + "x" * 300)


def flags_of(cookie) -> dict:
    return {name: value for name, value in cookie.items() if value and name != "expires"}


def test_it_answers_who_you_are(response, alice):
    assert response.status_code == 200
    assert response.json() == {
        "id": alice.pk,
        "username": "alice",
        "email": "alice@example.org",
        "role": "user",
        "is_active": True,
        "date_joined": alice.date_joined.isoformat().replace("+00:00", "Z"),
    }


def test_it_sets_three_cookies(response):
    assert set(response.cookies) == {"access_token", "refresh_token", "csrftoken"}


def test_the_access_cookie_goes_everywhere_on_this_site(response):
    flags = {"path": "/", "max-age": HOUR, "httponly": True, "samesite": "Lax"}
    assert flags_of(response.cookies["access_token"]) == flags


def test_the_refresh_cookie_goes_only_to_auth(response):
    flags = {"path": "/api/v1/auth/", "max-age": WEEK, "httponly": True, "samesite": "Strict"}
    assert flags_of(response.cookies["refresh_token"]) == flags


def test_a_script_can_read_the_csrf_cookie(response):
    flags = flags_of(response.cookies["csrftoken"])
    assert (flags["path"], flags["samesite"], "httponly" in flags) == ("/", "Lax", False)


def test_with_https_the_cookies_are_secure_and_say_so(anonymous, alice, settings):
    """What the browser then enforces (RFC 6265bis, 4.1.3): `__Host-` is Secure, has Path=/ and no Domain."""
    settings.HTTPS = settings.CSRF_COOKIE_SECURE = True
    settings.ACCESS_COOKIE, settings.REFRESH_COOKIE = "__Host-access_token", "__Secure-refresh_token"
    cookies = anonymous.post(URL, {"login": "alice", "password": PASSWORD}).cookies
    assert set(cookies) == {"__Host-access_token", "__Secure-refresh_token", "csrftoken"}
    assert all(cookie["secure"] for cookie in cookies.values())
    access = {"path": "/", "max-age": HOUR, "httponly": True, "samesite": "Lax", "secure": True}
    assert flags_of(cookies["__Host-access_token"]) == access


def test_the_body_has_no_token_in_it(response):
    assert b"eyJ" not in response.content
    assert response["Cache-Control"] == "no-store"


def test_the_cookies_name_one_new_login(response, alice):
    login = Login.objects.get()
    assert (login.user, login.revoked_at) == (alice, None)
    assert login.user_agent == ("Lynx/2.9 " + "x" * 300)[:255]
    assert AccessToken(response.cookies["access_token"].value).login() == login
    assert RefreshToken(response.cookies["refresh_token"].value).login() == login


def test_the_tokens_tell_nothing_of_the_user_but_ids(response, alice):
    claims = AccessToken(response.cookies["access_token"].value).payload
    assert claims.keys() == {"token_type", "exp", "iat", "jti", "user_id", "login_id"}
    assert claims["user_id"] == str(alice.pk)


def test_with_the_cookies_you_are_in(response, anonymous):
    assert anonymous.get("/api/v1/users/me/").json() == response.json()


@pytest.mark.parametrize("login", ["alice", "ALICE", "alice@example.org", "Alice@EXAMPLE.org", "  alice "])
def test_username_and_email_do_in_any_case(anonymous, alice, login):
    assert anonymous.post(URL, {"login": login, "password": PASSWORD}).json()["id"] == alice.pk


def test_each_login_is_one_of_its_own(alice):
    for _ in range(2):
        APIClient().post(URL, {"login": "alice", "password": PASSWORD})
    assert alice.logins.alive().count() == 2


def test_the_csrf_token_is_new_after_a_login(alice):
    """One that was planted before it is worth nothing after it."""
    client = browser()
    before = client.cookies["csrftoken"].value
    client.post(URL, {"login": "alice", "password": PASSWORD})
    assert client.cookies["csrftoken"].value != before


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("alice", "wrong-password-42"),
        ("nobody", PASSWORD),
        ("alice@example.org", PASSWORD.upper()),
        ("nobody@example.org", PASSWORD),
        ("alice", f" {PASSWORD}"),
        ("deactivated", PASSWORD),
        ("alice%", PASSWORD),
        ("ali_e", PASSWORD),
        ("a" * 254, PASSWORD),
    ],
)
def test_whatever_is_wrong_the_answer_is_the_same(anonymous, alice, login, password):
    make_user("deactivated", is_active=False)
    with nothing_changes(AuditEntry):
        response = anonymous.post(URL, {"login": login, "password": password}, HTTP_X_REQUEST_ID="the-same-id")
    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")
    assert json.loads(response.content) == {
        "type": "about:blank",
        "title": "Unauthorized",
        "status": 401,
        "code": "invalid_credentials",
        "detail": "No active account has this login and password. Try again, or reset the password.",
    }
    assert not response.cookies
    wrong = anonymous.post(URL, {"login": "alice", "password": "?"}, HTTP_X_REQUEST_ID="the-same-id")
    assert response.content == wrong.content
    assert response.headers == wrong.headers


@pytest.mark.parametrize("login", ["alice", "nobody", "deactivated"])
def test_whatever_is_wrong_the_work_is_the_same(anonymous, alice, login, monkeypatch):
    """One hash each: how long the answer takes tells nothing either."""
    make_user("deactivated", is_active=False)
    hashes = []
    for work in ("encode", "verify"):
        original = getattr(Argon2PasswordHasher, work)
        monkeypatch.setattr(Argon2PasswordHasher, work, lambda *args, do=original: hashes.append(1) or do(*args))
    anonymous.post(URL, {"login": login, "password": "wrong-password-42"})
    assert len(hashes) == 1


@pytest.mark.parametrize(
    ("sent", "errors"),
    [
        ({}, [("login", "required"), ("password", "required")]),
        ({"login": "", "password": ""}, [("login", "blank"), ("password", "blank")]),
        ({"login": None, "password": None}, [("login", "null"), ("password", "null")]),
        ({"login": ["alice"], "password": {}}, [("login", "invalid"), ("password", "invalid")]),
        ({"login": "a" * 255, "password": "p" * 129}, [("login", "max_length"), ("password", "max_length")]),
        ([], [("non_field_errors", "invalid")]),
    ],
)
def test_a_malformed_body_is_refused(anonymous, db, sent, errors):
    with nothing_changes():
        assert errors_of(anonymous.post(URL, sent)) == errors


def test_a_form_is_refused(alice):
    """JSON alone: a page of another site can send a form, but no JSON, without asking first."""
    with nothing_changes():
        response = APIClient().post(URL, {"login": "alice", "password": PASSWORD}, format="multipart")
    assert problem_of(response) == (415, "unsupported_media_type")


def test_it_looks_at_no_credentials(alice):
    client = APIClient(HTTP_AUTHORIZATION="Bearer broken")
    client.cookies[configured.ACCESS_COOKIE] = "broken"
    assert client.post(URL, {"login": "alice", "password": PASSWORD}).status_code == 200


@pytest.mark.parametrize("meanwhile", ["password", "deactivation"])
def test_what_ends_every_login_does_not_miss_one_that_is_just_being_made(anonymous, alice, ada, monkeypatch, meanwhile):
    """The old password was right when it was checked; by the time of the login it is no longer."""

    def check_then_change(*args, **kwargs):
        user = authenticate(*args, **kwargs)
        if meanwhile == "password":
            alice.change_password("gazpacho-with-nettles-43")
        else:
            alice.change(is_active=False)
        return user

    monkeypatch.setattr("users.serializers.authenticate", check_then_change)
    response = anonymous.post(URL, {"login": "alice", "password": PASSWORD})
    assert problem_of(response) == (401, "invalid_credentials")
    assert not response.cookies
    assert not Login.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_nor_one_that_is_made_while_the_password_is_changed(anonymous, alice, monkeypatch):
    """The login is stopped before it is written; the new password then has to wait, and ends it."""
    is_there, _ = pause_after(monkeypatch, Login, "__init__")

    def change_password():
        assert is_there.wait(10)
        alice.change_password("gazpacho-with-nettles-43")

    log_in, _ = at_once(lambda: anonymous.post(URL, {"login": "alice", "password": PASSWORD}), change_password)
    assert log_in.status_code == 200
    assert Login.objects.get().revoked_at
