import pytest

from tests.cast import PASSWORD, as_
from tests.clients import browser, program
from tests.refusals import errors_of, nothing_changes, problem_of

URL, ME = "/api/v1/auth/password/change/", "/api/v1/users/me/"
NEW = "gazpacho-with-nettles-43"
SENT = {"old_password": PASSWORD, "new_password": NEW}


@pytest.mark.parametrize("come_in", [program, browser], ids=["bearer", "cookie"])
def test_it_ends_every_other_login_and_keeps_this_one(come_in, alice, bob):
    here, elsewhere, bobs = come_in(alice.logins.create()), program(alice.logins.create()), program(bob.logins.create())
    response = here.post(URL, SENT)
    assert (response.status_code, response.content) == (204, b"")
    assert [client.get(ME).status_code for client in (here, elsewhere, bobs)] == [200, 401, 200]


def test_only_the_new_one_opens(alice, anonymous):
    as_(alice).post(URL, SENT)
    alice.refresh_from_db()
    assert alice.check_password(NEW)
    assert anonymous.post("/api/v1/auth/token/", {"login": "alice", "password": PASSWORD}).status_code == 401
    assert anonymous.post("/api/v1/auth/token/", {"login": "alice", "password": NEW}).status_code == 200


@pytest.mark.parametrize(
    ("sent", "errors"),
    [
        ({"old_password": "wrong-password-42"}, [("old_password", "invalid")]),
        ({"old_password": f"{PASSWORD} "}, [("old_password", "invalid")]),
        ({"old_password": ""}, [("old_password", "blank")]),
        ({"new_password": ""}, [("new_password", "blank")]),
        ({"new_password": "alfalfa"}, [("new_password", "password_too_short")]),
        ({"new_password": "password123"}, [("new_password", "password_too_common")]),
        ({"new_password": "7139028465"}, [("new_password", "password_entirely_numeric")]),
        ({"new_password": "alice@example.org"}, [("new_password", "password_too_similar")]),
        ({"new_password": "b" * 129}, [("new_password", "max_length")]),
        ({"old_password": None, "new_password": None}, [("old_password", "null"), ("new_password", "null")]),
    ],
)
def test_a_bad_field_is_refused(alice, sent, errors):
    client = program(alice.logins.create())
    alice.logins.create()
    with nothing_changes():
        assert errors_of(client.post(URL, SENT | sent)) == errors


def test_both_are_required(alice):
    with nothing_changes():
        assert errors_of(as_(alice).post(URL, {})) == [("old_password", "required"), ("new_password", "required")]


def test_a_wrong_old_password_says_so(alice):
    [error] = as_(alice).post(URL, SENT | {"old_password": "wrong-password-42"}).json()["errors"]
    assert error["detail"] == "This is not your current password."


def test_anonymous_has_none(anonymous, alice):
    with nothing_changes():
        assert problem_of(anonymous.post(URL, SENT)) == (401, "not_authenticated")


def test_nobody_elses_is_changed(alice, bob):
    before = bob.password
    as_(alice).post(URL, SENT | {"user": bob.pk, "id": bob.pk, "username": "bob"})
    bob.refresh_from_db()
    assert bob.password == before
