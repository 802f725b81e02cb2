"""
The server behind nginx and behind Caddy, each configured to the letter of docs/operations.md, as people reach it.

Clients come from several addresses of this computer's own network, 127.0.0.0/8.
"""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import NamedTuple

import pytest

from tests.harness import HOST, database, environment, run, serve
from tests.movies.pictures import encoded, picture
from tests.proxies import NAME, Proxy, proxy

JSON = {"Content-Type": "application/json"}
SITE = f"https://{NAME}"
FORGED = {
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Port": "1",
    "Forwarded": "for=192.0.2.1;host=evil.example;proto=http",
}


class Cinema(NamedTuple):
    proxy: Proxy
    admin: str
    movie: str

    def put_poster(self, content: bytes):
        boundary = "a-boundary"
        body = f'--{boundary}\r\nContent-Disposition: form-data; name="poster"; filename="poster.png"\r\n\r\n'.encode()
        body += content + f"\r\n--{boundary}--\r\n".encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}", "Authorization": f"Bearer {self.admin}"}
        return self.proxy.send("PUT", f"{self.movie}poster/", body, headers)


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def kind(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def cinema(request, kind, tmp_path_factory) -> Iterator[Cinema]:
    folder = tmp_path_factory.mktemp(kind)
    with database("postgres" if request.config.getoption("postgres") else "sqlite") as settings:
        env = environment(
            settings, folder, HTTPS="1", ALLOWED_HOSTS=NAME, TRUSTED_PROXIES="1", WEB_CONCURRENCY="1",
            THROTTLE_LOGIN="2/day",
        )  # fmt: skip
        run(env, "manage.py", "migrate", "--verbosity=0")
        plan = json.loads(run(env, "-m", "tests.storm.seed", stdin="[]"))
        with serve(env, folder / "server.log") as server, proxy(kind, server, folder) as found:
            yield Cinema(found, plan["admin"][1], f"/api/v1/movies/{plan['movie']}/")


def test_people_log_in_with_secure_cookies(cinema):
    account = {"username": "newcomer", "email": "newcomer@example.org", "password": "two-in-the-middle"}
    response, _ = cinema.proxy.send("POST", "/api/v1/auth/register/", json.dumps(account), JSON)
    assert response.status == 201
    login = json.dumps({"login": "newcomer", "password": "two-in-the-middle"})
    response, _ = cinema.proxy.send("POST", "/api/v1/auth/login/", login, JSON, source="127.0.0.10")
    assert response.status == 200
    cookies = dict(cookie.split("=", 1) for cookie in response.headers.get_all("Set-Cookie"))
    assert {"__Host-access_token", "__Secure-refresh_token"} <= cookies.keys()
    assert all("; Secure" in cookie for cookie in cookies.values())
    assert response.headers["Strict-Transport-Security"]

    access = cookies["__Host-access_token"].split(";")[0]
    response, me = cinema.proxy.send("GET", "/api/v1/users/me/", headers={"Cookie": f"__Host-access_token={access}"})
    assert (response.status, json.loads(me)["username"]) == (200, "newcomer")


def test_plain_http_is_sent_to_https_whatever_it_says_of_itself(cinema):
    for headers in ({}, FORGED, {"X-Forwarded-Proto": "https"}):
        response, _ = cinema.proxy.send("GET", "/api/v1/movies/?page=2", headers=headers, encrypted=False)
        assert response.status in (301, 308)
        assert response.headers["Location"].startswith(SITE)
        assert response.headers["Location"].endswith("/api/v1/movies/?page=2")


@pytest.mark.parametrize("headers", [{}, FORGED], ids=["honest", "forged"])
def test_addresses_in_answers_are_those_that_people_can_reach(cinema, headers):
    response, root = cinema.proxy.send("GET", "/api/v1/", headers={"Accept": "application/json", **headers})
    assert response.status == 200
    addresses = [value for value in json.loads(root).values() if "://" in str(value)]
    assert addresses
    assert all(address.startswith(f"{SITE}/api/v1/") for address in addresses)


def test_to_another_name_nothing_is_answered(cinema):
    response, body = cinema.proxy.send("GET", "/api/v1/", headers={"Host": "evil.example"})
    assert body == b"" or (response.status, json.loads(body)["code"]) == (400, "bad_request")


def log_in(cinema: Cinema, account: str, source: str, headers=()) -> int:
    body = json.dumps({"login": account, "password": "wrong"})
    response, _ = cinema.proxy.send("POST", "/api/v1/auth/login/", body, {**JSON, **dict(headers)}, source=source)
    return response.status


def test_throttles_count_the_client_and_not_the_proxy(cinema):
    assert [log_in(cinema, f"a{n}", "127.0.0.20") for n in range(3)] == [401, 401, 429]
    assert [log_in(cinema, f"b{n}", "127.0.0.21") for n in range(3)] == [401, 401, 429]


def test_an_address_that_a_client_makes_up_counts_for_nothing(cinema):
    made_up = [
        {"X-Forwarded-For": "192.0.2.1"},
        {"X-Forwarded-For": "192.0.2.2, 192.0.2.3"},
        {"X-Forwarded-For": "192.0.2.4", "X-Real-IP": "192.0.2.4", "Forwarded": "for=192.0.2.4"},
    ]
    assert [log_in(cinema, f"c{n}", "127.0.0.22", headers) for n, headers in enumerate(made_up)] == [401, 401, 429]


def padded(size: int) -> bytes:
    """A good picture of so many bytes: what follows the end of a PNG is not looked at."""
    content = encoded(picture())
    return content + bytes(size - len(content))


def test_a_poster_of_5_mb_goes_through(cinema):
    response, body = cinema.put_poster(padded(5_000_000))
    assert response.status == 200, body
    poster = json.loads(body)["poster"]
    assert poster.startswith(f"{SITE}/media/")
    response, content = cinema.proxy.send("GET", poster.removeprefix(SITE))
    assert (response.status, response.headers["Content-Type"]) == (200, "image/webp")
    assert content


def test_a_larger_one_is_refused_in_words(cinema):
    _, before = cinema.proxy.send("GET", cinema.movie)
    response, body = cinema.put_poster(padded(5_000_001))
    assert (response.status, json.loads(body)["code"]) == (413, "payload_too_large")
    assert cinema.proxy.send("GET", cinema.movie)[1] == before


@pytest.mark.parametrize("size", [5_100_001, 6_300_000])
def test_and_so_is_one_that_the_server_would_not_even_read(cinema, kind, size):
    """nginx must not ask it at all. To Caddy the server answers early, and then listens for a while."""
    _, before = cinema.proxy.send("GET", cinema.movie)
    with closing(cinema.proxy.connect()) as connection:
        connection.putrequest("PUT", f"{cinema.movie}poster/")
        connection.putheader("Authorization", f"Bearer {cinema.admin}")
        connection.putheader("Content-Type", "multipart/form-data; boundary=a-boundary")
        connection.putheader("Content-Length", str(size))
        connection.endheaders()
        with suppress(ConnectionError, ssl.SSLEOFError):  # it may stop listening
            connection.send(bytes(size))
        response = connection.getresponse()
        assert response.status == 413
        if kind == "nginx":
            assert response.headers["X-Request-ID"] is None  # the server was not asked
    assert cinema.proxy.send("GET", cinema.movie)[1] == before


# What the proxy hands on, and when.


@contextmanager
def recorder() -> Iterator[tuple[tuple[str, int], Queue]]:
    """A server that tells each request that begins to reach it."""
    begun = Queue()

    class Recorder(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            begun.put(self.path)
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args) -> None:
            """Say nothing."""

    with ThreadingHTTPServer((HOST, 0), Recorder) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            yield server.server_address, begun
        finally:
            server.shutdown()


def test_through_nginx_a_request_reaches_the_server_once_all_of_it_is_there(tmp_path):
    with recorder() as (server, begun), proxy("nginx", server, tmp_path) as found:
        slow = found.connect()
        slow.putrequest("POST", "/slow")
        slow.putheader("Content-Length", "100000")
        slow.endheaders()
        slow.send(bytes(50_000))
        for _ in range(20):
            assert found.send("POST", "/quick", b"{}")[0].status == 204
        slow.send(bytes(50_000))
        assert slow.getresponse().status == 204
        slow.close()
        assert [begun.get() for _ in range(21)] == ["/quick"] * 20 + ["/slow"]
