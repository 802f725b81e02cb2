"""
Requests that only a socket can send, byte by byte, to the server as it is in production.

`{host}` is the server's own. `closed` is no answer at all: to whom hangs up before the request is complete.
"""

from typing import NamedTuple

DORA = '{"username": "dora", "email": "dora@example.org", "password": "gazpacho-with-nettles-43"}'


class Raw(NamedTuple):
    name: str
    request: bytes
    answer: str


def lines(name: str, answer: str, *lines: str, body: str = "") -> Raw:
    return Raw(name, ("\r\n".join(lines) + "\r\n\r\n" + body).encode("latin-1"), answer)


def line(name: str, answer: str, line: str) -> Raw:
    return lines(name, answer, line, "Host: {host}", "Connection: close")


def header(name: str, answer: str, header: str, method: str = "GET") -> Raw:
    return lines(name, answer, f"{method} /api/v1/movies/0/ HTTP/1.1", "Host: {host}", "Connection: close", header)


def post(name: str, answer: str, body: str, *headers: str) -> Raw:
    return lines(
        name,
        answer,
        "POST /api/v1/auth/register/ HTTP/1.1",
        *("Host: {host}", "Connection: close", "Content-Type: application/json"),
        *headers,
        body=body,
    )


def chunked(name: str, answer: str, body: str, *headers: str) -> Raw:
    return post(name, answer, body, "Transfer-Encoding: chunked", *headers)


def chunk(text: str) -> str:
    return f"{len(text):x}\r\n{text}\r\n"


