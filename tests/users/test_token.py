import pytest

from tests.cast import PASSWORD, make_user
from tests.refusals import nothing_changes, problem_of
from users.models import AuditEntry, Login
from users.tokens import AccessToken, RefreshToken

URL = "/api/v1/auth/token/"


def test_it_answers_a_pair_and_sets_no_cookie(anonymous, alice):
    response = anonymous.post(URL, {"login": "alice", "password": PASSWORD}, HTTP_USER_AGENT="box-office/1.0")
    assert response.status_code == 200
    assert response.json().keys() == {"access", "refresh"}
    assert not response.cookies
    login = Login.objects.get()
    assert (login.user, login.user_agent) == (alice, "box-office/1.0")
    assert AccessToken(response.json()["access"]).login() == RefreshToken(response.json()["refresh"]).login() == login


def test_no_cache_keeps_the_pair(anonymous, alice):
    """RFC 6749, 5.1."""
    assert anonymous.post(URL, {"login": "alice", "password": PASSWORD})["Cache-Control"] == "no-store"


def test_with_the_access_token_you_are_in(anonymous, alice):
    access = anonymous.post(URL, {"login": "ALICE@example.org", "password": PASSWORD}).json()["access"]
    anonymous.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
    assert anonymous.get("/api/v1/users/me/").json()["id"] == alice.pk


def test_a_foreign_origin_is_no_matter_without_cookies(anonymous, alice):
    sent = {"login": "alice", "password": PASSWORD}
    assert anonymous.post(URL, sent, HTTP_ORIGIN="https://elsewhere.example").status_code == 200


@pytest.mark.parametrize("login", ["alice", "nobody", "deactivated"])
def test_whatever_is_wrong_the_answer_is_the_same(anonymous, alice, login):
    make_user("deactivated", is_active=False)
    password = PASSWORD if login == "deactivated" else "wrong-password-42"
    with nothing_changes(AuditEntry):
        response = anonymous.post(URL, {"login": login, "password": password})
    assert problem_of(response) == (401, "invalid_credentials")
    assert response["WWW-Authenticate"] == "Bearer"
    assert (
        response.json()["detail"] == "No active account has this login and password. Try again, or reset the password."
    )
