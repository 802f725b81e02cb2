"""What only a socket can send, to gunicorn as in production, on the database that these tests run on."""

import io
import json
import socket
from collections.abc import Iterator
from contextlib import closing, suppress
from http import HTTPStatus
from http.client import HTTPResponse
from pathlib import Path
from typing import NamedTuple

import pytest

from tests import harness
from tests.corpus import wire
from tests.fuzz.watch import Watch


class Site(NamedTuple):
    address: tuple[str, int]
    watch: Watch
    log: Path


@pytest.fixture(scope="module")
def site(request, tmp_path_factory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("wire")
    with harness.database("postgres" if request.config.getoption("postgres") else "sqlite") as settings:
        environment = harness.environment(settings, folder, WEB_CONCURRENCY="1")
        harness.run(environment, "manage.py", "migrate", "--verbosity=0")
        with harness.serve(environment, folder / "log") as address, closing(Watch(settings)) as watch:
            yield Site(address, watch, folder / "log")


def say(address: tuple[str, int], request: bytes, hang_up: bool) -> bytes:
    """All that comes back until the connection is closed."""
    with socket.create_connection(address, timeout=30) as connection:
        with suppress(BrokenPipeError, ConnectionResetError):  # refused before it has heard all
            connection.sendall(request.replace(b"{host}", "{}:{}".format(*address).encode()))
            if hang_up:
                connection.shutdown(socket.SHUT_WR)
        said = b""
        with suppress(ConnectionResetError):
            while more := connection.recv(65_536):
                said += more
        return said


class Said:
    """A socket, as `HTTPResponse` wants one."""

    def __init__(self, content: bytes):
        self.content = content

    def makefile(self, mode: str) -> io.BytesIO:
        return io.BytesIO(self.content)


def answer_of(said: bytes) -> str:
    """The status and the code of a well-formed problem, or `closed`."""
    said = said.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
    if not said:
        return "closed"
    response = HTTPResponse(Said(said))
    response.begin()
    problem = json.loads(response.read())
    assert response.headers["Content-Type"] == "application/problem+json", problem
    assert problem.keys() >= {"type", "title", "status", "code", "detail"}
    assert (problem["status"], problem["title"]) == (response.status, HTTPStatus(response.status).phrase)
    return f"{response.status} {problem['code']}"


@pytest.mark.parametrize("section", wire.SECTIONS)
def test_the_server_answers_as_the_row_says(site, section):
    for row in wire.SECTIONS[section]:
        said = say(site.address, row.request, hang_up=section == "truncated")
        assert answer_of(said) == row.answer, row.name
    assert not site.watch.look()
    assert "Traceback" not in site.log.read_text()
    assert "uncaptured" not in site.log.read_text()


def test_the_only_5xx_is_for_a_transfer_coding_that_nobody_understands():
    """RFC 9112, 6.1, asks for it."""
    rows = [row for rows in wire.SECTIONS.values() for row in rows if row.answer.startswith("5")]
    assert {row.answer for row in rows} == {"501 not_implemented"}
    assert all(b"Transfer-Encoding" in row.request for row in rows)


def test_after_all_of_that_it_serves_as_before(site):
    assert harness.is_ready(site.address)
