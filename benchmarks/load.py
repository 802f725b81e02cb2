"""What is sent to a server, and what came of it. wrk sends it: https://github.com/wg/wrk, compiled, and in Debian."""

import json
import shutil
import signal
import subprocess
import tempfile
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import NamedTuple

from benchmarks import processes
from benchmarks.site import Server, Site

# Fewer, and one of two workers often gets all of them.
CONNECTIONS = 32
SCRIPT = Path(__file__).with_name("load.lua")
HOST = "127.0.0.1"  # without the port, which would be part of the links in an answer
SECONDS_TO_SELL_OUT = 120


class Request(NamedTuple):
    method: str
    path: str
    token: str = ""
    body: dict | None = None
    etag: str = ""

    @property
    def content(self) -> bytes:
        return b"" if self.body is None else json.dumps(self.body).encode()

    @property
    def headers(self) -> dict[str, str]:
        headers = {"Host": HOST, "Accept": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if self.etag:
            headers["If-None-Match"] = self.etag
        if self.body is not None:
            headers |= {"Content-Type": "application/json", "Content-Length": str(len(self.content))}
        return headers

    def raw(self) -> bytes:
        lines = [f"{self.method} {self.path} HTTP/1.1", *(f"{name}: {value}" for name, value in self.headers.items())]
        return "\r\n".join([*lines, "", ""]).encode() + self.content


class Load(NamedTuple):
    """Requests to send over and over, the statuses that may come back, and how long the bodies of the first one are."""

    requests: list[Request]
    statuses: tuple[int, ...]
    lengths: range
    sold_out_after: int | None = None


class Measure(NamedTuple):
    """Times in seconds; latencies in milliseconds. `busiest` is how much of the app's work one of its workers did."""

    requests: int
    seconds: float
    p50: float
    p99: float
    app_cpu: float = 0.0
    database_cpu: float = 0.0
    megabytes: float = 0.0
    busiest: float = 0.0

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


def require_wrk() -> None:
    """Raises RuntimeError where there is none."""
    if not shutil.which("wrk"):
        raise RuntimeError("there is no wrk here, which sends the requests. Install it (Debian: apt-get install wrk).")


def ask(server: Server, request: Request) -> tuple[HTTPResponse, bytes]:
    connection = HTTPConnection(*server.address, timeout=30)
    try:
        connection.request(request.method, request.path, request.content or None, request.headers)
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def repeated(server: Server, requests: list[Request], *, unchanged: bool = False) -> Load:
    """
    Requests that are answered the same each time. Each is asked once to learn how long its answer is; if `unchanged`
    is to come, also what its ETag is.
    """
    answers = [ask(server, request) for request in requests]
    if unchanged:
        tagged = [
            request._replace(etag=response.headers["ETag"])
            for request, (response, _) in zip(requests, answers, strict=True)
        ]
        return Load(tagged, (304,), range(1))
    lengths = [len(body) for _, body in answers]
    return Load(requests, (200,), range(min(lengths), max(lengths) + 1))


def drive(site: Site, name: str, load: Load, seconds: int) -> Measure:
    """Raises RuntimeError when any answer was not as it should be."""
    server = site.servers[name]
    workers = processes.workers(server.pid)
    watched = [server.pid, *workers]
    before, before_of_database = list(map(processes.cpu_seconds, watched)), site.database_cpu()
    result = wrk(server, load, SECONDS_TO_SELL_OUT if load.sold_out_after else seconds)
    app, *each = [after - was for after, was in zip(map(processes.cpu_seconds, watched), before, strict=True)]
    database = site.database_cpu() - before_of_database
    if not result["requests"]:
        raise RuntimeError(f"{name} answered nothing within {seconds} s.\n{server.said()}")
    if result["lost"] or result["wrong"]:
        counts = f"{name} lost {result['lost']} answers, and {result['wrong']} were wrong: {result['first']}"
        raise RuntimeError(f"{counts}\n{server.said()}")
    return Measure(
        requests=load.sold_out_after or result["requests"],
        seconds=result["seconds"],
        p50=result["p50"],
        p99=result["p99"],
        app_cpu=app,
        database_cpu=database,
        megabytes=max(map(processes.megabytes, workers)),
        busiest=max(each) / sum(each) if sum(each) else 0.0,
    )


def wrk(server: Server, load: Load, seconds: int) -> dict:
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"\0".join(request.raw() for request in load.requests))
        file.flush()
        options = ["--threads", "1", "--connections", str(CONNECTIONS), "--timeout", "30s"]
        statuses, sold_out = ",".join(map(str, load.statuses)), [str(load.sold_out_after)] * bool(load.sold_out_after)
        script = [file.name, statuses, str(load.lengths[0]), str(load.lengths[-1]), *sold_out]
        url = f"http://{server.address[0]}:{server.address[1]}"
        with subprocess.Popen(
            ["wrk", *options, "--duration", f"{seconds}s", "--script", SCRIPT, url, "--", *script],
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                for line in process.stdout:
                    if line == "SOLD OUT\n":
                        process.send_signal(signal.SIGINT)  # else it waits until its time is over
                    elif line.startswith("{"):
                        return json.loads(line)
            finally:
                process.terminate()
    raise RuntimeError("wrk ended without a result.")
