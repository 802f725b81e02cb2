import pytest
from rest_framework.test import APIClient

from tests.cast import PASSWORD
from tests.refusals import errors_of, nothing_changes
from users.models import Login, User

URL = "/api/v1/auth/register/"
DORA = {"username": "dora", "email": "dora@example.org", "password": PASSWORD}


def test_anyone_makes_an_account(anonymous, db):
    response = anonymous.post(URL, DORA)
    assert response.status_code == 201
    dora = User.objects.get()
    assert response.json() == {
        "id": dora.pk,
        "username": "dora",
        "email": "dora@example.org",
        "role": "user",
        "is_active": True,
        "date_joined": dora.date_joined.isoformat().replace("+00:00", "Z"),
    }


def test_the_password_is_kept_as_argon2id_only(anonymous, db):
    anonymous.post(URL, DORA)
    dora = User.objects.get()
    assert dora.password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert dora.check_password(PASSWORD)


def test_it_does_not_log_in(anonymous, db):
    response = anonymous.post(URL, DORA)
    assert not response.cookies
    assert not Login.objects.exists()


def test_nobody_sets_more_by_registering(anonymous, db):
    more = {"id": 77, "role": "admin", "is_active": False, "is_staff": True, "is_superuser": True}
    response = anonymous.post(URL, DORA | more | {"date_joined": "2001-01-01T00:00:00Z"})
    assert response.status_code == 201
    dora = User.objects.get()
    assert dora.pk != 77
    assert (dora.role, dora.is_active, dora.is_admin, dora.date_joined.year > 2001) == ("user", True, False, True)


@pytest.mark.parametrize(
    ("sent", "errors"),
    [
        ({"username": None}, [("username", "null")]),
        ({"username": ""}, [("username", "blank")]),
        ({"username": "al"}, [("username", "invalid")]),
        ({"username": "a" * 151}, [("username", "invalid"), ("username", "max_length")]),
        ({"username": "dora@example.org"}, [("username", "invalid")]),
        ({"username": "do ra"}, [("username", "invalid")]),
        ({"username": "dóra"}, [("username", "invalid")]),
        ({"username": "dora\n."}, [("username", "invalid")]),
        ({"username": ["dora"]}, [("username", "invalid")]),
        ({"username": "ALICE"}, [("username", "unique")]),
        ({"email": "dora"}, [("email", "invalid")]),
        ({"email": f"{'d' * 250}@example.org"}, [("email", "max_length")]),
        ({"email": "Alice@Example.ORG"}, [("email", "unique")]),
        ({"password": ""}, [("password", "blank")]),
        ({"password": "alfalfa"}, [("password", "password_too_short")]),
        ({"password": "password123"}, [("password", "password_too_common")]),
        ({"password": "7139028465"}, [("password", "password_entirely_numeric")]),
        ({"password": "dora@example.org"}, [("password", "password_too_similar")]),
        ({"password": "borscht-" * 16 + "9"}, [("password", "max_length")]),
    ],
)
def test_a_bad_field_is_refused(anonymous, alice, sent, errors):
    with nothing_changes():
        assert errors_of(anonymous.post(URL, DORA | sent)) == errors


def test_all_three_fields_are_required(anonymous, db):
    with nothing_changes():
        response = anonymous.post(URL, {})
    assert errors_of(response) == [("username", "required"), ("email", "required"), ("password", "required")]


@pytest.mark.parametrize("username", ["Dora", "d.o+r-a_7", "d" * 150, "000"])
def test_a_username_is_3_to_150_plain_characters(anonymous, db, username):
    assert anonymous.post(URL, DORA | {"username": username}).json()["username"] == username


@pytest.mark.parametrize("password", ["borscht-" * 16, "  spaces at both ends  ", "пароль-🎬-пароль"])
def test_a_password_is_taken_as_it_was_typed(anonymous, db, password):
    assert anonymous.post(URL, DORA | {"password": password}).status_code == 201
    assert User.objects.get().check_password(password)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("field", ["username", "email"])
def test_the_constraint_answers_like_the_check_when_two_race(anonymous, alice, monkeypatch, field):
    """The one who loses the race has seen nobody of that name or address."""
    monkeypatch.setattr("rest_framework.validators.qs_exists", lambda queryset: False)
    with nothing_changes():
        response = anonymous.post(URL, DORA | {field: getattr(alice, field).upper()})
    assert errors_of(response) == [(field, "unique")]


def test_it_looks_at_no_credentials(db):
    client = APIClient(HTTP_AUTHORIZATION="Bearer broken")
    client.cookies["access_token"] = "broken"
    assert client.post(URL, DORA).status_code == 201
