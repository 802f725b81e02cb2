"""Whether an answer is one that `schema.yml` tells of: its status, its content type, its headers and its body."""

import json
import re
from datetime import date, datetime
from functools import cache
from urllib.parse import urlsplit

import yaml
from jsonschema import Draft202012Validator, FormatChecker

from project.settings import BASE_DIR

SCHEMA = yaml.load((BASE_DIR / "schema.yml").read_bytes(), yaml.CSafeLoader)
PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
formats = FormatChecker(())


def check(response) -> None:
    """
    Raises AssertionError for an answer of the API that a client made from the schema would not understand.

    Pages for people are no answers to clients; and whatever is not there at all is a problem nevertheless.
    """
    method, path = response.request["REQUEST_METHOD"], response.request["PATH_INFO"]
    kind = response.get("Content-Type", "").partition(";")[0]
    if not path.startswith("/api/v1/") or method in ("HEAD", "OPTIONS") or kind == "text/html":
        return
    operation = operation_at(method, path)
    if operation and not is_refused_before(response):
        name, status = operation["operationId"], str(response.status_code)
        assert status in operation["responses"], f"{name} has no {status} in schema.yml: {response.content[:500]}"
        told = meant_by(operation["responses"][status])
    elif response.status_code >= 400:
        name, told = path, {"content": PROBLEM}
    else:
        return
    kinds = told.get("content", {})
    if kinds:
        assert kind in kinds, f"{name} {response.status_code} is {kind or 'empty'}, in schema.yml {', '.join(kinds)}"
    else:
        assert response.content == b"", f"{name} {response.status_code} has a body, and none in schema.yml"
    missing = [
        header for header, each in told.get("headers", {}).items() if each.get("required") and header not in response
    ]
    assert missing == [], f"{name} {response.status_code} comes without {missing}"
    if kinds and kind.endswith("json"):
        faults = [fault.message for fault in validator_of(kinds[kind]["schema"]).iter_errors(response.json())]
        assert faults == [], f"{name} {response.status_code} is not as in schema.yml: {faults}"


def is_refused_before(response) -> bool:
    """What can happen to any request, before there is an operation to it: the schema tells of it at the beginning."""
    return response.status_code in (400, 413) and response.json()["code"] in ("bad_request", "payload_too_large")


# Those without a parameter first: `users/me/` is no `users/{id}/`.
PATHS = [
    (re.compile(re.sub(r"{\w+}", r"[\\w-]+", path)), SCHEMA["paths"][path])
    for path in sorted(SCHEMA["paths"], key=lambda path: path.count("{"))
]


def operation_at(method: str, path: str) -> dict | None:
    return next((methods for pattern, methods in PATHS if pattern.fullmatch(path)), {}).get(method.lower())


def validator_of(schema: dict) -> Draft202012Validator:
    return compiled(json.dumps(schema))


@cache
def compiled(schema: str) -> Draft202012Validator:
    return Draft202012Validator(as_json_schema(json.loads(schema)), format_checker=formats)


def as_json_schema(part: object) -> object:
    """In JSON Schema's words, with every reference followed and no object left open for more than it tells of."""
    if isinstance(part, list):
        return [as_json_schema(each) for each in part]
    if not isinstance(part, dict):
        return part
    schema = {key: as_json_schema(value) for key, value in meant_by(part).items()}
    if schema.get("type") == "object":
        schema.setdefault("additionalProperties", False)
    return {"anyOf": [schema, {"type": "null"}]} if schema.pop("nullable", False) else schema


def meant_by(part: dict) -> dict:
    """What a reference leads to; anything else means itself."""
    if "$ref" not in part:
        return part
    found = SCHEMA
    for name in part["$ref"].split("/")[1:]:
        found = found[name]
    return found


@formats.checks("date-time", raises=ValueError)
def is_an_instant_in_utc(text: object) -> bool:
    return not isinstance(text, str) or (text.endswith("Z") and bool(datetime.fromisoformat(text)))


@formats.checks("date", raises=ValueError)
def is_a_day(text: object) -> bool:
    return not isinstance(text, str) or bool(date.fromisoformat(text))


@formats.checks("uri", raises=ValueError)
def is_an_absolute_address(text: object) -> bool:
    return not isinstance(text, str) or all(urlsplit(text)[:2])
