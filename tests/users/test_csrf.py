"""
Another site's page can make a browser send cookies, and read nothing of the answer (OWASP CSRF Prevention).

So an unsafe request that comes in by cookie shows a token that only this site's pages can read, and comes from no
foreign Origin. APIClient leaves these checks out unless it is told to enforce them, as `browser` does.
"""

import pytest
from django.conf import settings as configured
from rest_framework.test import APIClient

from tests.cast import PASSWORD
from tests.clients import browser, program
from tests.refusals import nothing_changes, problem_of
from users.models import Login
from users.tokens import AccessToken, RefreshToken

ME, CSRF, REFRESH = "/api/v1/users/me/", "/api/v1/auth/csrf/", "/api/v1/auth/refresh/"
LOGIN, REGISTER = "/api/v1/auth/login/", "/api/v1/auth/register/"
FOREIGN = ("https://elsewhere.example", "http://testserver.elsewhere.example", "http://testserver:81", "null", "")
CREDENTIALS = {"login": "alice", "password": PASSWORD}
DORA = {"username": "dora", "email": "dora@example.org", "password": PASSWORD}


@pytest.fixture
def login(alice) -> Login:
    return alice.logins.create()


@pytest.fixture
def tokenless(login) -> APIClient:
    """Alice's browser, led by another site: it sends her cookies, and no X-CSRFToken."""
    client = browser(login)
    client.credentials()
    return client


def assert_refused(response) -> None:
    assert problem_of(response) == (403, "csrf_failed")
    assert response.json()["detail"].startswith("CSRF failed: ")


def test_the_token_comes_as_a_cookie_and_in_the_body(db):
    client = APIClient()
    response = client.get(CSRF)
    assert response.status_code == 200
    assert response.json().keys() == {"csrf_token"}
    assert response.cookies["csrftoken"].value
    assert response["Cache-Control"] == "no-store"
    assert client.get(CSRF).cookies["csrftoken"].value == response.cookies["csrftoken"].value


def test_the_token_of_the_body_and_the_value_of_the_cookie_both_do(login):
    client = browser(login)
    for token in (client.get(CSRF).json()["csrf_token"], client.cookies["csrftoken"].value):
        client.credentials(HTTP_X_CSRFTOKEN=token)
        assert client.patch(ME, {}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("patch", ME),
        ("post", "/api/v1/auth/password/change/"),
        ("post", "/api/v1/auth/logout/all/"),
        ("post", "/api/v1/auth/logout/"),
        ("post", REFRESH),
        ("delete", "/api/v1/users/me/logins/1/"),
        ("post", "/api/v1/reservations/"),
        ("post", "/api/v1/reservations/1/cancel/"),
        ("post", "/api/v1/movies/"),
        ("put", "/api/v1/movies/1/"),
    ],
)
@pytest.mark.parametrize("token", [None, "", "x", "x" * 32, "x" * 64])
def test_no_unsafe_request_passes_by_cookie_without_the_token(tokenless, method, path, token):
    if token is not None:
        tokenless.credentials(HTTP_X_CSRFTOKEN=token)
    with nothing_changes():
        assert_refused(getattr(tokenless, method)(path, {}))


def test_a_token_without_its_cookie_is_worth_nothing(login):
    client = browser(login)
    del client.cookies["csrftoken"]
    with nothing_changes():
        assert_refused(client.patch(ME, {"username": "mallory"}))


def test_the_token_of_another_browser_is_worth_nothing(login, tokenless):
    tokenless.credentials(HTTP_X_CSRFTOKEN=browser().cookies["csrftoken"].value)
    with nothing_changes():
        assert_refused(tokenless.patch(ME, {"username": "mallory"}))


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_safe_methods_need_none(tokenless, method):
    assert getattr(tokenless, method)(ME).status_code == 200


def test_a_cookie_that_counts_for_nothing_needs_none(db):
    """Then the request is anonymous, and 401 tells a browser what to do: log in."""
    client = APIClient(enforce_csrf_checks=True)
    client.cookies[configured.ACCESS_COOKIE] = "stale"
    assert problem_of(client.patch(ME, {})) == (401, "not_authenticated")


