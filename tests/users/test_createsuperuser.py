import pytest
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from tests.cast import PASSWORD
from tests.refusals import nothing_changes
from users.models import User


@pytest.fixture(autouse=True)
def password(monkeypatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)


def create(username: str = "ada", email: str = "ada@example.org") -> None:
    call_command("createsuperuser", interactive=False, username=username, email=email, verbosity=0)


def test_it_makes_an_admin_who_can_log_in(db):
    create()
    ada = User.objects.get()
    assert (ada.username, ada.email, ada.role, ada.is_active) == ("ada", "ada@example.org", "admin", True)
    assert (ada.is_staff, ada.is_superuser) == (True, True)
    response = APIClient().post("/api/v1/auth/login/", {"login": "ada", "password": PASSWORD})
    assert response.json()["role"] == "admin"


def test_the_admin_site_lets_an_admin_in_and_nobody_else(db, client, alice):
    create()
    for username, status in (("alice", 302), ("ada", 200)):
        client.logout()
        client.login(username=username, password=PASSWORD)
        assert client.get("/admin/").status_code == status


@pytest.mark.parametrize("username", ["ada", "ADA"])
def test_a_name_that_is_taken_is_refused_in_words(db, username):
    create()
    with nothing_changes(), pytest.raises(CommandError, match="This username is taken"):
        create(username, "other@example.org")


@pytest.mark.parametrize("email", ["ada@example.org", "ADA@example.org"])
def test_an_address_that_is_taken_is_refused_in_words(db, email):
    create()
    with nothing_changes(), pytest.raises(CommandError, match="This e-mail address is taken"):
        create("other", email)


@pytest.mark.parametrize(
    ("username", "email"), [("a", "a@example.org"), ("ada@example.org", "a@example.org"), ("ada", "x")]
)
def test_a_bad_value_is_refused(db, username, email):
    with nothing_changes(), pytest.raises(CommandError):
        create(username, email)
