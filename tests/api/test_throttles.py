"""So often and no more, whoever asks: counted for the user; without one, for the address and for the account."""

import json
import os
import shutil
import subprocess
import sys
import time
from threading import Barrier

import pytest
import time_machine
from django.db import connection, connections
from django.utils import timezone
from rest_framework.test import APIClient

from api.models import ThrottleCounter
from tests.cast import PASSWORD, as_
from tests.cinema import ids_of, make_showtime
from tests.postgres import free_port
from tests.race import at_once
from tests.refusals import nothing_changes, problem_of

LOGIN, TOKEN, REGISTER = "/api/v1/auth/login/", "/api/v1/auth/token/", "/api/v1/auth/register/"
RESET, RESERVATIONS = "/api/v1/auth/password/reset/", "/api/v1/reservations/"


@pytest.fixture
def throttled(settings):
    """A function that sets rates, and how many proxies are believed."""

    def set_rates(proxies: int = 0, **rates: str) -> None:
        all_rates = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] | rates
        changes = {"DEFAULT_THROTTLE_RATES": all_rates, "NUM_PROXIES": proxies}
        settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | changes

    return set_rates


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


def try_login(account: str = "alice", address: str = "192.0.2.1", **headers) -> int:
    """The status of a login without a password: it counts, and needs no hash. 400 passed, 429 did not."""
    return APIClient(REMOTE_ADDR=address, **headers).post(LOGIN, {"login": account}).status_code


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


def test_anonymous_attempts_to_reserve_count_for_nobody(anonymous, db, throttled):
    throttled(reserve="1/minute")
    assert [anonymous.post(RESERVATIONS, {}).status_code for _ in range(3)] == [401] * 3
    assert not ThrottleCounter.objects.exists()


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (0, "203.0.113.5", "192.0.2.1"),
        (1, "203.0.113.5", "203.0.113.5"),
        (1, "198.51.100.7, 203.0.113.5", "203.0.113.5"),
        (2, "198.51.100.7, 203.0.113.5, 10.0.0.1", "203.0.113.5"),
        (3, "203.0.113.5", "203.0.113.5"),
        (1, None, "192.0.2.1"),
        (1, "x" * 1000, "x" * 40),
        (0, "2001:db8::1", "192.0.2.1"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (1, "::ffff:203.0.113.5", "203.0.113.5"),
    ],
)
def test_the_address_is_the_one_that_the_last_believed_proxy_saw(db, throttled, proxies, header, address):
    throttled(login="9/minute", proxies=proxies)
    try_login(**({"HTTP_X_FORWARDED_FOR": header} if header else {}))
    assert ThrottleCounter.objects.filter(key=f"login:address:{address}", hits=1).exists()


def test_a_made_up_forwarded_for_is_no_way_around(db, throttled):
    throttled(login="1/minute")
    answers = [try_login(f"account-{n}", HTTP_X_FORWARDED_FOR=f"203.0.113.{n}") for n in range(3)]
    assert answers == [400, 429, 429]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
    ],
)
def test_a_network_of_ipv6_is_one_address(db, throttled, one, other, same):
    """A customer has a /64 to send from. IPv4 that comes in through an IPv6 socket stays IPv4."""
    throttled(login="1/minute")
    assert try_login("alice", one) == 400
    assert try_login("bob", other) == (429 if same else 400)


def test_old_counters_are_swept_up(db, throttled, clock, monkeypatch):
    monkeypatch.setattr("api.throttles.random.random", lambda: 0.0)
    throttled(login="1/minute")
    for n in range(3):
        try_login(f"account-{n}", f"192.0.2.{n}")
    clock.shift(61)
    try_login("alice", "192.0.2.9")
    assert ThrottleCounter.objects.count() == 2


# Sixty-four at once.


@pytest.mark.django_db(transaction=True)
def test_over_threads_exactly_so_many_pass(throttled):
    throttled(login="10/minute")
    answers = at_once(*[try_login] * 64)
    assert (answers.count(400), answers.count(429)) == (10, 54)


@pytest.mark.django_db(transaction=True)
def test_the_race_is_real(throttled, monkeypatch):
    """The control: all look how often, then all write one more. So all pass where one may."""
    all_have_looked = Barrier(4)

    def count(keys: list[str], seconds: int) -> list[tuple[int, float]]:
        hits = sum(ThrottleCounter.objects.filter(pk=keys[0]).values_list("hits", flat=True))
        all_have_looked.wait(timeout=10)
        ThrottleCounter.objects.update_or_create(pk=keys[0], defaults={"hits": hits + 1, "expires_at": 2**33})
        return [(hits + 1, 2**33)]

    throttled(login="1/minute")
    monkeypatch.setattr("api.throttles.count", count)
    assert at_once(*[try_login] * 4) == [400] * 4


# Each process sends sixteen when it is told to.
PROCESS = """
import sys, json, django
django.setup()
from tests.api.test_throttles import try_login
print("ready", flush=True)
sys.stdin.readline()
print(json.dumps([try_login() for _ in range(16)]))
"""


def over_processes(**environment: str) -> list[int]:
    """What 64 logins in 4 processes are answered, at 10 a minute."""
    postgres = connection.vendor == "postgresql"
    database = {"POSTGRES_DB" if postgres else "SQLITE_PATH": str(connection.settings_dict["NAME"])}
    connections.close_all()
    environment = {**os.environ, **database, "THROTTLE_LOGIN": "10/minute", **environment}
    environment["DJANGO_SETTINGS_MODULE"] = "project.settings"
    command = [sys.executable, "-c", PROCESS]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, env=environment, **pipes) for _ in range(4)]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    return [answer for process in processes for answer in json.loads(process.communicate(timeout=60)[0])]


@pytest.mark.django_db(transaction=True)
def test_over_processes_exactly_so_many_pass():
    answers = over_processes()
    assert (answers.count(400), answers.count(429)) == (10, 54)


@pytest.fixture
def redis_url(tmp_path):
    """The address of a Redis of our own, gone at the end."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("no redis-server on the PATH, so throttles that count in Redis are not tested")
    port = str(free_port())
    options = ("--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path))
    server = subprocess.Popen([program, *options], stdout=subprocess.PIPE, text=True)
    try:
        next(line for line in server.stdout if "Ready to accept connections" in line)
        yield f"redis://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.communicate()


@pytest.mark.django_db(transaction=True)
def test_over_processes_with_redis_exactly_so_many_pass(redis_url):
    answers = over_processes(REDIS_URL=redis_url)
    assert (answers.count(400), answers.count(429)) == (10, 54)
    assert not ThrottleCounter.objects.exists()


def test_a_window_ends_in_redis_too(db, throttled, redis_url, settings):
    settings.REDIS_URL = redis_url
    throttled(login="2/second")
    assert [try_login() for _ in range(3)] == [400, 400, 429]
    time.sleep(1.1)
    assert [try_login() for _ in range(3)] == [400, 400, 429]


def test_while_redis_is_away_the_answer_says_so(db, throttled, settings):
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}"
    throttled(login="10/minute")
    response = APIClient().post(LOGIN, {"login": "alice", "password": PASSWORD})
    assert problem_of(response) == (503, "service_unavailable")
    assert response["Retry-After"] == "2"