def test_a_bearer_needs_none_even_beside_cookies(login):
    client = APIClient(enforce_csrf_checks=True, HTTP_AUTHORIZATION=f"Bearer {AccessToken.of(login)}")
    client.cookies[configured.ACCESS_COOKIE] = str(AccessToken.of(login))
    assert client.patch(ME, {}, HTTP_ORIGIN=FOREIGN[0]).status_code == 200


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_foreign_origin_is_refused_whatever_the_token(login, origin):
    client = browser(login)
    with nothing_changes():
        assert_refused(client.patch(ME, {"username": "mallory"}, HTTP_ORIGIN=origin))
        assert_refused(client.post(REFRESH, HTTP_ORIGIN=origin))
        assert_refused(client.post("/api/v1/auth/logout/", HTTP_ORIGIN=origin))


def test_the_own_origin_is_welcome(login):
    client = browser(login)
    assert client.patch(ME, {}, HTTP_ORIGIN="http://testserver").status_code == 200
    assert client.post(REFRESH, HTTP_ORIGIN="http://testserver").status_code == 200


def test_with_https_and_no_origin_the_referer_is_looked_at(login):
    client = browser(login)
    assert client.patch(ME, {}, secure=True, HTTP_REFERER="https://testserver/box-office").status_code == 200
    with nothing_changes():
        assert_refused(client.patch(ME, {"username": "mallory"}, secure=True, HTTP_REFERER="https://elsewhere.example"))
        assert_refused(client.patch(ME, {"username": "mallory"}, secure=True))


@pytest.mark.parametrize(("path", "sent", "status"), [(LOGIN, CREDENTIALS, 200), (REGISTER, DORA, 201)])
class TestLoginCsrf:
    """Nobody is logged in unawares, as somebody else: no other site's page can do it (OWASP Login CSRF)."""

    @pytest.mark.parametrize("origin", FOREIGN)
    def test_a_foreign_origin_is_refused(self, alice, path, sent, status, origin):
        with nothing_changes():
            response = APIClient(enforce_csrf_checks=True).post(path, sent, HTTP_ORIGIN=origin)
        assert_refused(response)
        assert not response.cookies

    @pytest.mark.parametrize("origin", [None, "http://testserver"])
    def test_the_own_origin_and_none_are_welcome_without_a_token(self, alice, path, sent, status, origin):
        headers = {"HTTP_ORIGIN": origin} if origin else {}
        assert APIClient(enforce_csrf_checks=True).post(path, sent, **headers).status_code == status

    def test_so_is_an_origin_that_the_settings_trust(self, alice, path, sent, status, settings):
        settings.CSRF_TRUSTED_ORIGINS = ["https://box-office.example"]
        assert APIClient().post(path, sent, HTTP_ORIGIN="https://box-office.example").status_code == status

    def test_a_form_or_plain_text_is_no_way_around(self, alice, path, sent, status):
        """What a page can send without asking first is refused, Origin or not."""
        with nothing_changes():
            for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
                response = APIClient().generic("POST", path, '{"login": "alice"}', content_type)
                assert problem_of(response) == (415, "unsupported_media_type")


def test_an_origin_that_the_settings_trust_is_welcome_with_the_token(login, tokenless, settings):
    settings.CSRF_TRUSTED_ORIGINS = ["https://box-office.example", "https://*.cinema.example"]
    for origin in settings.CSRF_TRUSTED_ORIGINS:
        origin = origin.replace("*", "kiosk")
        assert browser(login).patch(ME, {}, HTTP_ORIGIN=origin).status_code == 200
        assert_refused(tokenless.patch(ME, {}, HTTP_ORIGIN=origin))


def test_a_program_without_cookies_may_refresh_from_anywhere(login):
    sent = {"refresh": str(RefreshToken.of(login))}
    assert program(login).post("/api/v1/auth/token/refresh/", sent, HTTP_ORIGIN=FOREIGN[0]).status_code == 200