REQUEST_LINES = [
    line("no HTTP", "400 bad_request", "hello"),
    line("HTTP/0.9", "404 not_found", "GET /api/v1/movies/0/"),
    lines("HTTP/1.0 without a host", "400 bad_request", "GET /api/v1/movies/0/ HTTP/1.0"),
    lines("HTTP/1.0", "404 not_found", "GET /api/v1/movies/0/ HTTP/1.0", "Host: {host}"),
    line("HTTP/1.2", "404 not_found", "GET /api/v1/movies/0/ HTTP/1.2"),
    line("HTTP/2.0", "404 not_found", "GET /api/v1/movies/0/ HTTP/2.0"),
    line("HTTP/9.9", "404 not_found", "GET /api/v1/movies/0/ HTTP/9.9"),
    line("HTTP/1.1.1", "400 bad_request", "GET /api/v1/movies/0/ HTTP/1.1.1"),
    line("http", "400 bad_request", "GET /api/v1/movies/0/ http/1.1"),
    Raw("HTTP/2 from the beginning", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "400 bad_request"),
    Raw("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 300 + b"\r\n\r\n", "400 bad_request"),
    Raw("the PROXY protocol", b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\nGET / HTTP/1.1\r\n\r\n", "400 bad_request"),
    line("a method in lower case", "400 bad_request", "get /api/v1/movies/0/ HTTP/1.1"),
    line("a method with a bracket", "400 bad_request", "GE[T /api/v1/movies/0/ HTTP/1.1"),
    line("a method of 100 letters", "401 not_authenticated", "G" * 100 + " /api/v1/movies/0/ HTTP/1.1"),
    line("an empty method", "400 bad_request", " /api/v1/movies/0/ HTTP/1.1"),
    line("a method nobody knows", "401 not_authenticated", "MOVIE /api/v1/movies/0/ HTTP/1.1"),
    line("TRACE", "401 not_authenticated", "TRACE /api/v1/movies/0/ HTTP/1.1"),
    line("CONNECT", "404 not_found", "CONNECT example.org:443 HTTP/1.1"),
    line("OPTIONS of everything", "404 not_found", "OPTIONS * HTTP/1.1"),
    line("a whole address", "404 not_found", "GET http://{host}/api/v1/movies/0/ HTTP/1.1"),
    line("the address of another host", "404 not_found", "GET http://evil.example/api/v1/movies/0/ HTTP/1.1"),
    line("the address of no host", "404 not_found", "GET http:// HTTP/1.1"),
    line("an address of another kind", "404 not_found", "GET file:///etc/passwd HTTP/1.1"),
    line("no path", "400 bad_request", "GET  HTTP/1.1"),
    line("a path without a slash", "404 not_found", "GET api/v1/movies/0/ HTTP/1.1"),
    line("two spaces", "400 bad_request", "GET  /api/v1/movies/0/ HTTP/1.1"),
    line("a space in the path", "400 bad_request", "GET /api/v1/movies/0 0/ HTTP/1.1"),
    line("a fragment", "404 not_found", "GET /api/v1/movies/0/#top HTTP/1.1"),
    line("a bare NUL", "404 not_found", "GET /api/v1/movies/\0/ HTTP/1.1"),
    line("a bare byte beyond ASCII", "400 bad_request", "GET /api/v1/movies/\xff/ HTTP/1.1"),
    line("a bare control byte", "404 not_found", "GET /api/v1/movies/\x1b/ HTTP/1.1"),
    line("an escaped NUL", "404 not_found", "GET /api/v1/movies/%00/ HTTP/1.1"),
    line("an escaped slash", "404 not_found", "GET /api/v1%2Fmovies%2F0/ HTTP/1.1"),
    line("dots", "404 not_found", "GET /api/v1/../../../etc/passwd HTTP/1.1"),
    line("a line that is just too long", "404 not_found", "GET /" + "a" * 8300 + " HTTP/1.1"),
    line("a line of 1 MB", "431 headers_too_large", "GET /" + "a" * 1_000_000 + " HTTP/1.1"),
    line("an id of 8,000 digits", "404 not_found", "GET /api/v1/movies/" + "9" * 8000 + "/ HTTP/1.1"),
    line("2,000 levels", "404 not_found", "GET /" + "a/" * 2000 + " HTTP/1.1"),
    line("2,000 parameters", "400 parse_error", "GET /api/v1/movies/?" + "a&" * 2000 + " HTTP/1.1"),
]
HEADERS = [
    lines("no host", "400 bad_request", "GET /api/v1/movies/0/ HTTP/1.1", "Connection: close"),
    lines("two hosts", "400 bad_request", "GET /api/v1/movies/0/ HTTP/1.1", "Host: {host}", "Host: evil.example"),
    lines(
        "another host", "400 bad_request", "GET /api/v1/movies/0/ HTTP/1.1", "Host: evil.example", "Connection: close"
    ),
    lines("an empty host", "400 bad_request", "GET /api/v1/movies/0/ HTTP/1.1", "Host:", "Connection: close"),
    lines(
        "a host that is junk",
        "400 bad_request",
        "GET /api/v1/movies/0/ HTTP/1.1",
        "Host: %00 \xff",
        "Connection: close",
    ),
    header("no colon", "400 bad_request", "X-Nothing"),
    header("no name", "400 bad_request", ": nothing"),
    header("a space in front of the colon", "400 bad_request", "X-Nothing : 1"),
    header("a name with a bracket", "400 bad_request", "X[Nothing]: 1"),
    header("a name beyond ASCII", "400 bad_request", "X-N\xf6thing: 1"),
    header("a NUL in a name", "400 bad_request", "X-\0: 1"),
    header("a NUL in a value", "400 bad_request", "X-Nothing: a\0b"),
    header("a bare carriage return", "400 bad_request", "X-Nothing: a\rb"),
    header("a bare line feed", "400 bad_request", "X-Nothing: a\nX-Injected: b"),
    header("a control byte", "400 bad_request", "X-Nothing: \x1b[2J"),
    header("a folded value", "404 not_found", "X-Nothing: a\r\n b"),
    header("a value beyond ASCII", "404 not_found", "X-Nothing: \xff\xfe"),
    header("a header of 9,000 bytes", "404 not_found", "X-Nothing: " + "x" * 9000),
    header("a header of 2 MB", "431 headers_too_large", "X-Nothing: " + "x" * 2_000_000),
    header("101 headers", "404 not_found", "\r\n".join(f"X-{n}: 1" for n in range(101))),
    header("20,000 headers", "431 headers_too_large", "\r\n".join(f"X-{n}: 1" for n in range(20_000))),
    header("a cookie of 8,000 bytes", "404 not_found", "Cookie: access_token=" + "x" * 8000),
    header("a cookie that is junk", "404 not_found", 'Cookie: \xff;=;;"=\\";access_token'),
    header("a name that passes for another", "404 not_found", "X_Request_ID: 12345678"),
    header("a range", "404 not_found", "Range: bytes=0-0"),
    header("an upgrade", "404 not_found", "Upgrade: websocket\r\nSec-WebSocket-Key: x"),
    header("an upgrade to HTTP/2", "404 not_found", "Upgrade: h2c\r\nHTTP2-Settings: x"),
    header("an expectation that nobody knows", "404 not_found", "Expect: miracles"),
    header("a method override", "404 not_found", "X-HTTP-Method-Override: DELETE"),
    header(
        "a proxy's word",
        "404 not_found",
        "X-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: https\r\nForwarded: host=x",
    ),
]
BODIES = [
    post("no length", "400 invalid", DORA),
    post("a length that is too short", "400 parse_error", DORA, "Content-Length: 20"),
    post("a length of zero", "400 invalid", DORA, "Content-Length: 0"),
    post("a negative length", "400 bad_request", DORA, "Content-Length: -1"),
    post("a length with a plus", "400 bad_request", DORA, "Content-Length: +20"),
    post("a hexadecimal length", "400 bad_request", DORA, "Content-Length: 0x20"),
    post("a length with an underscore", "400 bad_request", DORA, "Content-Length: 2_0"),
    post("a length that is a fraction", "400 bad_request", DORA, "Content-Length: \xbd"),
    post("a superscript length", "400 bad_request", DORA, "Content-Length: \xb2"),
    post("a length that is no number", "400 bad_request", DORA, "Content-Length: many"),
    post("two lengths", "400 bad_request", DORA, "Content-Length: 20", "Content-Length: 90"),
    post("the same length twice", "400 bad_request", DORA, "Content-Length: 20", "Content-Length: 20"),
    post("a list of lengths", "400 bad_request", DORA, "Content-Length: 20, 20"),
    post("a length beyond everything", "413 payload_too_large", "", "Content-Length: " + "9" * 100),
    post("a length of 5,000 digits", "400 bad_request", "", "Content-Length: " + "9" * 5000),
    post("a length of 100 GB", "413 payload_too_large", "", "Content-Length: 100000000000"),
    post(
        "an expectation, and no body", "413 payload_too_large", "", "Expect: 100-continue", "Content-Length: 100000000"
    ),
    post("a body and then another request", "400 parse_error", "{GET / HTTP/1.1\r\n\r\n", "Content-Length: 1"),
    post(
        "two content types",
        "415 unsupported_media_type",
        DORA,
        "Content-Type: text/plain",
        f"Content-Length: {len(DORA)}",
    ),
    chunked("a length beside chunks", "400 bad_request", chunk(DORA) + "0\r\n\r\n", "Content-Length: 20"),
    chunked("chunked twice", "400 invalid", chunk("{}") + "0\r\n\r\n", "Transfer-Encoding: chunked"),
    post("chunked, chunked", "400 invalid", chunk("{}") + "0\r\n\r\n", "Transfer-Encoding: chunked, chunked"),
    post(
        "chunked and then something",
        "501 not_implemented",
        chunk(DORA) + "0\r\n\r\n",
        "Transfer-Encoding: chunked, gzip",
    ),
    post("a coding that nobody knows", "501 not_implemented", "x", "Transfer-Encoding: miracles"),
    post("an empty coding", "400 invalid", "x", "Transfer-Encoding: "),
    post("a coding with a vertical tab", "400 bad_request", "x", "Transfer-Encoding: \x0bchunked"),
    post("identity", "501 not_implemented", DORA, "Transfer-Encoding: identity"),
    post("gzip alone", "501 not_implemented", "x", "Transfer-Encoding: gzip"),
    chunked("no chunk", "400 invalid", "0\r\n\r\n"),
    chunked("broken JSON in chunks", "400 parse_error", chunk('{"user') + chunk('name": ') + "0\r\n\r\n"),
    chunked("a chunk without a size", "400 bad_request", "\r\n{}\r\n0\r\n\r\n"),
    chunked("a size that is no number", "400 bad_request", "many\r\n{}\r\n0\r\n\r\n"),
    chunked("a negative size", "400 bad_request", "-2\r\n{}\r\n0\r\n\r\n"),
    chunked("a size with a prefix", "400 bad_request", "0x2\r\n{}\r\n0\r\n\r\n"),
    chunked("a size with an underscore", "400 bad_request", "0_2\r\n{}\r\n0\r\n\r\n"),
    chunked("a size without end", "400 invalid", "0" * 9000 + "2\r\n{}\r\n0\r\n\r\n"),
    chunked("a chunk that is too long", "400 bad_request", "2\r\n{}{}\r\n0\r\n\r\n"),
    chunked("an extension that is junk", "400 bad_request", "2;\x01=\r\n{}\r\n0\r\n\r\n"),
    chunked("a trailer that is junk", "400 invalid", "2\r\n{}\r\n0\r\nX[: 1\r\n\r\n"),
    chunked("a trailer that is a length", "400 invalid", "2\r\n{}\r\n0\r\nContent-Length: 5\r\n\r\n"),
    chunked("too large in chunks", "413 payload_too_large", chunk("x" * 100_000) * 60 + "0\r\n\r\n"),
    lines(
        "chunks in HTTP/1.0",
        "400 bad_request",
        "POST /api/v1/auth/register/ HTTP/1.0",
        "Host: {host}",
        "Transfer-Encoding: chunked",
        body=chunk(DORA) + "0\r\n\r\n",
    ),
    post("gzip inside", "400 parse_error", "\x1f\x8b", "Content-Encoding: gzip", "Content-Length: 2"),
]
# After these the client hangs up.
TRUNCATED = [
    Raw("half a request line", b"GET /api/v1/mov", "closed"),
    Raw("half a header", b"GET /api/v1/movies/0/ HTTP/1.1\r\nHost: {ho", "closed"),
    post("half a body", "closed", DORA[:30], f"Content-Length: {len(DORA)}"),
    post("a body announced, and awaited", "closed", "", "Expect: 100-continue", "Content-Length: 2"),
    post("no body at all", "closed", "", f"Content-Length: {len(DORA)}"),
    chunked("a size beyond 64 bits", "closed", "f" * 20 + "\r\n{}\r\n0\r\n\r\n"),
    chunked("half a chunk", "closed", "40\r\n{"),
    chunked("no last chunk", "closed", chunk(DORA)),
    chunked("half a last chunk", "closed", chunk(DORA) + "0\r\n"),
    chunked("half a trailer", "closed", chunk(DORA) + "0\r\nX-Nothing: "),
]
SECTIONS = {"request lines": REQUEST_LINES, "headers": HEADERS, "bodies": BODIES, "truncated": TRUNCATED}
