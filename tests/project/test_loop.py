"""The loop of a worker asks who has something to do, and leaves those alone who only keep their connection open."""

import socket

import pytest
from waitress.channel import HTTPChannel
from waitress.server import create_server

from project.loop import Sockets

REQUEST = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


def answer(environ, start_response):
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]


@pytest.fixture
def sockets():
    sockets = Sockets()
    server = create_server(answer, map=sockets, host="127.0.0.1", port=0, threads=1)
    yield sockets
    server.task_dispatcher.shutdown()
    for one in list(sockets.values()):
        one.close()
    assert not sockets.awaited
    sockets.selector.close()


@pytest.fixture
def visitors(sockets):
    """Fifty who are connected."""
    [server] = [one for one in sockets.values() if one.accepting]
    address = server.socket.getsockname()
    visitors = [socket.create_connection(address, timeout=10) for _ in range(50)]
    while len(sockets) < 52:  # with the server, and with what wakes the loop
        sockets.turn(1)
    sockets.turn(0)
    yield visitors
    for visitor in visitors:
        visitor.close()


def answer_to(visitor, sockets) -> bytes:
    visitor.sendall(REQUEST)
    visitor.setblocking(False)
    for _ in range(20):
        sockets.turn(1)
        try:
            return visitor.recv(1000)
        except BlockingIOError:
            continue
    pytest.fail("No answer came.")


def test_of_fifty_connections_only_the_one_with_a_request_is_asked(sockets, visitors, monkeypatch):
    asked, readable = [], HTTPChannel.readable
    monkeypatch.setattr(HTTPChannel, "readable", lambda channel: asked.append(channel) or readable(channel))
    for _ in range(3):
        assert answer_to(visitors[7], sockets).endswith(b"\r\n\r\nok")
    assert {channel.addr for channel in asked} == {visitors[7].getsockname()}


def test_all_of_them_are_when_that_is_wanted(sockets, visitors):
    """As once a second: waitress only marks who has said nothing for too long."""
    for channel in [one for one in sockets.values() if isinstance(one, HTTPChannel)]:
        channel.will_close = True
    sockets.turn(0)
    assert len(sockets) == 52
    sockets.ask_all()
    sockets.turn(1)
    assert len(sockets) == 2
    assert visitors[0].recv(1) == b""


def test_who_hangs_up_is_forgotten(sockets, visitors):
    for visitor in visitors:
        visitor.close()
    while len(sockets) > 2:
        sockets.turn(1)
    assert len(sockets.awaited) == 2
