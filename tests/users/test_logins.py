from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from tests.cast import as_
from tests.clients import browser, program
from tests.refusals import nothing_changes, problem_of
from users.models import Login

URL = "/api/v1/users/me/logins/"


@pytest.fixture
def here(alice) -> Login:
    return alice.logins.create(user_agent="Lynx/2.9")


@pytest.fixture
def elsewhere(alice) -> Login:
    return alice.logins.create(user_agent="box-office/1.0")


def ids_in(response) -> list[int]:
    assert response.status_code == 200
    return [login["id"] for login in response.json()["results"]]


def test_you_see_those_that_are_alive(alice, bob, here, elsewhere, django_assert_num_queries):
    alice.logins.create(revoked_at=timezone.now())
    alice.logins.create(expires_at=timezone.now() - timedelta(seconds=1))
    bob.logins.create()
    client = program(here)
    with django_assert_num_queries(2):  # who asks, and which
        response = client.get(URL)
    assert response.status_code == 200
    assert response.json() == {
        "count": 2,
        "next": None,
        "previous": None,
        "results": [shown(elsewhere, is_current=False), shown(here, is_current=True)],
    }


def shown(login: Login, is_current: bool) -> dict:
    return {
        "id": login.pk,
        "created_at": login.created_at.isoformat().replace("+00:00", "Z"),
        "last_refreshed_at": login.last_refreshed_at.isoformat().replace("+00:00", "Z"),
        "user_agent": login.user_agent,
        "is_current": is_current,
    }


def test_a_refresh_shows_when(here):
    client = browser(here)
    with time_machine.travel(timezone.now() + timedelta(minutes=5), tick=False):
        client.post("/api/v1/auth/refresh/")
        [login] = client.get(URL).json()["results"]
        assert login["last_refreshed_at"] == timezone.now().isoformat().replace("+00:00", "Z")


def test_they_come_in_pages(alice, here):
    for _ in range(3):
        alice.logins.create()
    pages = [ids_in(program(here).get(URL, {"page_size": 2, "page": page})) for page in (1, 2)]
    assert pages == [[here.pk + 3, here.pk + 2], [here.pk + 1, here.pk]]


def test_you_end_another_one(here, elsewhere):
    response = program(here).delete(f"{URL}{elsewhere.pk}/")
    assert (response.status_code, response.content) == (204, b"")
    assert program(elsewhere).get(URL).status_code == 401
    assert ids_in(program(here).get(URL)) == [here.pk]


def test_you_end_the_one_that_you_are_in(here, elsewhere):
    client = program(here)
    assert client.delete(f"{URL}{here.pk}/").status_code == 204
    assert client.get(URL).status_code == 401
    assert ids_in(program(elsewhere).get(URL)) == [elsewhere.pk]


def test_one_that_is_ended_or_of_somebody_else_is_not_there(alice, bob, here, ada):
    ended = alice.logins.create(revoked_at=timezone.now())
    expired = alice.logins.create(expires_at=timezone.now())
    of_bob = bob.logins.create()
    with nothing_changes():
        for pk in (ended.pk, expired.pk, of_bob.pk, of_bob.pk + 1, 0, 10**17, 2**63):
            assert problem_of(program(here).delete(f"{URL}{pk}/")) == (404, "not_found")
        assert problem_of(as_(ada).delete(f"{URL}{of_bob.pk}/")) == (404, "not_found")


def test_anonymous_has_none(anonymous, here):
    with nothing_changes():
        assert problem_of(anonymous.get(URL)) == (401, "not_authenticated")
        assert problem_of(anonymous.delete(f"{URL}{here.pk}/")) == (401, "not_authenticated")


@pytest.mark.parametrize("method", ["get", "put", "patch"])
def test_one_is_only_ended(here, method):
    with nothing_changes():
        assert problem_of(getattr(program(here), method)(f"{URL}{here.pk}/")) == (405, "method_not_allowed")
