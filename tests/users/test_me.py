import pytest

from tests.cast import PASSWORD, as_
from tests.refusals import errors_of, nothing_changes, problem_of
from users.models import Role, User
from users.serializers import MeSerializer

URL = "/api/v1/users/me/"


def test_you_see_who_you_are(alice, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = as_(alice).get(URL)
    assert response.status_code == 200
    assert response.json() == {
        "id": alice.pk,
        "username": "alice",
        "email": "alice@example.org",
        "role": "user",
        "is_active": True,
        "date_joined": alice.date_joined.isoformat().replace("+00:00", "Z"),
    }


def test_anonymous_is_nobody(anonymous, alice):
    assert problem_of(anonymous.get(URL)) == (401, "not_authenticated")
    with nothing_changes():
        assert problem_of(anonymous.patch(URL, {"username": "mallory"})) == (401, "not_authenticated")


@pytest.mark.parametrize(
    ("sent", "now"),
    [
        ({"username": "alicia"}, {"username": "alicia"}),
        ({"username": "ALICE"}, {"username": "ALICE"}),
        ({"username": "alice"}, {}),
        ({"email": "alice@example.org"}, {}),
        ({"email": "new@example.org", "current_password": PASSWORD}, {"email": "new@example.org"}),
        ({"email": "ALICE@example.org", "current_password": PASSWORD}, {"email": "ALICE@example.org"}),
        ({"username": "alicia", "current_password": "not needed"}, {"username": "alicia"}),
        ({}, {}),
    ],
)
def test_you_change_your_name_and_address(alice, bob, sent, now):
    before = as_(alice).get(URL).json()
    response = as_(alice).patch(URL, sent)
    assert response.status_code == 200
    assert response.json() == before | now == as_(User.objects.get(pk=alice.pk)).get(URL).json()


@pytest.mark.parametrize(
    "sent", [{}, {"current_password": "wrong-password-42"}, {"current_password": PASSWORD.upper()}]
)
def test_a_new_address_needs_your_password(alice, sent):
    """Who has the address, has the account, by way of a reset."""
    with nothing_changes():
        response = as_(alice).patch(URL, {"email": "new@example.org", "username": "alicia"} | sent)
    assert errors_of(response) == [("current_password", "invalid")]


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({"username": "BOB"}, ("username", "unique")),
        ({"username": "al"}, ("username", "invalid")),
        ({"username": "alice@example.org"}, ("username", "invalid")),
        ({"username": ""}, ("username", "blank")),
        ({"username": None}, ("username", "null")),
        ({"email": "Bob@Example.org", "current_password": PASSWORD}, ("email", "unique")),
        ({"email": "alice", "current_password": PASSWORD}, ("email", "invalid")),
        ({"email": "", "current_password": PASSWORD}, ("email", "blank")),
        ({"email": None, "current_password": PASSWORD}, ("email", "null")),
        ([], ("non_field_errors", "invalid")),
    ],
)
def test_a_bad_field_is_refused(alice, bob, sent, error):
    with nothing_changes():
        assert errors_of(as_(alice).patch(URL, sent)) == [error]


@pytest.mark.parametrize("more", [{"role": "admin"}, {"is_active": False}, {"id": 77}, {"password": "x"}])
def test_nothing_else_is_yours_to_change(alice, more):
    with nothing_changes():
        assert as_(alice).patch(URL, more).status_code == 200


@pytest.mark.parametrize("meanwhile", [{"role": Role.USER}, {"is_active": False}, {"password": "a new hash"}])
def test_what_an_admin_changes_meanwhile_stays_changed(ada, meanwhile):
    serializer = MeSerializer(ada, data={"username": "augusta"}, partial=True)
    assert serializer.is_valid()
    User.objects.filter(pk=ada.pk).update(**meanwhile)
    serializer.save()
    assert User.objects.filter(pk=ada.pk, username="augusta", **meanwhile).exists()


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_you_cannot_do_more(alice, method):
    with nothing_changes():
        assert problem_of(getattr(as_(alice), method)(URL, {})) == (405, "method_not_allowed")
