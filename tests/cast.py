"""Who plays in the tests: alice and bob reserve seats, charlie must not get in, ada runs the cinema."""

from functools import cache

import pytest
from django.contrib.auth.hashers import make_password
from rest_framework.test import APIClient

from users.models import Role, User

PASSWORD = "borscht-with-alfalfa-42"


@cache
def password_hash() -> str:
    return make_password(PASSWORD)


def make_user(name: str, role: Role = Role.USER, **fields) -> User:
    """A user whose password is PASSWORD, hashed only once a run since a good hash is slow."""
    return User.objects.create(
        username=name, email=f"{name}@example.org", role=role, password=password_hash(), **fields
    )


def as_(user: User) -> APIClient:
    """A client that is logged in as this user, past any token."""
    client = APIClient()
    client.force_authenticate(user)
    return client


@pytest.fixture
def anonymous() -> APIClient:
    return APIClient()


@pytest.fixture
def alice(db) -> User:
    return make_user("alice")


@pytest.fixture
def bob(db) -> User:
    return make_user("bob")


@pytest.fixture
def charlie(db) -> User:
    return make_user("charlie")


@pytest.fixture
def ada(db) -> User:
    return make_user("ada", Role.ADMIN)
