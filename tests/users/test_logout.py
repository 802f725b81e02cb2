import pytest
import time_machine
from django.conf import settings
from rest_framework.test import APIClient

from tests.clients import browser, program
from tests.refusals import nothing_changes, problem_of
from users.models import Login
from users.tokens import AccessToken, RefreshToken

URL = "/api/v1/auth/logout/"


@pytest.fixture
def login(alice) -> Login:
    return alice.logins.create()


@pytest.fixture
def other_login(alice) -> Login:
    """Alice's telephone."""
    return alice.logins.create()


def is_alive(login: Login) -> bool:
    return Login.objects.alive().filter(pk=login.pk).exists()


@pytest.mark.parametrize("come_in", [program, browser], ids=["bearer", "cookie"])
def test_it_ends_this_login_and_no_other(come_in, login, other_login):
    client = come_in(login)
    response = client.post(URL)
    assert (response.status_code, response.content) == (204, b"")
    assert not is_alive(login)
    assert is_alive(other_login)
    assert client.get("/api/v1/users/me/").status_code == 401


def test_it_clears_both_cookies_where_they_are(login):
    cookies = browser(login).post(URL).cookies
    assert set(cookies) == {"access_token", "refresh_token"}
    assert all((cookie.value, cookie["max-age"]) == ("", 0) for cookie in cookies.values())
    assert (cookies["access_token"]["path"], cookies["refresh_token"]["path"]) == ("/", "/api/v1/auth/")


@pytest.mark.parametrize("kind", [AccessToken, RefreshToken])
def test_either_cookie_alone_names_the_login(login, kind):
    client = browser()
    name = settings.ACCESS_COOKIE if kind is AccessToken else settings.REFRESH_COOKIE
    client.cookies[name] = str(kind.of(login))
    assert client.post(URL).status_code == 204
    assert not is_alive(login)


def test_cookies_of_two_logins_end_both(login, other_login):
    client = browser(login)
    client.cookies[settings.REFRESH_COOKIE] = str(RefreshToken.of(other_login))
    assert client.post(URL).status_code == 204
    assert not Login.objects.alive().exists()


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
@pytest.mark.parametrize("kind", [AccessToken, RefreshToken])
def test_either_token_as_bearer_names_the_login(login, kind, scheme):
    client = APIClient(HTTP_AUTHORIZATION=f"{scheme} {kind.of(login)}")
    assert client.post(URL).status_code == 204
    assert not is_alive(login)


def test_a_token_that_has_run_out_still_names_it(login):
    client = browser(login)
    with time_machine.travel(login.expires_at, tick=False):
        assert client.post(URL).status_code == 204
    assert Login.objects.get(pk=login.pk).revoked_at == login.expires_at


def test_a_refresh_token_that_was_used_still_names_it(login):
    client = browser(login)
    login.rotate(login.token_id)
    assert client.post(URL).status_code == 204
    assert not is_alive(login)


def test_again_is_the_same(login):
    client = program(login)
    client.post(URL)
    with nothing_changes():
        assert client.post(URL).status_code == 204


def test_without_credentials_there_is_nothing_to_end(anonymous, login):
    with nothing_changes():
        assert anonymous.post(URL).status_code == 204


@pytest.mark.parametrize("header", ["Bearer", "Bearer é", "Basic YWxpY2U6", f"Bearer {'e' * 8000}", ""])
def test_broken_credentials_are_no_matter(login, header):
    with nothing_changes():
        assert APIClient(HTTP_AUTHORIZATION=header).post(URL).status_code == 204


@pytest.mark.parametrize("token", ["good", "broken"])
def test_a_cookie_wants_a_csrf_token(login, token):
    client = APIClient(enforce_csrf_checks=True)
    client.cookies[settings.ACCESS_COOKIE] = str(AccessToken.of(login)) if token == "good" else "broken"
    with nothing_changes():
        response = client.post(URL)
    assert problem_of(response) == (403, "csrf_failed")
    assert not response.cookies
