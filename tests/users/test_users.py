from contextlib import nullcontext
from types import SimpleNamespace

import pytest

from tests.cast import as_, make_user
from tests.clients import program
from tests.race import at_once, meet_after
from tests.refusals import errors_of, nothing_changes, problem_of
from users.models import Role, User
from users.querysets import LockingQuerySet

URL = "/api/v1/users/"


@pytest.fixture
def everybody(ada, alice, bob) -> list[User]:
    User.objects.filter(pk=bob.pk).update(is_active=False, email="bob@elsewhere.example")
    return [ada, alice, bob]


def names_in(response) -> list[str]:
    assert response.status_code == 200
    return [user["username"] for user in response.json()["results"]]


def test_an_admin_sees_everybody(ada, alice, django_assert_num_queries):
    with django_assert_num_queries(1):
        response = as_(ada).get(URL)
    assert response.status_code == 200
    assert response.json() == {"count": 2, "next": None, "previous": None, "results": [shown(ada), shown(alice)]}


def test_an_admin_sees_one(ada, alice, django_assert_num_queries):
    with django_assert_num_queries(1):
        response = as_(ada).get(f"{URL}{alice.pk}/")
    assert response.status_code == 200
    assert response.json() == shown(alice)


def shown(user: User) -> dict:
    return {
        "id": user.pk,
        "username": user.username,
        "email": user.email,
        "role": user.role,
        "is_active": user.is_active,
        "date_joined": user.date_joined.isoformat().replace("+00:00", "Z"),
    }


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["ada", "alice", "bob"]),
        ("search=AL", ["alice"]),
        ("search=@example", ["ada", "alice"]),
        ("search=elsewhere", ["bob"]),
        ("search=%25", []),
        ("search=_", []),
        ("search=", ["ada", "alice", "bob"]),
        ("role=admin", ["ada"]),
        ("role=user", ["alice", "bob"]),
        ("is_active=true", ["ada", "alice"]),
        ("is_active=false", ["bob"]),
        ("is_active=", ["ada", "alice", "bob"]),
        ("role=user&is_active=true&search=b", []),
        ("colour=green", ["ada", "alice", "bob"]),
    ],
)
def test_filters_narrow_the_list(everybody, query, names):
    assert names_in(as_(everybody[0]).get(f"{URL}?{query}")) == names


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("role=banana", ("role", "invalid_choice")),
        ("role=Admin", ("role", "invalid_choice")),
        ("is_active=banana", ("is_active", "invalid")),
        ("is_active=1", ("is_active", "invalid")),
        ("search=%00", ("search", "null_characters_not_allowed")),
        ("page=x", ("page", "invalid")),
    ],
)
def test_a_malformed_filter_is_refused(ada, query, error):
    assert errors_of(as_(ada).get(f"{URL}?{query}")) == [error]


def test_filters_are_for_the_list_alone(ada, alice):
    assert as_(ada).get(f"{URL}{alice.pk}/?role=admin&is_active=banana").json() == shown(alice)


@pytest.mark.parametrize("pk", ["0", "999999", "9" * 18, "9" * 19, str(2**63), "me2", "-1"])
def test_an_unknown_one_is_not_found(ada, pk):
    with nothing_changes():
        assert problem_of(as_(ada).get(f"{URL}{pk}/")) == (404, "not_found")
        assert problem_of(as_(ada).patch(f"{URL}{pk}/", {"role": "admin"})) == (404, "not_found")


def test_nobody_else_may(anonymous, alice, bob):
    with nothing_changes():
        for client, refusal in [(anonymous, (401, "not_authenticated")), (as_(alice), (403, "permission_denied"))]:
            for pk in (bob.pk, alice.pk, 999_999):
                assert problem_of(client.get(f"{URL}{pk}/")) == refusal
                assert problem_of(client.patch(f"{URL}{pk}/", {"role": "admin"})) == refusal
            assert problem_of(client.get(URL)) == refusal


@pytest.mark.parametrize(
    ("before", "sent"),
    [
        ({}, {"role": "admin"}),
        ({"role": "admin"}, {"role": "user"}),
        ({}, {"is_active": False}),
        ({"is_active": False}, {"is_active": True}),
        ({"is_active": False}, {"role": "admin", "is_active": True}),
        ({}, {}),
    ],
)
def test_an_admin_promotes_demotes_and_deactivates(ada, before, sent):
    eve = make_user("eve", **before)
    response = as_(ada).patch(f"{URL}{eve.pk}/", sent)
    assert response.status_code == 200
    assert response.json() == shown(eve) | sent == shown(User.objects.get(pk=eve.pk))


