"""One refresh token, eight times at once, each through a connection of its own."""

import os

import pytest
from rest_framework.test import APIClient

from tests.cast import make_user
from tests.clients import browser
from tests.race import at_once, meet_after
from tests.refusals import problem_of
from users.models import Login, new_token_id
from users.tokens import RefreshToken

# In how many rounds, by bearer and by cookie in turns. A long run: REFRESH_RACES=1000.
ROUNDS = int(os.environ.get("REFRESH_RACES", 40))

pytestmark = pytest.mark.django_db(transaction=True)
BEARER_URL, COOKIE_URL = "/api/v1/auth/token/refresh/", "/api/v1/auth/refresh/"


@pytest.fixture
def login() -> Login:
    return make_user("alice").logins.create()


def by_bearer(login: Login):
    sent = {"refresh": str(RefreshToken.of(login))}
    return at_once(*(lambda: APIClient().post(BEARER_URL, sent) for _ in range(8)))


def by_cookie(login: Login):
    tabs = [browser(login) for _ in range(8)]
    return at_once(*(lambda tab=tab: tab.post(COOKIE_URL) for tab in tabs))


@pytest.mark.timeout(120 + ROUNDS)
def test_one_of_eight_wins_and_the_others_do_no_harm(login):
    for round in range(ROUNDS):
        responses = (by_bearer, by_cookie)[round % 2](login)
        [winner] = [response for response in responses if response.status_code == 200]
        losers = [problem_of(response) for response in responses if response is not winner]
        assert losers == [(409, "refresh_superseded")] * 7
        refresh = winner.json().get("refresh") or winner.cookies["refresh_token"].value
        assert RefreshToken(refresh).login() == login
        login.refresh_from_db()
        assert (login.revoked_at, login.token_id) == (None, RefreshToken(refresh)["jti"])


def test_of_two_who_have_found_it_unused_one_wins(login, monkeypatch):
    """Both have read the login before either writes: only the write itself can tell who is first."""
    meet_after(monkeypatch, RefreshToken, "login")
    sent = {"refresh": str(RefreshToken.of(login))}
    first, second = at_once(*[lambda: APIClient().post(BEARER_URL, sent)] * 2)
    winner, loser = (first, second) if first.status_code == 200 else (second, first)
    assert winner.status_code == 200
    assert problem_of(loser) == (409, "refresh_superseded")


def test_the_race_is_real(login, monkeypatch):
    """The control: look, then write, as one would without thinking of the others. Several win, with a token each."""

    def rotate(self, token_id: str) -> bool:
        self.refresh_from_db()
        if self.token_id != token_id:
            return False
        self.token_id = new_token_id()
        self.save()
        return True

    monkeypatch.setattr(Login, "rotate", rotate)
    meet_after(monkeypatch, Login, "refresh_from_db", parties=8)
    assert [response.status_code for response in by_bearer(login)].count(200) > 1


def test_a_logout_in_the_middle_of_it_wins(login, monkeypatch):
    """Whoever refreshes has looked the login up alive; by the time of the write it has ended, and stays so."""
    real = RefreshToken.login

    def login_then_logout(token):
        found = real(token)
        Login.objects.filter(pk=found.pk).revoke()
        return found

    monkeypatch.setattr(RefreshToken, "login", login_then_logout)
    response = APIClient().post(BEARER_URL, {"refresh": str(RefreshToken.of(login))})
    assert problem_of(response) == (401, "authentication_failed")
    before = login.token_id
    login.refresh_from_db()
    assert (login.token_id, login.revoked_at is None) == (before, False)
