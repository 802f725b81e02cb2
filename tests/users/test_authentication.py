from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone
from rest_framework.test import APIClient

from tests.clients import browser, program
from tests.refusals import nothing_changes, problem_of
from tests.users.forgeries import FORGERIES, forge
from users.models import Login, Role
from users.tokens import AccessToken

ME, USERS = "/api/v1/users/me/", "/api/v1/users/"
OPEN_TO_ALL = "/api/v1/genres/"


@pytest.fixture
def login(alice) -> Login:
    return alice.logins.create()


@pytest.fixture(params=[program, browser], ids=["bearer", "cookie"])
def client(request, login) -> APIClient:
    """Alice, come in by either way."""
    return request.param(login)


def with_bearer(header: str) -> APIClient:
    return APIClient(HTTP_AUTHORIZATION=header)


def with_cookie(token: str) -> APIClient:
    client = APIClient(enforce_csrf_checks=True)
    client.cookies[settings.ACCESS_COOKIE] = token
    return client


def test_either_way_you_are_you(client, alice, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert client.get(ME).json()["id"] == alice.pk


def test_without_credentials_you_are_asked_for_them(anonymous, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = anonymous.get(ME)
    assert problem_of(response) == (401, "not_authenticated")
    assert response["WWW-Authenticate"] == "Bearer"


def test_a_token_with_nothing_wrong_with_it_is_taken(login):
    token = forge("nothing", AccessToken, login)
    assert with_bearer(f"Bearer {token}").get(ME).status_code == with_cookie(token).get(ME).status_code == 200


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_bad_bearer_is_refused_even_where_everybody_may(login, bob, forgery):
    with nothing_changes():
        for url in (ME, OPEN_TO_ALL):
            response = with_bearer(f"Bearer {forge(forgery, AccessToken, login)}").get(url)
            assert problem_of(response) == (401, "authentication_failed")
            assert response["WWW-Authenticate"] == "Bearer"
            assert response.json()["detail"] == "This access token is not valid, or not any more."


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_bad_cookie_counts_as_anonymous(login, bob, forgery):
    """The browser sends it unasked, so it keeps nobody from what everybody may see."""
    client = with_cookie(forge(forgery, AccessToken, login))
    assert client.get(OPEN_TO_ALL).status_code == 200
    assert problem_of(client.get(ME)) == (401, "not_authenticated")
    with nothing_changes():
        assert problem_of(client.patch(ME, {"username": "mallory"})) == (401, "not_authenticated")


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Bearer é", "bearer x", "Bearer a b c", f"Bearer {'e' * 8000}"]
)
def test_a_malformed_bearer_is_refused(header, db):
    assert problem_of(with_bearer(header).get(ME)) == (401, "authentication_failed")


@pytest.mark.parametrize("header", ["Basic YWxpY2U6Ym9yc2NodA==", "Token eyJ", "eyJ", ""])
def test_another_scheme_is_nobody(header, db):
    assert problem_of(with_bearer(header).get(ME)) == (401, "not_authenticated")


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer  "])
def test_the_scheme_is_read_in_any_case(login, scheme):
    """RFC 9110, 11.1."""
    assert with_bearer(f"{scheme} {AccessToken.of(login)}").get(ME).status_code == 200


def test_the_bearer_counts_where_a_cookie_comes_too(login, bob):
    client = program(login)
    client.cookies[settings.ACCESS_COOKIE] = str(AccessToken.of(bob.logins.create()))
    assert client.get(ME).json()["username"] == "alice"


def test_an_access_token_lives_an_hour(login):
    bearer = f"Bearer {AccessToken.of(login)}"
    for seconds, status in ((3599, 200), (3611, 401)):
        with time_machine.travel(timezone.now() + timedelta(seconds=seconds), tick=False):
            assert with_bearer(bearer).get(ME).status_code == status


def test_a_promotion_counts_at_the_next_request(client, alice):
    assert problem_of(client.get(USERS)) == (403, "permission_denied")
    alice.change(role=Role.ADMIN)
    assert client.get(USERS).status_code == 200


def test_a_demotion_counts_at_the_next_request(client, alice, ada):
    alice.change(role=Role.ADMIN)
    assert client.get(USERS).status_code == 200
    alice.change(role=Role.USER)
    assert problem_of(client.get(USERS)) == (403, "permission_denied")


def test_a_deactivation_counts_at_the_next_request(client, alice, ada):
    alice.change(is_active=False)
    assert client.get(ME).status_code == 401


def test_reactivated_you_log_in_anew(client, alice, ada):
    """What was ended stays ended: the tokens may have been the reason."""
    alice.change(is_active=False)
    alice.change(is_active=True)
    assert client.get(ME).status_code == 401


def test_the_end_of_the_login_counts_at_the_next_request(client, login):
    Login.objects.filter(pk=login.pk).revoke()
    assert client.get(ME).status_code == 401


def test_another_login_of_yours_goes_on(client, alice):
    other = program(alice.logins.create())
    client.post("/api/v1/auth/logout/")
    assert client.get(ME).status_code == 401
    assert other.get(ME).status_code == 200
