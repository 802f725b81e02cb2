"""
gunicorn's worker: its threads meet whole requests only, and never wait for a client.

gunicorn's own threads read from the connection and write to it, so a dozen clients that are slow on purpose hold all of
them (OWASP API4:2023; docs/limits.md has what was measured). Here waitress reads requests and writes answers, in one
loop for all connections of the process, and keeps on disk what is large. gunicorn does what it is good at: it starts,
watches, reloads and stops the processes.
"""

import json
import os
import resource
import socket
import sys
import time
import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress
from contextvars import copy_context

from gunicorn.workers.base import Worker as BaseWorker
from waitress import wasyncore
from waitress.buffers import ReadOnlyFileBasedBuffer
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import create_server
from waitress.task import ErrorTask, WSGITask

from project.dispatcher import Dispatcher

# Requests that one connection may send ahead of its answers (RFC 9112, 9.3.2). Their answers wait in this process.
PIPELINED = 8
MAX_HEADER_BYTES = 32_768  # the request line and all headers together
BYTES_IN_MEMORY = 65_536  # of one request or answer; the rest is in a file


class Refusal(ErrorTask):
    """The answer to what never gets as far as Django."""

    problems = {
        400: ("bad_request", "This is not HTTP."),
        413: ("payload_too_large", "This is larger than the server takes."),
        431: ("headers_too_large", f"The headers have more than {MAX_HEADER_BYTES:,} bytes."),
        500: ("server_error", "Something went wrong here."),
        501: ("not_implemented", "No transfer coding is understood but chunked."),
        503: ("service_unavailable", "Too many requests wait. This one was not begun: try again in a moment."),
    }

    def execute(self) -> None:
        # Not in gunicorn's master, which has no settings of Django's.
        from api.middleware import NO_PAGE
        from api.problems import CONTENT_TYPE, RETRY_AFTER_SECONDS, problem
        from users.request_id import request_id

        request_id.set(uuid.uuid4().hex)
        error = self.request.error
        body = json.dumps(problem(error.code, *self.problems[error.code])).encode()
        self.status, self.content_length = f"{error.code} {error.reason}", len(body)
        self.response_headers = [
            ("Content-Type", CONTENT_TYPE),
            ("Cache-Control", "no-store"),
            ("Content-Security-Policy", NO_PAGE),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Request-ID", request_id.get()),
        ]
        code = self.problems[error.code][0]
        if error.code == 503:  # of a request that is whole: the next one may follow on the connection
            self.response_headers.append(("Retry-After", str(RETRY_AFTER_SECONDS)))
            self.logger.warning("Refused request: %s", code)
        else:
            self.set_close_on_finish()
            self.logger.warning("Invalid request: %s", code)
        self.channel.is_refused = error.code == 413
        self.write(b"" if error.code == 503 and self.request.command == "HEAD" else body)
        request_id.set("")


class Unheard(wasyncore.dispatcher):
    """
    What is still on its way of a request that was too large. It is read, some of it and for a moment: if the
    connection were closed at once, a proxy that is still sending would lose the answer (RFC 9112, 9.6).
    """

    def __init__(self, connection: socket.socket, sockets: dict):
        super().__init__(connection, map=sockets)
        self.bytes, self.until = 10_000_000, time.time() + 2
        connection.shutdown(socket.SHUT_WR)

    def writable(self) -> bool:
        return False

    def handle_read_event(self) -> None:
        self.bytes -= len(self.recv(BYTES_IN_MEMORY))
        if self.bytes < 0:
            self.close()

    def handle_close(self) -> None:
        self.close()


class File(ReadOnlyFileBasedBuffer):
    """A file that is an answer. The loop reads it, and so ends a request that it knows nothing of, log line and all."""

    def __init__(self, *args):
        super().__init__(*args)
        self.context = copy_context()

    def close(self) -> None:
        self.context.run(super().close)


class Parser(HTTPRequestParser):
    """Refuses what a proxy in front could take for more or fewer requests than we do (RFC 9112, 6.1 and 6.3)."""

    def parse_header(self, header_plus: bytes) -> None:
        try:
            super().parse_header(header_plus)
        except ValueError:  # where int() is given thousands of digits
            raise ParsingError("Content-Length is too long") from None
        chunked_in_1_0 = "TRANSFER_ENCODING" in self.headers  # waitress takes it away where it understands it
        if chunked_in_1_0 or (self.chunked and "CONTENT_LENGTH" in self.headers):
            raise ParsingError("The body's length is ambiguous")
        if self.content_length > self.adj.max_request_body_size:
            self.expect_continue = False  # but hear at once that it is too large


