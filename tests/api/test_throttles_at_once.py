"""Sixty-four at once, over threads, processes and the workers of a real server: exactly as many pass as may."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from threading import Barrier

import pytest
from django.db import connection, connections
from rest_framework.test import APIClient

from api.models import ThrottleCounter
from tests.api.attempts import LOGIN, try_login
from tests.cast import PASSWORD
from tests.harness import database, environment, run, serve
from tests.postgres import free_port
from tests.race import at_once
from tests.refusals import problem_of
from tests.wire import Wire


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
from tests.api.attempts import try_login
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


# Over the three workers of a server.


@pytest.fixture(scope="module")
def server(request, tmp_path_factory) -> Iterator[tuple[tuple[str, int], str]]:
    """Where it is, and a token."""
    folder = tmp_path_factory.mktemp("server")
    throttles = {"THROTTLE_LOGIN": "10/day", "THROTTLE_RESERVE": "20/day"}
    with database("postgres" if request.config.getoption("postgres") else "sqlite") as settings:
        env = environment(settings, folder, WEB_CONCURRENCY="3", TRUSTED_PROXIES="1", **throttles)
        run(env, "manage.py", "migrate", "--verbosity=0")
        plan = json.loads(run(env, "-m", "tests.storm.seed", stdin="[]"))
        with serve(env, folder / "log") as address:
            yield address, plan["users"][0][1]


def sixty_four(address: tuple[str, int], path: str, bodies: list[dict], headers: list[dict]) -> Counter:
    def post(body: dict, more: dict) -> int:
        wire = Wire(address)
        response, _ = wire.send("POST", path, body, more)
        wire.close()
        return response.status

    return Counter(at_once(*[lambda sent=sent: post(*sent) for sent in zip(bodies, headers, strict=True)]))


def test_over_workers_exactly_so_many_of_an_address_pass(server):
    address, _ = server
    bodies = [{"login": f"account-{n}"} for n in range(64)]
    assert sixty_four(address, LOGIN, bodies, [{"X-Forwarded-For": "192.0.2.1"}] * 64) == {400: 10, 429: 54}


def test_over_workers_exactly_so_many_of_an_account_pass(server):
    address, _ = server
    headers = [{"X-Forwarded-For": f"198.51.100.{n}"} for n in range(64)]
    assert sixty_four(address, LOGIN, [{"login": "alice"}] * 64, headers) == {400: 10, 429: 54}


def test_over_workers_exactly_so_many_of_a_user_pass(server):
    address, token = server
    headers = [{"Authorization": f"Bearer {token}", "X-Forwarded-For": f"203.0.113.{n}"} for n in range(64)]
    assert sixty_four(address, "/api/v1/reservations/", [{}] * 64, headers) == {400: 20, 429: 44}
