"""Headers that the server reads, and what it should not make of them."""

from tests.corpus.request import Bad

LONG = "x" * 8000
JUNK = {
    "empty": "",
    "a blank": " ",
    "8,000 characters": LONG,
    "a NUL": "\0",
    "control bytes": "\x01\x1b[2J\x7f",
    "Latin-1": "\xe9\xff",
    "UTF-8": "🎬".encode().decode("latin-1"),
    "separators": ";,=&\"'",
    "an open quote": '"',
    "SQL": "' OR 1=1 --",
    "a format": "%s%n{0}{x.__class__}",
}
NO_TOKEN = "401 authentication_failed"
MANY = "a=b; " * 2000


def each(header: str, line: str, answer: str, before: str = "", but: dict[str, str] | None = None, **more) -> list[Bad]:
    """Every kind of junk in this header; `but` names those that are answered otherwise."""
    answers = dict.fromkeys(JUNK, answer) | (but or {})
    return [
        Bad(f"{header}: {before}{name}", line, answers[name], headers={header: before + junk}, **more)
        for name, junk in JUNK.items()
        if answers[name]
    ]


ME = "GET users/me/"
AUTHORIZATION = [
    *each("Authorization", ME, "401 not_authenticated", who="anonymous"),
    *each("Authorization", ME, "401 authentication_failed", "Bearer ", who="anonymous"),
    *each("Authorization", ME, "401 not_authenticated", "Basic ", who="anonymous"),
    *(
        Bad(f"Authorization: {name}", ME, answer, headers={"Authorization": value}, who="anonymous")
        for name, value, answer in (
            ("only the scheme", "Bearer", "401 authentication_failed"),
            ("the scheme in capitals", "BEARER x", "401 authentication_failed"),
            ("three dots", "Bearer ...", "401 authentication_failed"),
            ("two dots", "Bearer ..", "401 authentication_failed"),
            ("base64 of a brace", "Bearer ey.ey.ey", "401 authentication_failed"),
            ("a token of a megabyte", "Bearer " + "e" * 1_000_000, "401 authentication_failed"),
            ("a payload nested without end", "Bearer e30." + "W1tb" * 25_000 + ".x", "401 authentication_failed"),
            ("two tokens", "Bearer x, Bearer y", "401 authentication_failed"),
            ("another scheme", "Negotiate x", "401 not_authenticated"),
        )
    ),
    *each("Authorization", "GET movies/", "401 authentication_failed", "Bearer ", who="anonymous"),
]
COOKIES = [
    *each("Cookie", ME, "401 not_authenticated", who="anonymous"),
    *each("Cookie", ME, "401 not_authenticated", "access_token=", who="anonymous"),
    *each("Cookie", "POST reservations/", "401 not_authenticated", "access_token=", who="anonymous"),
    *each("Cookie", ME, "401 not_authenticated", "sessionid=", who="anonymous"),
    *each("Cookie", "POST auth/refresh/", "403 csrf_failed", "refresh_token=", who="anonymous",
          but={"empty": NO_TOKEN, "a blank": NO_TOKEN, "separators": NO_TOKEN}),
    *each("Cookie", "POST auth/login/", "400 invalid", "csrftoken=", who="anonymous"),
    *each("Cookie", "GET reports/sales/?group_by=x", "401 not_authenticated", "messages=", who="anonymous"),
    Bad("Cookie: 2,000 of them", ME, "401 not_authenticated", headers={"Cookie": MANY}, who="anonymous"),
    Bad("Cookie: the same twice", ME, "401 not_authenticated",
        headers={"Cookie": "access_token=x; access_token=y"}, who="anonymous"),
    Bad("Cookie: names of Python's own", ME, "401 not_authenticated",
        headers={"Cookie": "__class__=x; expires=y; $Version=1; path=/"}, who="anonymous"),
]  # fmt: skip
ORIGINS = [
    *each("Origin", "POST auth/login/", "403 csrf_failed"),
    *each("Origin", "POST auth/register/", "403 csrf_failed"),
    *(
        Bad(f"Origin: {origin[:30]}", line, "403 csrf_failed", "{}", {"Origin": origin})
        for line in ("POST auth/login/", "POST auth/register/")
        for origin in (
            *("null", "http://", "http://[", "http://[::1", "http://testserver.evil.example", "https://testserver"),
            *("http://testserver:99999", "http://evil.example http://testserver", "//testserver", "file://"),
        )
    ),
    *each("X-CSRFToken", "POST auth/login/", "400 invalid"),
    *each("Referer", "POST auth/login/", "400 invalid"),
]
HOSTS = [
    Bad(f"Host: {name}", line, "400 bad_request", headers={"Host": host}, who="anonymous")
    for line in ("GET movies/", "POST auth/register/", "GET schema/", "GET /nothing/")
    for name, host in {
        "another": "evil.example",
        "ours at its end": "evil.testserver",
        "ours in front": "testserver.evil.example",
        "junk": "%00",
        "a path": "testserver/evil",
        "somebody in front": "evil@testserver",
        "two": "testserver, evil.example",
        "an open bracket": "[::1",
        "a port that is none": "testserver:evil",
        "a NUL": "testserver\0",
        "a line end": "testserver\r\nX-Injected: 1",
        "Latin-1": "t\xe9stserver",
        "8,000 characters": LONG,
    }.items()
]
ACCEPTS = [
    *each("Accept", "GET movies/", "406 not_acceptable",
          but={"empty": "", "a blank": ""}),
    *(
        Bad(f"Accept: {name}", line, "406 not_acceptable", headers={"Accept": accept})
        for line in ("GET movies/", "GET users/", "POST reservations/", "GET showtimes/<showtime>/seats/")
        for name, accept in {
            "XML": "application/xml",
            "a picture": "image/png",
            "no type": "json",
            "half a type": "application/",
        }.items()
    ),
    Bad("Accept: JSON for a picture", "GET showtimes/<showtime>/seats/map/", "406 not_acceptable",
        headers={"Accept": "application/json"}),
    Bad("Accept: JSON for a table", "GET reports/sales/export/", "406 not_acceptable",
        headers={"Accept": "application/json"}),
    Bad("?format=xml", "GET movies/?format=xml", "404 not_found"),
    Bad("?format=%00", "GET movies/?format=%00", "404 not_found"),
]  # fmt: skip
IDEMPOTENCY_KEYS = [
    Bad(f"Idempotency-Key: {name}", "POST reservations/", "400 invalid",
        '{"showtime_id": <showtime>, "quantity": 1}', {"Idempotency-Key": key})
    for name, key in {
        **JUNK,
        "256 characters": "x" * 256,
        "a space inside": "a b",
        "a tab at its end": "key\t",
        "a line end": "key\n",
    }.items()
    if name not in ("separators", "an open quote", "a format")  # visible ASCII is what it may be
]  # fmt: skip
LENGTHS = [
    Bad(f"Content-Length: {length[:20]}", line, answer, "{}", {"Content-Length": length}, who="anonymous")
    for line in ("POST auth/register/", "POST reservations/", "GET movies/", "POST /admin/login/")
    for length, answer in {
        "5100001": "413 payload_too_large",
        "9223372036854775808": "413 payload_too_large",
        "9" * 400: "413 payload_too_large",
        "many": "400 bad_request",
        "\0": "400 bad_request",
    }.items()
]
# What is not there: it changes nothing about the refusal that the request earns without it.
IGNORED = [
    *(
        Bad(f"{header}: {value}", line, answer, headers={header: value})
        for header in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
        for value in ("DELETE", "PATCH", "GET", "TRACE", "\0")
        for line, answer in {
            "POST movies/<movie>/": "405 method_not_allowed",
            "POST auth/register/": "400 invalid",
            "GET movies/0/": "404 not_found",
        }.items()
    ),
    Bad("?_method=DELETE", "POST movies/<movie>/?_method=DELETE", "405 method_not_allowed"),
    Bad("_method=DELETE in a form", "POST movies/<movie>/", "405 method_not_allowed", "_method=DELETE",
        {"Content-Type": "application/x-www-form-urlencoded"}),
    Bad("?_content= and ?_content_type=", "POST auth/register/?_content_type=application/json&_content=%7B%7D",
        "400 invalid"),
    *(
        Bad(f"{header}: {name}", "GET movies/0/", "404 not_found", headers={header: junk}, who="anonymous")
        for header in (
            *("Accept-Charset", "Accept-Encoding", "Accept-Language", "Access-Control-Request-Method", "Connection"),
            *("Content-Encoding", "Forwarded", "From", "If-Match", "If-Modified-Since", "If-None-Match", "If-Range"),
            *("Range", "TE", "Upgrade", "User-Agent", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"),
            *("X-Request-ID", "X-Requested-With", "X-Rewrite-URL", "X-Original-URL", "X-Real-IP"),
        )
        for name, junk in JUNK.items()
    ),
    Bad("Range: beyond the end", "GET movies/0/", "404 not_found", headers={"Range": "bytes=999999999999-"}),
    Bad("Range: 1,000 of them", "GET movies/0/", "404 not_found", headers={"Range": "bytes=" + "0-,5-1," * 1000}),
    Bad("If-None-Match: 1,000 tags", "GET movies/0/", "404 not_found", headers={"If-None-Match": '"a",' * 1000}),
    Bad("Content-Encoding: gzip", "POST auth/register/", "400 parse_error", b"\x1f\x8b\x08",
        {"Content-Encoding": "gzip"}),
]  # fmt: skip

SECTIONS = {
    "Authorization": AUTHORIZATION,
    "Cookie": COOKIES,
    "Origin and CSRF": ORIGINS,
    "Host": HOSTS,
    "Accept": ACCEPTS,
    "Idempotency-Key": IDEMPOTENCY_KEYS,
    "Content-Length": LENGTHS,
    "headers that do nothing": IGNORED,
}
