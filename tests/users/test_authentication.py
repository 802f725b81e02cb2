from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from tests.clients import browser, program
from tests.refusals import problem_of
from users.models import Login, Role
from users.tokens import AccessToken

ME, USERS = "/api/v1/users/me/", "/api/v1/users/"


@pytest.fixture
def login(alice) -> Login:
    return alice.logins.create()


@pytest.fixture(params=[program, browser], ids=["bearer", "cookie"])
def client(request, login) -> APIClient:
    """Alice, come in by either way."""
    return request.param(login)


def with_bearer(header: str) -> APIClient:
    return APIClient(HTTP_AUTHORIZATION=header)


def test_either_way_you_are_you(client, alice, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert client.get(ME).json()["id"] == alice.pk


def test_without_credentials_you_are_asked_for_them(anonymous, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = anonymous.get(ME)
    assert problem_of(response) == (401, "not_authenticated")
    assert response["WWW-Authenticate"] == "Bearer"


def test_an_access_token_lives_an_hour(login):
    bearer = f"Bearer {AccessToken.of(login)}"
    for seconds, status in ((3599, 200), (3611, 401)):
        with time_machine.travel(timezone.now() + timedelta(seconds=seconds), tick=False):
            assert with_bearer(bearer).get(ME).status_code == status


def test_a_promotion_counts_at_the_next_request(client, alice):
    assert problem_of(client.get(USERS)) == (403, "permission_denied")
    alice.change(role=Role.ADMIN)
    assert client.get(USERS).status_code == 200


def test_another_login_of_yours_goes_on(client, alice):
    other = program(alice.logins.create())
    client.post("/api/v1/auth/logout/")
    assert client.get(ME).status_code == 401
    assert other.get(ME).status_code == 200
