"""
Clients that are slow, deaf or large on purpose, against the server as in production: others still get their answers.

Three workers of four threads each, and of most attackers fifty. docs/limits.md has the limits.
"""

import json
import re
import select
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

import pytest

from tests.harness import database, environment, run, serve
from tests.wire import Wire

GENRES = b"GET /api/v1/genres/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
LIVEZ = b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
LAST = GENRES[:-2] + b"Connection: close\r\n\r\n"
LOGIN = b"POST /api/v1/auth/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
CHUNKED = LOGIN + b"Transfer-Encoding: chunked\r\n\r\n"
POSTER = f"posters/{'0' * 32}.webp"
LARGE = LIVEZ.replace(b"/livez", f"/media/{POSTER}".encode())  # more than the sockets of both sides hold
MB = 1_000_000


class Cinema(NamedTuple):
    address: tuple[str, int]
    token: str
    showtime: int
    seats: Iterator[int]

    def answers(self) -> None:
        """Each of the workers' neighbours gets what they ask for: `Wire` waits 30 s, and most need milliseconds."""
        for _ in range(3):
            assert self.send("GET", "/livez") == 200
            assert (
                self.send(
                    "POST", "/api/v1/reservations/", {"showtime_id": self.showtime, "seat_ids": [next(self.seats)]}
                )
                == 201
            )

    def send(self, method: str, path: str, body: dict | None = None) -> int:
        wire = Wire(self.address)
        response, _ = wire.send(method, path, body, {"Authorization": f"Bearer {self.token}"})
        wire.close()
        return response.status

    def connect(self, sent: bytes = b"") -> socket.socket:
        connection = socket.create_connection(self.address, timeout=20)
        connection.sendall(sent)
        return connection


@pytest.fixture(scope="module")
def seeded(request, tmp_path_factory) -> Iterator[tuple[dict, dict]]:
    """The environment of a cinema of its own, and who and what there is."""
    folder = tmp_path_factory.mktemp("cinema")
    (folder / "media/posters").mkdir(parents=True)
    (folder / "media" / POSTER).write_bytes(bytes(20 * MB))
    with database("postgres" if request.config.getoption("postgres") else "sqlite") as settings:
        env = environment(settings, folder, WEB_CONCURRENCY="3", MAX_SEATS_PER_SHOWTIME="1000")
        run(env, "manage.py", "migrate", "--verbosity=0")
        yield env, json.loads(run(env, "-m", "tests.storm.seed", stdin='["user_limits"]'))


@pytest.fixture(scope="module")
def cinema(seeded, tmp_path_factory) -> Iterator[Cinema]:
    env, plan = seeded
    [[[showtime, seats]]] = plan["stages"]
    with serve(env, tmp_path_factory.mktemp("log") / "log") as address:
        yield Cinema(address, plan["users"][0][1], showtime, iter(seats))


@contextmanager
def dripping(connections: list[socket.socket], drop: bytes) -> Iterator[None]:
    """Each says a little more every half second, as if it were about to finish."""
    over = Event()

    def drip() -> None:
        while not over.wait(0.5):
            for connection in connections:
                with suppress(ConnectionError):
                    connection.send(drop)

    thread = Thread(target=drip)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.mark.parametrize(
    ("sent", "drop"),
    [
        (LIVEZ[:-2], b"X-More: x\r\n"),
        (LOGIN + b"Content-Length: 1000\r\n\r\n{", b" "),
        (CHUNKED + b"1\r\n{\r\n", b"1\r\n \r\n"),
    ],
    ids=["headers", "body", "chunks"],
)
def test_slow_ones_keep_nobody_waiting(cinema, sent, drop):
    with ExitStack() as stack:
        slow = [stack.enter_context(cinema.connect(sent)) for _ in range(50)]
        with dripping(slow, drop):
            cinema.answers()


def test_nor_do_thousands_that_say_nothing(cinema):
    with ExitStack() as stack:
        for _ in range(3000):
            stack.enter_context(cinema.connect())
        cinema.answers()


@pytest.mark.parametrize("requests", [1, 100])
def test_nor_do_those_that_do_not_read_their_answer(cinema, requests):
    with ExitStack() as stack:
        for _ in range(50):
            stack.enter_context(cinema.connect(LARGE * requests))
        cinema.answers()


