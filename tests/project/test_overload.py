"""
When more requests come than are answered, some are refused at once. Bookings do not wait for reads, nor probes for any.

A server with one thread, which is taken, and room for three requests that wait, and for three more that only read.
"""

import json
import select
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPResponse
from pathlib import Path
from typing import NamedTuple

import pytest

from tests import harness
from tests.cinema import ids_of
from tests.rows import everything
from users.models import Login
from users.tokens import AccessToken

pytestmark = pytest.mark.django_db(transaction=True)

GUNICORN = "--workers=1 --threads=1 --worker-class=tests.project.stuck.Worker"
GENRES, LIVEZ = "/api/v1/genres/", "/livez"


class Server(NamedTuple):
    address: tuple[str, int]
    token: str
    end: Path  # where there is a file, the thread is free
    log: Path
    connections: ExitStack

    def send(self, method: str, path: str, body: dict | None = None) -> socket.socket:
        connection = self.connections.enter_context(socket.create_connection(self.address, timeout=30))
        content = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self.token}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        connection.sendall(head.encode() + content)
        return connection

    def reserve(self, showtime, label: str) -> socket.socket:
        return self.send(
            "POST", "/api/v1/reservations/", {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, label)}
        )


@pytest.fixture
def server(tmp_path, settings, alice) -> Iterator[Server]:
    keys = {"SECRET_KEY": settings.SECRET_KEY, "REFRESH_SECRET_KEY": settings.REFRESH_SECRET_KEY}
    end = tmp_path / "end"
    environment = harness.environment(
        harness.database_of_the_tests(), tmp_path, GUNICORN_CMD_ARGS=GUNICORN, STUCK_UNTIL=str(end), **keys
    )
    token = str(AccessToken.of(Login.objects.create(user=alice)))
    log = tmp_path / "log"
    with harness.serve(environment, log, "tests.project.stuck") as address, ExitStack() as connections:
        server = Server(address, token, end, log, connections)
        connection = server.send("GET", "/stuck")
        received = b""
        while b"stuck" not in received:
            received += connection.recv(1000)
        yield server
        end.touch()


def answer_on(connection: socket.socket, method: str = "GET") -> tuple[HTTPResponse, dict | list | None]:
    response = HTTPResponse(connection, method=method)
    response.begin()
    content = response.read()
    return response, json.loads(content) if content else None


def answered(connections: list[socket.socket], count: int) -> list[socket.socket]:
    """Those on which there is an answer, once there are so many."""
    found = []
    while len(found) < count:
        found, _, _ = select.select(connections, [], [], 30)
        assert found, "nobody was answered"
    return found


def test_reads_are_refused_at_once_while_bookings_still_get_in(server, showtime):
    reads = [server.send("GET", GENRES) for _ in range(5)]
    refused = answered(reads, 2)
    assert len(refused) == 2
    for connection in refused:
        response, body = answer_on(connection)
        assert (response.status, body["code"]) == (503, "service_unavailable")
        assert response.headers["Retry-After"] == "2"
        assert response.headers["Content-Type"] == "application/problem+json"
        assert response.headers["Cache-Control"] == "no-store"
    booking = server.reserve(showtime, "A1")
    answered([server.send("GET", GENRES)], 1)
    server.end.touch()
    response, body = answer_on(booking)
    assert (response.status, [seat["label"] for seat in body["seats"]]) == (201, ["A1"])
    assert {answer_on(connection)[0].status for connection in reads if connection not in refused} == {200}
    assert showtime.reserved_seats.count() == 1


def test_bookings_are_refused_when_three_wait_and_nothing_has_changed(server, showtime):
    before = everything()
    labels = ["A1", "A2", "A3", "A4", "B1"]
    bookings = [server.reserve(showtime, label) for label in labels]
    refused = answered(bookings, 2)
    assert [answer_on(connection)[1]["code"] for connection in refused] == ["service_unavailable"] * 2
    assert everything() == before
    server.end.touch()
    assert [answer_on(one)[0].status for one in bookings if one not in refused] == [201] * 3
    assert showtime.reserved_seats.count() == 3


def test_bookings_are_served_before_reads_that_came_before_them(server, showtime):
    """One thread answers them all, and writes a line of the log for each. Of each kind one more comes than can wait."""
    reads = [server.send("GET", GENRES) for _ in range(4)]
    refused = answered(reads, 1)
    bookings = [server.reserve(showtime, label) for label in ("A1", "A2", "A3", "A4")]
    refused += answered(bookings, 1)
    server.end.touch()
    assert [answer_on(one)[0].status for one in (*bookings, *reads) if one not in refused] == [201] * 3 + [200] * 3
    lines = [json.loads(line) for line in server.log.read_text().splitlines() if '"project.requests"' in line]
    methods = [line["method"] for line in lines if line["path"].startswith("/api/")]
    assert methods[:5] == ["POST"] * 3 + ["GET"] * 2  # a line follows its answer, so that the last may be missing


def test_probes_are_never_refused(server):
    answered([server.send("GET", GENRES) for _ in range(4)], 1)
    probe = server.send("GET", LIVEZ)
    answered([server.send("GET", GENRES)], 1)
    server.end.touch()
    response, body = answer_on(probe)
    assert (response.status, body) == (200, {"status": "ok"})


def test_who_was_refused_asks_again_on_the_same_connection(server):
    [refused] = answered([server.send("GET", GENRES) for _ in range(4)], 1)
    answer_on(refused)
    connection = server.send("HEAD", GENRES)
    response, body = answer_on(connection, "HEAD")
    assert (response.status, body, response.headers["Retry-After"]) == (503, None, "2")
    server.end.touch()
    again = f"GET {GENRES} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    while response.status == 503:  # some of those that waited still do
        connection.sendall(again)
        response, _ = answer_on(connection)
    assert response.status == 200