class Answer(WSGITask):
    def get_environment(self) -> dict:
        return super().get_environment() | {"wsgi.file_wrapper": File}

    def set_close_on_finish(self) -> None:
        """Not for want of a length: a 304 and a 204 end with their headers (RFC 9112, 6.3)."""
        if self.has_body or self.version == "1.0" or self.request.headers.get("CONNECTION", "").lower() == "close":
            super().set_close_on_finish()


class Channel(HTTPChannel):
    """A connection."""

    parser_class, task_class, error_task_class = Parser, Answer, Refusal
    is_refused = False  # for being too large

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.completed_at = self.creation_time

    def received(self, data: bytes) -> bool:
        """Read no more than `PIPELINED` requests: who sends more has to ask for the others again."""
        received = super().received(data)
        with self.requests_lock:
            if len(self.requests) > PIPELINED:
                del self.requests[PIPELINED:]
                self.requests[-1].headers["CONNECTION"] = "close"
        return received

    def handle_close(self) -> None:
        if self.is_refused and self.connected and not self.total_outbufs_len:
            with suppress(OSError):  # it has hung up itself
                Unheard(self.socket.dup(), self._map)
        super().handle_close()

    def service(self) -> None:
        super().service()
        self.completed_at = time.time()

    @property
    def is_at_rest(self) -> bool:
        return not (self.request or self.requests or self.total_outbufs_len)


class Worker(BaseWorker):
    # In which a request has to be there, answered and taken, however it drips. A poster of 5 MB needs 40 s at 1 Mbit/s.
    seconds_to_complete = 60
    most_waiting = 128  # requests, for a thread; as many again of those that only read

    def run(self) -> None:
        # Each connection is an open file, and so is a large request or answer.
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        self.sockets_of_all = {}
        self.next_round = 0.0
        servers = self.start()
        while self.alive and self.ppid == os.getppid():
            self.go_on()

        for server in servers:
            server.accepting = False
        deadline = time.monotonic() + self.cfg.graceful_timeout
        while self.close_those_at_rest() and time.monotonic() < deadline:
            self.go_on()

    def start(self) -> list:
        from django.conf import settings

        create_server(
            self.application,
            map=self.sockets_of_all,
            _dispatcher=Dispatcher(self.cfg.threads, self.most_waiting),
            sockets=[listener.sock for listener in self.sockets],
            backlog=self.cfg.backlog,
            connection_limit=self.cfg.worker_connections,
            channel_timeout=self.cfg.keepalive,
            cleanup_interval=1,
            max_request_header_size=MAX_HEADER_BYTES,
            max_request_body_size=settings.MAX_BODY_BYTES + 1,
            recv_bytes=BYTES_IN_MEMORY,
            inbuf_overflow=BYTES_IN_MEMORY,
            outbuf_overflow=BYTES_IN_MEMORY,
            outbuf_high_watermark=sys.maxsize,  # no thread waits until an answer is taken
            clear_untrusted_proxy_headers=False,  # whom to believe is a setting of ours, TRUSTED_PROXIES
            ident=None,
        )
        servers = [server for server in self.sockets_of_all.values() if server.accepting]
        for server in servers:
            server.channel_class = Channel
        return servers

    def application(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        """Django's answer; to HEAD without its body (RFC 9110, 9.3.2), which is left to the server."""
        answer = self.wsgi(environ, start_response)
        if environ["REQUEST_METHOD"] != "HEAD":
            return answer
        answer.close()
        return []

    def go_on(self) -> None:
        wasyncore.loop(timeout=1, use_poll=True, map=self.sockets_of_all, count=1)
        now = time.time()
        if now < self.next_round:
            return
        self.next_round = now + 1
        self.notify()
        for channel in self.channels():
            if channel.completed_at < now - self.seconds_to_complete:
                channel.handle_close()
        for one in list(self.sockets_of_all.values()):
            if isinstance(one, Unheard) and one.until < now:
                one.close()

    def channels(self) -> list[Channel]:
        return [one for one in self.sockets_of_all.values() if isinstance(one, Channel)]

    def close_those_at_rest(self) -> bool:
        """Whether there are any others."""
        for channel in self.channels():
            if channel.is_at_rest:
                channel.handle_close()
        return bool(self.channels())
