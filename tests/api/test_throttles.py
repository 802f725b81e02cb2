"""So often and no more, whoever asks: counted for the user; without one, for the address and for the account."""

import pytest
from rest_framework.test import APIClient

from api.models import ThrottleCounter
from tests.api.attempts import LOGIN, try_login
from tests.cast import PASSWORD, as_
from tests.cinema import ids_of, make_showtime
from tests.refusals import nothing_changes, problem_of

TOKEN, REGISTER = "/api/v1/auth/token/", "/api/v1/auth/register/"
RESET, RESERVATIONS = "/api/v1/auth/password/reset/", "/api/v1/reservations/"
ME, PASSWORD_CHANGE = "/api/v1/users/me/", "/api/v1/auth/password/change/"


def test_the_one_after_the_last_is_told_to_wait(db, throttled, clock):
    throttled(login="3/minute")
    assert [try_login() for _ in range(3)] == [400] * 3
    clock.shift(20)
    with nothing_changes():
        response = APIClient(REMOTE_ADDR="192.0.2.1").post(LOGIN, {"login": "alice", "password": PASSWORD})
    assert response["Retry-After"] == "41"
    assert response["Content-Type"] == "application/problem+json"
    assert response.json() == {
        "type": "about:blank",
        "title": "Too Many Requests",
        "status": 429,
        "code": "throttled",
        "detail": "Request was throttled. Expected available in 41 seconds.",
    }


def test_who_waits_that_long_may_go_on(db, throttled, clock):
    throttled(login="2/minute")
    assert [try_login() for _ in range(4)] == [400, 400, 429, 429]
    clock.shift(59)
    assert try_login() == 429
    clock.shift(1)
    assert [try_login() for _ in range(3)] == [400, 400, 429]


@pytest.mark.parametrize(("per", "seconds"), [("second", 1), ("minute", 60), ("hour", 3600), ("day", 86400)])
def test_a_window_is_as_long_as_the_rate_says(db, throttled, clock, per, seconds):
    throttled(login=f"1/{per}")
    assert try_login() == 400
    clock.shift(seconds - 0.001)
    assert try_login() == 429
    clock.shift(0.001)
    assert try_login() == 400


def test_without_a_rate_nobody_waits(db, throttled, django_assert_num_queries):
    throttled(login=None)
    with django_assert_num_queries(0):
        assert {try_login() for _ in range(30)} == {400}


def test_one_address_has_one_count_for_all_accounts(db, throttled):
    throttled(login="2/minute")
    assert [try_login(f"account-{n}") for n in range(3)] == [400, 400, 429]
    assert try_login("account-3", address="192.0.2.2") == 400


def test_one_account_has_one_count_for_all_addresses(db, throttled):
    """Who has many addresses still guesses no faster."""
    throttled(login="2/minute")
    assert [try_login("alice", f"192.0.2.{n}") for n in range(3)] == [400, 400, 429]
    assert try_login("bob", "192.0.2.9") == 400


@pytest.mark.parametrize("spelling", ["ALICE", "Alice", " alice", "alice\t", "\u00a0alice "])
def test_an_account_is_the_same_however_it_is_spelled(db, throttled, spelling):
    throttled(login="1/minute")
    assert try_login("alice", "192.0.2.1") == 400
    assert try_login(spelling, "192.0.2.2") == 429


def test_an_account_that_nobody_has_counts_alike(db, alice, throttled):
    throttled(login="2/minute")
    for account in ("alice", "nobody"):
        assert [try_login(account, f"192.0.2.{n}{account == 'alice':d}") for n in range(3)] == [400, 400, 429]


def test_login_and_token_count_together_and_register_apart(db, throttled):
    throttled(login="1/minute", register="1/hour")
    client = APIClient()
    assert client.post(LOGIN, {"login": "alice"}).status_code == 400
    assert client.post(TOKEN, {"login": "alice"}).status_code == 429
    assert [client.post(REGISTER, {}).status_code for _ in range(2)] == [400, 429]


def test_a_password_reset_counts_for_address_and_account(db, throttled):
    throttled(password_reset="1/hour")
    sent = {"email": "alice@"}
    assert APIClient(REMOTE_ADDR="192.0.2.1").post(RESET, sent).status_code == 400
    assert APIClient(REMOTE_ADDR="192.0.2.2").post(RESET, sent).status_code == 429
    assert APIClient(REMOTE_ADDR="192.0.2.1").post(RESET, {"email": "bob@"}).status_code == 429


def test_reserving_counts_for_the_user_from_wherever(alice, bob, throttled):
    throttled(reserve="1/minute")
    showtime = make_showtime()
    client, elsewhere = as_(alice), as_(alice)
    elsewhere.defaults["REMOTE_ADDR"] = "192.0.2.1"
    sent = {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, "A1")}
    reservation = client.post(RESERVATIONS, sent).json()
    with nothing_changes():
        assert problem_of(elsewhere.post(RESERVATIONS, sent)) == (429, "throttled")
    assert as_(bob).post(RESERVATIONS, sent).status_code == 409
    assert client.get(RESERVATIONS).status_code == 200
    assert client.post(f"{RESERVATIONS}{reservation['id']}/cancel/").status_code == 200


NEW = "gazpacho-with-nettles-43"
GUESSES = [
    ("post", PASSWORD_CHANGE, {"old_password": "wrong-password-42", "new_password": NEW}),
    ("patch", ME, {"email": "new@example.org", "current_password": "wrong-password-42"}),
]


@pytest.mark.parametrize(("method", "path", "guess"), GUESSES, ids=["change", "me"])
def test_guesses_at_ones_own_password_count_for_the_user_from_wherever(alice, bob, throttled, method, path, guess):
    """Whoever finds a session open can guess as often as who logs in; then the right password is refused as well."""
    throttled(login="2/minute")
    right = {name: PASSWORD if value == "wrong-password-42" else value for name, value in guess.items()}
    with nothing_changes():
        for number, status in enumerate((400, 400, 429)):
            client = as_(alice)
            client.defaults["REMOTE_ADDR"] = f"192.0.2.{number}"
            assert getattr(client, method)(path, guess).status_code == status
        assert problem_of(getattr(as_(alice), method)(path, right)) == (429, "throttled")
        assert as_(alice).get(ME).status_code == 200
    assert getattr(as_(bob), method)(path, right).status_code in (200, 204)


def test_both_kinds_of_guesses_count_together(alice, throttled):
    throttled(login="1/minute")
    statuses = [getattr(as_(alice), method)(path, guess).status_code for method, path, guess in GUESSES]
    assert statuses == [400, 429]


def test_they_leave_logging_in_alone(alice, throttled):
    """Else whoever finds a session open could lock its owner out."""
    throttled(login="1/minute")
    for method, path, guess in GUESSES:
        getattr(as_(alice), method)(path, guess)
    assert try_login("alice") == 400


def test_anonymous_attempts_to_reserve_count_for_nobody(anonymous, db, throttled):
    throttled(reserve="1/minute")
    assert [anonymous.post(RESERVATIONS, {}).status_code for _ in range(3)] == [401] * 3
    assert not ThrottleCounter.objects.exists()


def test_old_counters_are_swept_up(db, throttled, clock, monkeypatch):
    monkeypatch.setattr("api.throttles.random.random", lambda: 0.0)
    throttled(login="1/minute")
    for n in range(3):
        try_login(f"account-{n}", f"192.0.2.{n}")
    clock.shift(61)
    try_login("alice", "192.0.2.9")
    assert ThrottleCounter.objects.count() == 2
