from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone
from rest_framework.test import APIClient

from tests.clients import browser, program
from tests.refusals import errors_of, nothing_changes, problem_of
from users.models import Login
from users.tokens import AccessToken, RefreshToken

BEARER_URL, COOKIE_URL = "/api/v1/auth/token/refresh/", "/api/v1/auth/refresh/"


class ByBearer:
    """As programs do it: the token comes and goes in the body."""

    def refresh(self, token: str):
        return APIClient().post(BEARER_URL, {"refresh": token})

    def pair_in(self, response) -> tuple[str, str]:
        assert response.status_code == 200
        return response.json()["access"], response.json()["refresh"]


class ByCookie:
    """As browsers do it: the token comes and goes in a cookie."""

    def refresh(self, token: str):
        client = browser()
        client.cookies[settings.REFRESH_COOKIE] = token
        return client.post(COOKIE_URL)

    def pair_in(self, response) -> tuple[str, str]:
        assert response.status_code == 200
        return response.cookies["access_token"].value, response.cookies["refresh_token"].value


@pytest.fixture(params=[ByBearer, ByCookie])
def way(request):
    return request.param()


@pytest.fixture
def login(alice) -> Login:
    return alice.logins.create()


@pytest.fixture
def other_login(alice) -> Login:
    """Alice's telephone."""
    return alice.logins.create()


def token_of(login: Login) -> str:
    return str(RefreshToken.of(login))


def is_alive(login: Login) -> bool:
    return Login.objects.alive().filter(pk=login.pk).exists()


def later(**time) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(**time), tick=False)


def assert_refused(response) -> None:
    assert problem_of(response) == (401, "authentication_failed")
    assert response["WWW-Authenticate"] == "Bearer"
    assert response.json()["detail"] == "This refresh token is not valid, or not any more. Log in again."
    assert set(response.cookies) <= {"csrftoken"}


def test_the_new_pair_is_of_the_same_login(way, login):
    access, refresh = way.pair_in(way.refresh(token_of(login)))
    assert AccessToken(access).login() == RefreshToken(refresh).login() == login
    assert RefreshToken(refresh)["jti"] != login.token_id


def test_the_new_refresh_token_works_once_more(way, login):
    token = token_of(login)
    for _ in range(3):
        _, token = way.pair_in(way.refresh(token))
    assert is_alive(login)


def test_the_access_token_before_it_goes_on(way, login):
    client = program(login)
    way.refresh(token_of(login))
    assert client.get("/api/v1/users/me/").status_code == 200


def test_it_is_noted_when(way, login):
    with later(hours=5):
        way.refresh(token_of(login))
        login.refresh_from_db()
        assert login.last_refreshed_at == timezone.now()


def test_by_bearer_the_body_is_the_pair_and_there_is_no_cookie(login):
    response = ByBearer().refresh(token_of(login))
    assert response.json().keys() == {"access", "refresh"}
    assert not response.cookies
    assert response["Cache-Control"] == "no-store"


def test_by_cookie_the_body_is_the_user_and_the_tokens_are_cookies(login, alice):
    response = ByCookie().refresh(token_of(login))
    assert response.json() == program(login).get("/api/v1/users/me/").json()
    assert b"eyJ" not in response.content
    access, refresh = response.cookies["access_token"], response.cookies["refresh_token"]
    assert (access["path"], access["samesite"], access["httponly"]) == ("/", "Lax", True)
    assert (refresh["path"], refresh["samesite"], refresh["httponly"]) == ("/api/v1/auth/", "Strict", True)


def test_by_cookie_without_one_you_are_nobody(login):
    with nothing_changes():
        assert_refused(browser().post(COOKIE_URL))


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({}, ("refresh", "required")),
        ({"refresh": ""}, ("refresh", "blank")),
        ({"refresh": None}, ("refresh", "null")),
        ({"refresh": ["eyJ"]}, ("refresh", "invalid")),
        ({"refresh": "e" * 4097}, ("refresh", "max_length")),
        ([], ("non_field_errors", "invalid")),
    ],
)
def test_by_bearer_a_malformed_body_is_refused(anonymous, db, sent, error):
    assert errors_of(anonymous.post(BEARER_URL, sent)) == [error]


def test_by_cookie_an_oversized_one_is_refused(db):
    assert_refused(ByCookie().refresh("e" * 100_000))


@pytest.mark.parametrize("seconds", [0, 10])
def test_the_one_that_was_just_replaced_does_no_harm(way, login, seconds):
    """Two tabs, or a lost answer: who comes second should use the newer token."""
    used = token_of(login)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        _, newer = way.pair_in(way.refresh(used))
        clock.shift(seconds)
        with nothing_changes():
            response = way.refresh(used)
        assert problem_of(response) == (409, "refresh_superseded")
        assert set(response.cookies) <= {"csrftoken"}
        way.pair_in(way.refresh(newer))


def test_after_ten_seconds_it_ends_the_whole_login_and_only_it(way, login, other_login):
    """Somebody has a copy: neither of the two goes on (RFC 9700, 4.14.2)."""
    used = token_of(login)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        access, newer = way.pair_in(way.refresh(used))
        clock.shift(10.001)
        assert_refused(way.refresh(used))
        assert not is_alive(login)
        with nothing_changes():
            assert_refused(way.refresh(newer))
            assert_refused(way.refresh(used))
        stale = APIClient(HTTP_AUTHORIZATION=f"Bearer {access}")
        assert stale.get("/api/v1/users/me/").status_code == 401
        assert is_alive(other_login)
        way.pair_in(way.refresh(token_of(other_login)))


def test_the_one_before_the_last_ends_the_login_at_once(way, login, other_login):
    first = token_of(login)
    _, second = way.pair_in(way.refresh(first))
    way.refresh(second)
    assert_refused(way.refresh(first))
    assert not is_alive(login)
    assert is_alive(other_login)


def test_it_lives_seven_days(way, login):
    token = token_of(login)
    with later(days=7, seconds=11), nothing_changes():
        assert_refused(way.refresh(token))
    with later(days=7, seconds=-1):
        way.pair_in(way.refresh(token))


def test_a_login_lives_thirty_days_in_all(way, login):
    token = token_of(login)
    start = timezone.now()
    for day in (6, 12, 18, 24, 29):
        with time_machine.travel(start + timedelta(days=day), tick=False):
            _, token = way.pair_in(way.refresh(token))
    end = int(login.expires_at.timestamp())
    assert RefreshToken(token, verify=False)["exp"] == end
    with time_machine.travel(start + timedelta(days=30, seconds=1), tick=False), nothing_changes():
        assert_refused(way.refresh(token))


def test_an_access_token_does_not_outlive_its_login(login):
    with time_machine.travel(login.expires_at - timedelta(minutes=1), tick=False):
        assert AccessToken.of(login)["exp"] == int(login.expires_at.timestamp())
