import json
import math

from django.conf import settings
from django.http import QueryDict
from rest_framework import parsers
from rest_framework.exceptions import ParseError

from users.exceptions import PayloadTooLarge

SMALLEST, LARGEST = -(2**63), 2**63 - 1


class JSONParser(parsers.JSONParser):
    """
    JSON in UTF-8 (RFC 8259) that refuses, once for the whole API, what no field here can hold.

    Raises ParseError for integers beyond 64 bits, numbers that are not finite, NUL and lone surrogates in strings, and
    nesting without end; PayloadTooLarge beyond `MAX_JSON_BYTES`.
    """

    def parse(self, stream, media_type=None, parser_context=None):
        try:
            data = json.loads(read(stream).decode(), parse_int=integer, parse_float=finite, parse_constant=finite)
            refuse_unstorable(data)
        except UnicodeDecodeError:
            raise ParseError("The body is not UTF-8. Send JSON in UTF-8.") from None
        except RecursionError:
            raise ParseError("The JSON is nested too deeply. The schema shows how little is needed.") from None
        except ValueError as error:
            raise ParseError(f"The body is not JSON that this API takes: {error}.") from None
        return data


class FormParser(parsers.FormParser):
    """
    What an HTML form sends. A list is the lines of a text whose name ends with `[]`, since a form knows no lists.

    DRF's own way to write a list, `name[0]`, ends here: it counts as far as somebody asks it to, and fails.
    """

    def parse(self, stream, media_type=None, parser_context=None) -> QueryDict:
        body = read(stream).replace(b"%0D%0A", b"%0A")  # browsers end lines as teleprinters did
        data = QueryDict(body, mutable=True)
        for name in [name for name in data if "[" in name]:
            lines = "\n".join(data.pop(name)).strip().splitlines()
            if lines and name.endswith("[]"):
                data.setlist(name.removesuffix("[]"), lines)
        return data


def read(stream) -> bytes:
    """The body. Raises PayloadTooLarge beyond `MAX_JSON_BYTES`."""
    body = stream.read(settings.MAX_JSON_BYTES + 1)
    if len(body) > settings.MAX_JSON_BYTES:
        raise PayloadTooLarge
    return body


def integer(digits: str) -> int:
    if len(digits) > 20 or not SMALLEST <= int(digits) <= LARGEST:
        raise ValueError("an integer has more than 64 bits")
    return int(digits)


def finite(number: str) -> float:
    if not math.isfinite(value := float(number)):
        raise ValueError(f"{number[:20]} is not a finite number")
    return value


def refuse_unstorable(data) -> None:
    if isinstance(data, dict):
        for key, value in data.items():
            refuse_unstorable(key)
            refuse_unstorable(value)
    elif isinstance(data, list):
        for value in data:
            refuse_unstorable(value)
    elif isinstance(data, str) and any(char == "\0" or "\ud800" <= char <= "\udfff" for char in data):
        raise ValueError("a string has a NUL or a lone surrogate in it")