def test_nor_do_those_that_never_hang_up(cinema):
    with ExitStack() as stack:
        for _ in range(50):
            stack.enter_context(cinema.connect(LAST))
        cinema.answers()


def rest_of(connection: socket.socket) -> bytes:
    """All that the server says until it hangs up."""
    answer = b""
    with suppress(ConnectionError):
        while more := connection.recv(65536):
            answer += more
    return answer


def answer_to(cinema: Cinema, *pieces: bytes) -> bytes:
    with cinema.connect() as connection:
        with suppress(ConnectionError):  # the server has heard enough
            for piece in pieces:
                connection.sendall(piece)
        return rest_of(connection)


def problem_in(answer: bytes) -> tuple[int, str]:
    head, body = answer.split(b"\r\n\r\n")
    assert b"\r\nContent-Type: application/problem+json\r\n" in head
    problem = json.loads(body)
    assert head.split()[1] == str(problem["status"]).encode()
    return problem["status"], problem["code"]


HUNDRED_MB = [bytes(MB)] * 100


@pytest.mark.parametrize(
    "pieces",
    [
        (LOGIN + b"Content-Length: 100000000\r\n\r\n", *HUNDRED_MB),
        (CHUNKED, *[b"%x\r\n%b\r\n" % (MB, bytes(MB))] * 100, b"0\r\n\r\n"),
        (CHUNKED, b"%x\r\n" % 100_000_000, *HUNDRED_MB, b"\r\n0\r\n\r\n"),
    ],
    ids=["length", "chunks", "one chunk"],
)
def test_a_hundred_megabytes_are_refused_before_they_are_read(cinema, pieces):
    assert problem_in(answer_to(cinema, *pieces)) == (413, "payload_too_large")
    cinema.answers()


def test_who_sends_on_after_a_refusal_can_still_read_it(cinema):
    """As a proxy does that looks for an answer only when it has sent all: a reset would take the answer with it."""
    with cinema.connect(LOGIN + b"Content-Length: 6000000\r\n\r\n") as connection:
        select.select([connection], [], [], 20)
        connection.sendall(bytes(6 * MB))
        assert problem_in(rest_of(connection)) == (413, "payload_too_large")


def test_but_not_for_ever(cinema):
    """Of what comes after the refusal, 10 MB are heard."""
    with cinema.connect(LOGIN + b"Content-Length: 6000000000\r\n\r\n") as connection, pytest.raises(ConnectionError):
        connection.sendall(bytes(100 * MB))


def test_a_hundred_megabytes_without_a_length_are_no_request(cinema):
    """A body without its length is none (RFC 9112, 6.3); what follows is read as the next request."""
    assert b" 400 " in answer_to(cinema, LOGIN + b"\r\n", *HUNDRED_MB).partition(b"\r\n")[0]


