import pytest

from tests.cast import as_
from tests.clients import browser, program
from tests.refusals import nothing_changes, problem_of
from users.models import Login

URL = "/api/v1/auth/logout/all/"


@pytest.mark.parametrize("come_in", [program, browser], ids=["bearer", "cookie"])
def test_it_ends_every_login_of_yours(come_in, alice, bob):
    here, elsewhere, bobs = come_in(alice.logins.create()), program(alice.logins.create()), program(bob.logins.create())
    response = here.post(URL)
    assert (response.status_code, response.content) == (204, b"")
    assert not alice.logins.alive().exists()
    assert [client.get("/api/v1/users/me/").status_code for client in (here, elsewhere, bobs)] == [401, 401, 200]


def test_it_clears_both_cookies(alice):
    cookies = browser(alice.logins.create()).post(URL).cookies
    assert set(cookies) == {"access_token", "refresh_token"}
    assert all((cookie.value, cookie["max-age"]) == ("", 0) for cookie in cookies.values())


def test_what_was_ended_before_keeps_its_time(alice):
    ended = alice.logins.create()
    alice.logins.revoke()
    revoked_at = Login.objects.get(pk=ended.pk).revoked_at
    as_(alice).post(URL)
    assert Login.objects.get(pk=ended.pk).revoked_at == revoked_at


def test_anonymous_has_none(anonymous, alice):
    alice.logins.create()
    with nothing_changes():
        assert problem_of(anonymous.post(URL)) == (401, "not_authenticated")
