"""Bodies that cannot be read, or are not what an operation takes."""

from tests.corpus.request import Bad
from tests.operations import FORM, MULTIPART

REGISTER = "POST auth/register/"
RESERVE = "POST reservations/"
DORA = '{"username": "dora", "email": "dora@example.org", "password": "gazpacho-with-nettles-43"}'
SEAT = '{"showtime_id": <showtime>, "quantity": 1}'


def json(name: str, body: str | bytes, answer: str = "400 parse_error") -> Bad:
    return Bad(name, REGISTER, answer, body, who="anonymous")


BROKEN_JSON = [
    json("breaks off after a brace", "{"),
    json("breaks off in a string", '{"username": "do'),
    json("breaks off after a colon", '{"username":'),
    json("breaks off in a literal", '{"username": tru'),
    json("breaks off in an escape", '{"username": "\\u00'),
    json("a word", "nothing"),
    json("a Python dictionary", "{'username': 'dora'}"),
    json("JavaScript", "{username: 'dora'}"),
    json("undefined", '{"username": undefined}'),
    json("a comma too many in an object", '{"username": "dora",}'),
    json("a comma too many in an array", '{"username": ["dora",]}'),
    json("no comma", '{"username": "dora" "email": "x"}'),
    json("a comment", '{"username": "dora" /* me */}'),
    json("something behind it", DORA + " {}"),
    json("two of them, a line each", DORA + "\n" + DORA),
    json("a brace too many", DORA + "}"),
    json("a bracket closed by a brace", '{"username": ["dora"}'),
    json("a line end in a string", '{"username": "do\nra"}'),
    json("a tab in a string", '{"username": "do\tra"}'),
    json("a NUL in a string", b'{"username": "do\0ra"}'),
    json("an unknown escape", '{"username": "\\x64ora"}'),
    json("a number with zeros in front", '{"username": 007}'),
    json("a number with a plus", '{"username": +7}'),
    json("a number without digits in front", '{"username": .7}'),
    json("a hexadecimal number", '{"username": 0x7}'),
    json("XML", b"<user><username>dora</username></user>"),
    json("an XML bomb", b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>'),
    json("YAML", "username: dora"),
    json("a form", "username=dora&email=dora%40example.org"),
    json("JSONP", f"callback({DORA})"),
    json("the guard against JSON hijacking", ")]}'\n" + DORA),
    json("only blanks", " \r\n\t "),
    json("gzip", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\xab\xae\x05\x00C\xbf\xa6\xa3\x02\x00\x00\x00"),
    json("a picture", b"\x89PNG\r\n\x1a\n"),
    json("open brackets", "[" * 100_000),
    json("brackets", "[" * 400_000 + "]" * 400_000),
    json("open braces", '{"a":' * 100_000),
    json("braces", '{"a":' * 100_000 + "1" + "}" * 100_000),
    json("brackets in a field", '{"username": ' + "[" * 100_000 + "]" * 100_000 + "}"),
    json("brackets and braces by turns", '[{"a":' * 50_000),
]

# What no field of any operation can hold.
UNSTORABLE_JSON = [
    json("an escaped NUL", '{"username": "dora\\u0000"}'),
    json("an escaped NUL in a name", '{"dora\\u0000": 1}'),
    json("an escaped NUL in what nobody asked for", '{"x": [{"y": "\\u0000"}]}'),
    json("a lone high surrogate", '{"username": "\\ud800"}'),
    json("a lone low surrogate", '{"username": "\\udfff"}'),
    json("surrogates the wrong way round", '{"username": "\\udfff\\ud800"}'),
    json("a lone surrogate deep inside", '{"username": ["dora", {"x": "\\ud83c"}]}'),
    json("a lone surrogate in a name", '{"\\ud83c": 1}'),
    json("an integer of 65 bits", '{"username": 9223372036854775808}'),
    json("a negative integer of 65 bits", '{"username": -9223372036854775809}'),
    json("an integer of 5,000 digits", '{"username": ' + "9" * 5000 + "}"),
    json("an integer of 900,000 digits", '{"username": ' + "9" * 900_000 + "}"),
    json("a float beyond all floats", '{"username": 1e999}'),
    json("a negative one", '{"username": -1e999}'),
    json("an exponent without end", '{"username": 1e' + "9" * 5000 + "}"),
    json("not a number", '{"username": NaN}'),
    json("infinity", '{"username": Infinity}'),
    json("minus infinity", '{"username": -Infinity}'),
]

OTHER_ENCODINGS = [
    json("a byte order mark", b"\xef\xbb\xbf" + DORA.encode()),
    json("UTF-16", DORA.encode("utf-16")),
    json("UTF-16 without a mark", DORA.encode("utf-16-le")),
    json("UTF-32", DORA.encode("utf-32")),
    json("UTF-7", '{"username": "+AOk-" '),
    json("Latin-1", '{"username": "dorá"}'.encode("latin-1")),
    json("Shift JIS", '{"username": "ドラ"}'.encode("shift_jis")),
    json("EBCDIC", DORA.encode("cp500")),
    json("a stray continuation byte", b'{"username": "\x80"}'),
    json("a character that breaks off", b'{"username": "\xf0\x9f\x8e"}'),
    json("an overlong slash", b'{"username": "\xc0\xaf"}'),
    json("an overlong NUL", b'{"username": "\xc0\x80"}'),
    json("a surrogate in bytes", b'{"username": "\xed\xa0\x80"}'),
    json("a pair of surrogates in bytes", b'{"username": "\xed\xa0\xbd\xed\xb8\x80"}'),
    json("a character beyond Unicode", b'{"username": "\xf5\x80\x80\x80"}'),
    json("bytes that are never UTF-8", b'{"username": "\xfe\xff"}'),
    Bad("UTF-16, and it says so", REGISTER, "400 parse_error", DORA.encode("utf-16"),
        {"Content-Type": "application/json; charset=utf-16"}),
    Bad("Latin-1, and it says so", REGISTER, "400 parse_error", '{"username": "dorá"}'.encode("latin-1"),
        {"Content-Type": "application/json; charset=latin-1"}),
]  # fmt: skip

NO_OBJECT = [
    json("an array", "[]", "400 invalid"),
    json("an array of the fields", "[" + DORA + "]", "400 invalid"),
    json("a string", '"dora"', "400 invalid"),
    json("a number", "1", "400 invalid"),
    json("the smallest integer", "-9223372036854775808", "400 invalid"),
    json("true", "true", "400 invalid"),
    json("null", "null", "400 invalid"),
    json("nothing", "", "400 invalid"),
    json("an empty object", "{}", "400 invalid"),
    json("an object with an empty name", '{"": ""}', "400 invalid"),
    json("names that Python knows", '{"__class__": {"__init__": 1}, "__proto__": {"role": "admin"}}', "400 invalid"),
    json("100,000 fields that nobody asked for", "{" + ",".join(f'"{n}":1' for n in range(70_000)) + "}",
         "400 invalid"),
    json("the same name twice, the second is wrong", DORA.replace("}", ', "email": "x"}'), "400 invalid"),
    json("other spellings of the fields", DORA.upper(), "400 invalid"),
    json("the fields one level too deep", '{"user": ' + DORA + "}", "400 invalid"),
    json("just too large", '{"username": "' + "d" * 999_985 + '"}', "413 payload_too_large"),
    json("5 MB", '{"username": "' + "d" * 5_000_000 + '"}', "413 payload_too_large"),
    json("blanks without end", " " * 1_000_001, "413 payload_too_large"),
    *(
        Bad(f"{name} for seats", RESERVE, "400 invalid", body)
        for name, body in {"an array": "[]", "a number": "1", "null": "null", "nothing": ""}.items()
    ),
    *(
        Bad(f"{name} to block", "POST showtimes/<showtime>/seats/block/", "400 invalid", body)
        for name, body in {"an array": "[1]", "a string": '"1"', "null": "null", "nothing": ""}.items()
    ),
    Bad("an array to cancel", "POST reservations/<reservation>/cancel/", "400 invalid", "[]"),
    Bad("null to cancel", "POST reservations/<reservation>/cancel/", "400 invalid", "null"),
    Bad("a string to change a movie", "PATCH movies/<movie>/", "400 invalid", '"title"'),
    Bad("an array to replace a movie", "PUT movies/<movie>/", "400 invalid", "[]"),
    Bad("null to change a hall", "PATCH halls/<hall>/", "400 invalid", "null"),
    Bad("an array to change a showtime", "PATCH showtimes/<showtime>/", "400 invalid", "[]"),
    Bad("an array to change a user", "PATCH users/<user>/", "400 invalid", "[]"),
    Bad("an array to change oneself", "PATCH users/me/", "400 invalid", "[]"),
    Bad("an array to log in", "POST auth/login/", "400 invalid", "[]"),
    Bad("a number for a token", "POST auth/token/", "400 invalid", "1"),
    Bad("null for a link", "POST auth/password/reset/", "400 invalid", "null"),
]  # fmt: skip


def typed(name: str, content_type: str, body: str | bytes, answer: str = "415 unsupported_media_type") -> Bad:
    return Bad(name, REGISTER, answer, body, {"Content-Type": content_type}, who="anonymous")


CONTENT_TYPES = [
    typed("plain text", "text/plain", DORA),
    typed("text/json", "text/json", DORA),
    typed("JSON of another kind", "application/ld+json", DORA),
    typed("a patch", "application/json-patch+json", '[{"op": "add", "path": "/role", "value": "admin"}]'),
    typed("XML, and it says so", "application/xml", "<a/>"),
    typed("YAML that makes objects", "application/yaml", "!!python/object/apply:os.system ['true']"),
    typed("a pickle", "application/python-pickle", b"\x80\x04N."),
    typed("bytes", "application/octet-stream", DORA),
    typed("a form where only JSON is taken", FORM, "username=dora"),
    typed("a multipart form where only JSON is taken", f"{MULTIPART}; boundary=x", "--x--\r\n"),
    typed("no subtype", "application", DORA),
    typed("only a slash", "/", DORA),
    typed("junk", "\x7f;;;=", DORA),
    typed("two types", "application/json, text/plain", DORA),
    typed("8,000 characters", "x" * 8000, DORA),
    Bad("none at all", REGISTER, "415 unsupported_media_type", DORA, {"Content-Type": ""}),
    *(
        Bad(f"plain text: {line}", line, "415 unsupported_media_type", "x", {"Content-Type": "text/plain"})
        for line in (
            *("POST auth/login/", "POST auth/token/", "POST auth/token/refresh/", "POST auth/password/change/"),
            *("POST auth/password/reset/", "POST auth/password/reset/confirm/", "PATCH users/me/"),
            *("PATCH users/<user>/", "POST genres/", "PATCH genres/<genre>/", "POST movies/", "PUT movies/<movie>/"),
            *("PATCH movies/<movie>/", "PUT movies/<movie>/poster/", "POST halls/", "PATCH halls/<hall>/"),
            *("POST showtimes/", "PATCH showtimes/<showtime>/", "POST showtimes/<showtime>/seats/block/"),
            *("POST showtimes/<showtime>/seats/unblock/", "POST reservations/"),
            "POST reservations/<reservation>/cancel/",
        )
    ),
    Bad("a multipart form for seats", RESERVE, "415 unsupported_media_type", "--x--\r\n",
        {"Content-Type": f"{MULTIPART}; boundary=x"}),
    Bad("JSON for a poster", "PUT movies/<movie>/poster/", "415 unsupported_media_type", '{"poster": "x"}'),
    Bad("a form for a poster", "PUT movies/<movie>/poster/", "415 unsupported_media_type", "poster=x",
        {"Content-Type": FORM}),
    Bad("a bare picture for a poster", "PUT movies/<movie>/poster/", "415 unsupported_media_type",
        b"\x89PNG\r\n\x1a\n", {"Content-Type": "image/png"}),
]  # fmt: skip


def form(name: str, body: str | bytes, answer: str = "400 invalid") -> Bad:
    return Bad(name, RESERVE, answer, body, {"Content-Type": FORM})


FORMS = [
    form("nothing", ""),
    form("only separators", "&&&=&=&;"),
    form("a NUL", "showtime_id=%00"),
    form("no numbers", "showtime_id=tonight&quantity=two"),
    form("bytes that are not UTF-8", b"showtime_id=\xff\xfe"),
    form("escapes that break off", "showtime_id=%&quantity=%4"),
    form("a list as DRF writes it", "showtime_id=1&seat_ids[0]=1&seat_ids[99999999999]=2"),
    form("a list without end", "seat_ids[" + "9" * 5000 + "]=1"),
    form("brackets that stay open", "seat_ids[=1&seat_ids[[=2&]=3"),
    form("lines that are no numbers", "showtime_id=1&seat_ids[]=A1%0AA2"),
    form("JSON in one field", 'json={"showtime_id": 1}'),
    form("JSON itself", SEAT),
    form("more fields than Django counts", "&".join(f"f{n}=1" for n in range(1001)), "400 parse_error"),
    form("too large", "x=" + "x" * 1_000_000, "413 payload_too_large"),
]


def poster(name: str, *parts: str, answer: str = "400 invalid", end: str = "--x--\r\n", boundary: str = "x") -> Bad:
    body = "".join(f"--x\r\n{part}\r\n" for part in parts) + end
    return Bad(name, "PUT movies/<movie>/poster/", answer, body, {"Content-Type": f"{MULTIPART}; boundary={boundary}"})


def part(name: str, content: str = "x", more: str = "") -> str:
    return f'Content-Disposition: form-data; name="{name}"{more}\r\n\r\n{content}'


FILE = '; filename="a.png"\r\nContent-Type: image/png'
MULTIPARTS = [
    poster("no part"),
    poster("no body", end=""),
    poster("another part", part("picture", more=FILE)),
    poster("a field instead of a file", part("poster")),
    poster("an empty file", part("poster", "", FILE)),
    poster("no picture", part("poster", "x", FILE)),
    poster("a file without a name", part("poster", "x", '; filename=""')),
    poster("two files", part("poster", "x", FILE), part("poster", "x", FILE)),
    poster("a second file under another name", part("poster", "x", FILE), part("also", "x", FILE)),
    poster("another boundary", part("poster", "x", FILE), boundary="y"),
    poster("no end", part("poster", "x", FILE), end=""),
    poster("an end that breaks off", part("poster", "x", FILE), end="--x-"),
    poster("breaks off in a part's headers", 'Content-Disposition: form-data; name="pos', end=""),
    poster("a part without headers", "\r\nx"),
    poster("a part without a disposition", "Content-Type: image/png\r\n\r\nx"),
    poster("a part without a name", 'Content-Disposition: form-data; filename="a.png"\r\n\r\nx'),
    poster("a disposition that is none", "Content-Disposition: attachment\r\n\r\nx"),
    poster("a path in the file's name", part("poster", "x", '; filename="../../../../etc/passwd"')),
    poster("a NUL in the file's name", part("poster", "x", '; filename="a\0.png"')),
    poster("a long file name", part("poster", "x", f'; filename="{"a" * 70_000}.png"'), answer="400 parse_error"),
    poster("a file name in another alphabet", part("poster", "x", "; filename*=UTF-8''%00%ff%2e%2e%2f")),
    poster("a file name in an alphabet that there is not", part("poster", "x", "; filename*=klingon''%61")),
    poster("base64 that is none", part("poster", "!", f"{FILE}\r\nContent-Transfer-Encoding: base64"),
           answer="400 parse_error"),
    poster("a type of its own", part("poster", "x", '; filename="a"\r\nContent-Type: multipart/mixed; boundary=z')),
    poster("an alphabet that there is not", part("other", "x", "\r\nContent-Type: text/plain; charset=klingon")),
    poster("1,001 fields", *(part(f"f{n}") for n in range(1001)), answer="400 parse_error"),
    poster("101 files", *(part(f"f{n}", "x", FILE) for n in range(101)), answer="400 parse_error"),
    poster("a long field", part("other", "x" * 3_000_000), answer="413 payload_too_large"),
    poster("too large", part("poster", "x" * 5_100_000, FILE), answer="413 payload_too_large"),
    poster("a file of 5 MB and a byte", part("poster", "x" * 5_000_001, FILE), answer="413 payload_too_large"),
    poster("a boundary of 8,000 characters", boundary="x" * 8000, answer="415 unsupported_media_type"),
    poster("an empty boundary", boundary="", answer="400 parse_error"),
    poster("a boundary with a space at its end", boundary='"x "', answer="400 parse_error"),
    poster("a boundary in quotes that stay open", boundary='"x'),
    poster("a boundary beyond ASCII", boundary="\xe9", answer="400 parse_error"),
    Bad("no boundary", "PUT movies/<movie>/poster/", "400 parse_error", "--x--\r\n", {"Content-Type": MULTIPART}),
]  # fmt: skip

SECTIONS = {
    "broken JSON": BROKEN_JSON,
    "JSON that no field can hold": UNSTORABLE_JSON,
    "other encodings": OTHER_ENCODINGS,
    "JSON that is no object of these fields": NO_OBJECT,
    "content types": CONTENT_TYPES,
    "forms": FORMS,
    "multipart": MULTIPARTS,
}
