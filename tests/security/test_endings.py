"""
What ends a login, or only changes who somebody is × every way in. It counts at the next request, wherever the tokens
are shown: whoever has a copy of them has nothing.
"""

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from rest_framework.test import APIClient

from tests.cast import PASSWORD
from tests.clients import browser, program
from tests.refusals import errors_of, nothing_changes, problem_of
from tests.rows import undone
from tests.security.ways_in import WAYS, WAYS_OUT, with_bearer
from users.models import Login, User
from users.tokens import AccessToken, RefreshToken

AUTH, USERS = "/api/v1/auth/", "/api/v1/users/"
NEW_PASSWORD = "gazpacho-with-nettles-43"


@pytest.fixture
def login(alice, ada) -> Login:
    return alice.logins.create()


def elsewhere(login: Login) -> APIClient:
    """The same user on another device."""
    return program(login.user.logins.create())


def done(response) -> None:
    assert 200 <= response.status_code < 300, response.content


def change_password(client: APIClient) -> None:
    done(client.post(f"{AUTH}password/change/", {"old_password": PASSWORD, "new_password": NEW_PASSWORD}))


def link_of(login: Login) -> dict[str, str]:
    """What is mailed to reset the password."""
    user = login.user
    return {"uid": urlsafe_base64_encode(force_bytes(user.pk)), "token": default_token_generator.make_token(user)}


def use(link: dict[str, str]):
    return APIClient().post(f"{AUTH}password/reset/confirm/", {**link, "new_password": NEW_PASSWORD})


def by_admin(login: Login, **changes) -> None:
    ada = User.objects.get(username="ada")
    done(program(ada.logins.create()).patch(f"{USERS}{login.user_id}/", changes))


def replay(login: Login) -> None:
    """Of the refresh token before the last one: somebody has a copy (RFC 9700, 4.14.2)."""
    copy = str(RefreshToken.of(login))
    for _ in range(2):
        done(
            APIClient().post(f"{AUTH}token/refresh/", {"refresh": str(RefreshToken.of(Login.objects.get(pk=login.pk)))})
        )
    assert APIClient().post(f"{AUTH}token/refresh/", {"refresh": copy}).status_code == 401


ENDINGS = {
    "the user is deleted": lambda login: login.user.delete(),
    "deactivated": lambda login: by_admin(login, is_active=False),
    "deactivated, and nothing else": lambda login: User.objects.filter(pk=login.user_id).update(is_active=False),
    "deactivated and back": lambda login: (by_admin(login, is_active=False), by_admin(login, is_active=True)),
    "logged out": lambda login: done(browser(login).post(f"{AUTH}logout/")),
    "logged out everywhere": lambda login: done(elsewhere(login).post(f"{AUTH}logout/all/")),
    "ended from elsewhere": lambda login: done(elsewhere(login).delete(f"{USERS}me/logins/{login.pk}/")),
    "the password is changed elsewhere": lambda login: change_password(elsewhere(login)),
    "the password is reset": lambda login: done(use(link_of(login))),
    "an admin sets the password": lambda login: login.user.change_password(NEW_PASSWORD),
    "a refresh token is replayed": replay,
    "thirty days are over": lambda login: Login.objects.filter(pk=login.pk).update(expires_at=timezone.now()),
    "the login is swept up": lambda login: Login.objects.filter(pk=login.pk).delete(),
}
# Who somebody is and what they may is read at each request: these tokens go on.
NO_ENDINGS = {
    "nothing": lambda login: None,
    "promoted": lambda login: by_admin(login, role="admin"),
    "promoted and back": lambda login: (by_admin(login, role="admin"), by_admin(login, role="user")),
    "named otherwise": lambda login: done(program(login).patch(f"{USERS}me/", {"username": "alicia"})),
    "the password is changed here": lambda login: change_password(program(login)),
    "logged out elsewhere": lambda login: done(elsewhere(login).post(f"{AUTH}logout/")),
    "a password reset is asked for": lambda login: default_token_generator.make_token(login.user),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_then_no_token_of_it_opens_anything(login, ending):
    tokens = {name: way.token(login) for name, way in WAYS.items()}
    ENDINGS[ending](login)
    with nothing_changes():
        answers = {name: way.answer(tokens[name]) for name, way in WAYS.items()}
    assert answers == {name: way.refused for name, way in WAYS.items()}


@pytest.mark.parametrize("ending", ENDINGS)
def test_then_logging_out_says_the_same_and_ends_no_other(login, ending):
    tokens = {name: way.token(login) for name, way in WAYS_OUT.items()}
    ENDINGS[ending](login)
    others = list(Login.objects.exclude(pk=login.pk).values())
    assert {name: way.answer(tokens[name]) for name, way in WAYS_OUT.items()} == {
        name: way.refused for name, way in WAYS_OUT.items()
    }
    assert list(Login.objects.exclude(pk=login.pk).values()) == others


@pytest.mark.parametrize("change", NO_ENDINGS)
def test_else_they_go_on(login, change):
    tokens = {name: way.token(login) for name, way in WAYS.items()}
    NO_ENDINGS[change](login)
    answers = {}
    for name, way in WAYS.items():
        with undone():
            answers[name] = way.answer(tokens[name])
    assert answers == {name: (way.taken, None) for name, way in WAYS.items()}


def test_a_token_from_before_a_demotion_opens_what_a_user_may(login, ada):
    by_admin(login, role="admin")
    client = with_bearer(str(AccessToken.of(login)))
    assert client.get(USERS).status_code == 200
    by_admin(login, role="user")
    with nothing_changes():
        assert problem_of(client.get(USERS)) == (403, "permission_denied")
        assert problem_of(client.patch(f"{USERS}{login.user_id}/", {"role": "admin"})) == (403, "permission_denied")


@pytest.mark.parametrize("ending", ["the password is reset", "the password is changed elsewhere", "deactivated"])
def test_nor_does_a_link_from_before_reset_the_password(login, ending):
    link = link_of(login)
    ENDINGS[ending](login)
    with nothing_changes():
        assert errors_of(use(link)) == [("token", "invalid")]
