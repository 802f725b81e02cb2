"""
Where the CSRF token comes from, and who needs none. What is refused without it is tests/security/test_csrf.py.

APIClient leaves the check out unless it is told to enforce it, as `browser` does.
"""

import pytest
from django.conf import settings as configured
from rest_framework.test import APIClient

from tests.clients import browser, program
from tests.refusals import problem_of
from users.models import Login

ME, CSRF = "/api/v1/users/me/", "/api/v1/auth/csrf/"


@pytest.fixture
def login(alice) -> Login:
    return alice.logins.create()


@pytest.fixture
def tokenless(login) -> APIClient:
    """Alice's browser, led by another site: it sends her cookies, and no X-CSRFToken."""
    client = browser(login)
    client.credentials()
    return client


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


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_safe_methods_need_none(tokenless, method):
    assert getattr(tokenless, method)(ME).status_code == 200


def test_a_cookie_that_counts_for_nothing_needs_none(db):
    """Then the request is anonymous, and 401 tells a browser what to do: log in."""
    client = APIClient(enforce_csrf_checks=True)
    client.cookies[configured.ACCESS_COOKIE] = "stale"
    assert problem_of(client.patch(ME, {})) == (401, "not_authenticated")


@pytest.mark.parametrize("come_in", [browser, program])
@pytest.mark.parametrize(
    ("content_type", "body"),
    [("text/plain", b"x"), ("application/json", b"{"), ("multipart/form-data; boundary=x", b"--x")],
)
def test_what_takes_no_body_looks_at_none_by_cookie_or_by_bearer(login, come_in, content_type, body):
    """A form would be looked at for the token; nothing else is."""
    assert come_in(login).generic("POST", "/api/v1/auth/logout/", body, content_type).status_code == 204
    assert not Login.objects.alive().exists()
