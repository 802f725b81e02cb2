"""Every forgery of `forgeries.py` × every way in of `ways_in.py`: none is taken, and none does any harm."""

import pytest
from django.conf import settings
from rest_framework.test import APIClient

from tests.refusals import nothing_changes, problem_of
from tests.rows import undone
from tests.security.forgeries import BY_ANYBODY, FORGERIES, Forger
from tests.security.ways_in import BAD, ME, NOBODY, OPEN_TO_ALL, WAYS, WAYS_OUT, with_access_cookie, with_bearer
from users.models import Login
from users.tokens import AccessToken, RefreshToken

LONGEST_IN_A_BODY = 4096


@pytest.fixture
def login(alice, bob) -> Login:
    """alice's, beside one of bob's, whom some forgeries name."""
    bob.logins.create()
    return alice.logins.create()


def is_alive(login: Login) -> bool:
    return Login.objects.alive().filter(pk=login.pk).exists()


@pytest.mark.parametrize("way", [*WAYS.values(), *WAYS_OUT.values()], ids=[*WAYS, *WAYS_OUT])
def test_a_token_with_nothing_wrong_with_it_is_taken(login, way):
    forger = Forger(way.kind, login)
    for token in (forger.good, forger.sign()):
        with undone():
            assert way.answer(token) == (way.taken, None)
            assert is_alive(login) == (way not in WAYS_OUT.values())


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forgery_opens_nothing(login, forgery):
    answers, expected = {}, {}
    with nothing_changes():
        for name, way in WAYS.items():
            token = FORGERIES[forgery](Forger(way.kind, login))
            answers[name] = way.answer(token)
            too_long = name == "refresh body" and len(token) > LONGEST_IN_A_BODY
            expected[name] = (400, "invalid") if too_long else way.refused
    assert answers == expected


@pytest.mark.parametrize("forgery", FORGERIES)
def test_nor_does_it_end_a_login(login, forgery):
    """What only we can have signed may end the login that it names, as one that has run out does, and no other."""
    for name, way in WAYS_OUT.items():
        with undone():
            others = list(Login.objects.exclude(pk=login.pk).values())
            assert way.answer(FORGERIES[forgery](Forger(way.kind, login))) == way.refused, name
            assert list(Login.objects.exclude(pk=login.pk).values()) == others, name
            assert is_alive(login) or forgery not in BY_ANYBODY, name


def test_what_a_refusal_says(login):
    response = with_bearer("borscht").get(ME)
    assert response["WWW-Authenticate"] == "Bearer"
    assert response.json()["detail"] == "This access token is not valid, or not any more. Refresh it."


HEADERS = {
    "Bearer {}": 200,
    "bearer {}": 200,  # the scheme is read in any case (RFC 9110, 11.1)
    "BEARER {}": 200,
    "Bearer   {} ": 200,
    "Bearer": BAD,
    "Bearer ": BAD,
    "Bearer {} {}": BAD,
    "Bearer {},Bearer {}": BAD,  # what a server makes of two headers
    "Bearer {}, Basic YWxpY2U6Ym9yc2NodA==": BAD,
    "Bearer borscht,Bearer {}": BAD,
    "Bearer Bearer {}": BAD,
    'Bearer "{}"': BAD,
    "Bearer é": BAD,
    " Bearer {}": NOBODY,
    "Bearer\t{}": NOBODY,
    "Bearer{}": NOBODY,
    "Bearer: {}": NOBODY,
    "Bearer={}": NOBODY,
    "Basic {}": NOBODY,
    "Token {}": NOBODY,
    "JWT {}": NOBODY,
    "{}": NOBODY,
    "": NOBODY,
}


@pytest.mark.parametrize("header", HEADERS)
def test_how_a_bearer_is_written(login, header):
    client = APIClient(HTTP_AUTHORIZATION=header.replace("{}", str(AccessToken.of(login))))
    with nothing_changes():
        response = client.get(ME)
    assert (response.status_code if response.status_code == 200 else problem_of(response)) == HEADERS[header]


def test_the_bearer_counts_where_a_cookie_comes_too(login, bob):
    """Also a bad one: nobody acts as whom the cookie names when they meant to be somebody else."""
    client = with_access_cookie(str(AccessToken.of(bob.logins.create())))
    assert client.get(ME, HTTP_AUTHORIZATION=f"Bearer {AccessToken.of(login)}").json()["username"] == "alice"
    assert problem_of(client.get(ME, HTTP_AUTHORIZATION="Bearer borscht")) == BAD


def test_of_two_cookies_the_last_one_counts_and_no_other(login):
    """As Django reads them. With HTTPS=1 the `__Host-` prefix keeps others from setting a second one."""
    good, bad = (f"{settings.ACCESS_COOKIE}={token}" for token in (AccessToken.of(login), "borscht"))
    assert APIClient().get(ME, HTTP_COOKIE=f"{bad}; {good}").status_code == 200
    assert problem_of(APIClient().get(ME, HTTP_COOKIE=f"{good}; {bad}")) == NOBODY


@pytest.mark.parametrize("kind", [AccessToken, RefreshToken])
@pytest.mark.parametrize(
    "place",
    [
        *({"HTTP_COOKIE": f"{name}={{}}"} for name in ("__Host-access_token", "token", "csrftoken", "sessionid")),
        *({"HTTP_COOKIE": f"Authorization=Bearer {{}}; {name}={{}}"} for name in ("ACCESS_TOKEN", "refresh_token")),
        *({name: "Bearer {}"} for name in ("HTTP_PROXY_AUTHORIZATION", "HTTP_X_AUTHORIZATION", "HTTP_X_ACCESS_TOKEN")),
        *({"QUERY_STRING": f"{name}={{}}"} for name in ("access_token", "token", "jwt", "Authorization", "refresh")),
    ],
    ids=str,
)
def test_nowhere_else_is_a_good_token_looked_for(login, kind, place):
    [(name, value)] = place.items()
    shown = {name: value.format(*[kind.of(login)] * 2)}
    with nothing_changes():
        assert problem_of(APIClient().get(ME, **shown)) == NOBODY
        assert APIClient().get(OPEN_TO_ALL, **shown).status_code == 200