def test_django_knows_an_admin_by_the_role(ada, alice):
    for user, is_admin in ((ada, True), (alice, False), (make_user("eve", Role.ADMIN, is_active=False), False)):
        assert (user.is_staff, user.is_superuser) == (is_admin, is_admin)
        assert user.has_perm("movies.add_movie") == user.has_module_perms("movies") == is_admin


def test_a_deactivation_ends_every_login(ada, alice, bob):
    for user in (alice, alice, bob):
        user.logins.create()
    as_(ada).patch(f"{URL}{alice.pk}/", {"is_active": False})
    assert (alice.logins.alive().count(), bob.logins.alive().count()) == (0, 1)


def test_a_promotion_ends_none(ada, alice):
    client = program(alice.logins.create())
    as_(ada).patch(f"{URL}{alice.pk}/", {"role": "admin"})
    assert client.get(URL).status_code == 200


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({"role": "owner"}, ("role", "invalid_choice")),
        ({"role": None}, ("role", "null")),
        ({"role": ["admin"]}, ("role", "invalid_choice")),
        ({"is_active": "perhaps"}, ("is_active", "invalid")),
        ({"is_active": None}, ("is_active", "null")),
        ([], ("non_field_errors", "invalid")),
    ],
)
def test_a_bad_field_is_refused(ada, alice, sent, error):
    with nothing_changes():
        assert errors_of(as_(ada).patch(f"{URL}{alice.pk}/", sent)) == [error]


@pytest.mark.parametrize("more", [{"username": "x" * 5}, {"email": "x@example.org"}, {"password": "x"}, {"id": 77}])
def test_an_admin_changes_nothing_else(ada, alice, more):
    with nothing_changes():
        assert as_(ada).patch(f"{URL}{alice.pk}/", more).status_code == 200


@pytest.mark.parametrize("sent", [{"role": "user"}, {"is_active": False}, {"role": "user", "is_active": False}])
def test_the_last_active_admin_stays(ada, alice, sent):
    make_user("eve", Role.ADMIN, is_active=False)
    ada.logins.create()
    with nothing_changes():
        response = as_(ada).patch(f"{URL}{ada.pk}/", sent)
    assert problem_of(response) == (409, "last_admin")
    assert response.json()["detail"] == "This is the last active admin. Promote somebody else first."


def test_the_last_but_one_may_go(ada, alice):
    alice.change(role=Role.ADMIN)
    assert as_(ada).patch(f"{URL}{ada.pk}/", {"role": "user"}).status_code == 200
    assert as_(alice).get(URL).status_code == 200


def test_where_there_is_no_admin_anyway_others_can_be_changed(alice):
    """By a program: it is not they who leave nobody to run the cinema."""
    alice.change(is_active=False)
    assert not User.objects.get().is_active


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("sent", [{"role": "user"}, {"is_active": False}])
class TestTwoAdminsAtOnce:
    """Each takes the other's role away: both see the other still there, and only one may win."""

    def race(self, sent) -> list[int]:
        ada, eve = make_user("ada", Role.ADMIN), make_user("eve", Role.ADMIN)
        answers = at_once(
            lambda: as_(ada).patch(f"{URL}{eve.pk}/", sent), lambda: as_(eve).patch(f"{URL}{ada.pk}/", sent)
        )
        self.admins = User.objects.filter(role=Role.ADMIN, is_active=True).count()
        return sorted(answer.status_code for answer in answers)

    def test_one_of_them_stays(self, monkeypatch, sent):
        meet_after(monkeypatch, User, "refresh_from_db")
        assert self.race(sent) == [200, 409]
        assert self.admins == 1

    def test_without_the_lock_both_go(self, monkeypatch, sent):
        """The control: the race is real."""
        monkeypatch.setattr(LockingQuerySet, "lock", lambda rows: list(rows))
        monkeypatch.setattr("users.models.user.transaction", SimpleNamespace(atomic=lambda **options: nullcontext()))
        meet_after(monkeypatch, User, "refresh_from_db")
        assert self.race(sent) == [200, 200]
        assert self.admins == 0