@pytest.mark.parametrize(
    ("sent", "problem"),
    [
        (b"Hello?\r\n\r\n", (400, "bad_request")),
        (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", (400, "bad_request")),
        (LOGIN + b"Content-Length: -1\r\n\r\n", (400, "bad_request")),
        (LOGIN + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", (400, "bad_request")),
        (CHUNKED + b"a lot\r\n", (400, "bad_request")),
        (LIVEZ[:-2] + b"X-Long: " + b"x" * 40_000 + b"\r\n\r\n", (431, "headers_too_large")),
        (LIVEZ[:-2] + b"X-Many: x\r\n" * 4_000 + b"\r\n", (431, "headers_too_large")),
        (LIVEZ.replace(b"livez", b"x" * 40_000), (431, "headers_too_large")),
        (LIVEZ[:-2] + b"Transfer-Encoding: gzip\r\n\r\n", (501, "not_implemented")),
    ],
)
def test_what_is_not_http_is_answered_by_a_problem(cinema, sent, problem):
    assert problem_in(answer_to(cinema, sent)) == problem


def test_a_chunked_body_is_read(cinema):
    body = b'{"login": "nobody", "password": "wrong"}'
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body)
    sent = CHUNKED[:-2] + b"Connection: close\r\n\r\n" + chunks + b"0\r\n\r\n"
    assert problem_in(answer_to(cinema, sent)) == (401, "invalid_credentials")


@pytest.mark.parametrize(("ahead", "answered"), [(7, 8), (8, 8), (99, 8)])
def test_of_requests_that_are_sent_at_once_eight_are_answered(cinema, ahead, answered):
    answers = answer_to(cinema, GENRES * ahead + LAST)
    assert answers.count(b"HTTP/1.1 200 OK") == answers.count(b'"slug":"drama"') == answered


@pytest.mark.parametrize("path", [b"/api/v1/genres/", b"/livez", b"/media/" + POSTER.encode()])
def test_an_answer_to_head_has_no_body(cinema, path):
    """Else what follows on the connection is taken for the next answer."""
    head, rest = answer_to(cinema, LAST.replace(b"GET /api/v1/genres/", b"HEAD " + path)).split(b"\r\n\r\n", 1)
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert rest in (b"", b"0\r\n\r\n")


@pytest.mark.parametrize(
    ("version", "header", "open_after"),
    [("1.1", "", True), ("1.1", "Connection: close\r\n", False), ("1.0", "", False)],
)
def test_what_has_not_changed_is_told_without_hanging_up(cinema, version, header, open_after):
    """Who polls a seat map would have to connect anew each time."""
    seats = f"/api/v1/showtimes/{cinema.showtime}/seats/"
    polled = f"GET {seats} HTTP/{version}\r\nHost: 127.0.0.1\r\nIf-None-Match: *\r\n{header}\r\n".encode()
    answers = answer_to(cinema, polled, LAST)
    assert answers.startswith(f"HTTP/{version} 304 Not Modified".encode())
    assert (b"HTTP/1.1 200 OK" in answers) == open_after
    assert (b"\r\nConnection: close\r\n" in answers.partition(b"\r\n\r\n")[0]) != open_after


def memory() -> int:
    """Megabytes that the workers of the servers that this process has started hold."""
    kilobytes = 0
    for task in Path("/proc/self/task").iterdir():
        for master in (task / "children").read_text().split():
            if b"gunicorn" in Path(f"/proc/{master}/cmdline").read_bytes():
                for worker in Path(f"/proc/{master}/task/{master}/children").read_text().split():
                    kilobytes += int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{worker}/status").read_text())[1])
    return kilobytes // 1000


def test_large_bodies_that_do_not_end_take_no_memory(cinema):
    """Forty times 5 MB, but for the last byte."""
    cinema.answers()
    before = memory()
    with ExitStack() as stack:
        for _ in range(40):
            stack.enter_context(cinema.connect(LOGIN + b"Content-Length: 5000001\r\n\r\n" + bytes(5 * MB)))
        cinema.answers()
        assert memory() - before < 50


# Nobody is waited for for ever


@pytest.fixture(scope="module")
def hasty(cinema, seeded, tmp_path_factory) -> Iterator[Cinema]:
    """The same cinema, served by one that hangs up after 2 s of silence, and after 4 s of a request."""
    env = seeded[0] | {"GUNICORN_CMD_ARGS": "--keep-alive=2 --worker-class=tests.project.hasty.Worker"}
    with serve(env, tmp_path_factory.mktemp("log") / "log") as address:
        yield cinema._replace(address=address)


@pytest.mark.parametrize("sent", [b"", LIVEZ[:-2], GENRES], ids=["at all", "more", "next"])
def test_who_says_nothing(hasty, sent):
    began = time.monotonic()
    with hasty.connect(sent) as connection:
        rest_of(connection)
    assert time.monotonic() - began > 1.5


def test_who_drips(hasty):
    began = time.monotonic()
    with hasty.connect(LIVEZ[:-2]) as connection, dripping([connection], b"X-More: x\r\n"):
        assert rest_of(connection) == b""
    assert time.monotonic() - began > 3.5


@pytest.mark.parametrize(("seconds", "is_whole"), [(0, True), (8, False)])
def test_who_does_not_read(hasty, seconds, is_whole):
    with hasty.connect(LARGE) as connection:
        time.sleep(seconds)
        assert (len(rest_of(connection)) > 20 * MB) == is_whole
