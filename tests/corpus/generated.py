"""
Every field, every query parameter and every id in a path, as schema.yml describes them, with each value that it must
refuse. What an operation gets anew is in here by itself.
"""

import json
from collections.abc import Iterator

from tests.corpus.request import Bad
from tests.operations import JSON, SCHEMA, Operation

# JSON texts, since not all of them can be written by a library.
NOWHERE = (  # no field of any kind can hold these
    *(r'"a\u0000"', r'"\ud800"', "9223372036854775808", "-9223372036854775809", "9" * 5000),
    *("NaN", "Infinity", "-Infinity", "1e999", "[" * 100_000),
)
FAR_DAYS = ("0000-01-01", "10000-01-01", "-0001-01-01", "2026-02-30", "2026-13-01")
FAR_INSTANTS = (
    *("0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59"),
    *("2026-11-24T25:00:00Z", "2026-11-24T19:30:61Z", "2026-11-24T19:30:00+99:00", "2026-11-24", "19:30"),
)
OF_KIND = {
    "string": ("true", "[]", '["a"]', "{}", '{"a": "b"}'),
    "integer": ("true", "[]", "[1]", "{}", "1.5", '""', '"one"', '"1.5"', f'"{"9" * 2000}"', '"9223372036854775808"'),
    "boolean": ("[]", "{}", "2", '""', '"maybe"', '"' + "x" * 100_000 + '"'),
    "array": ("true", "1", '""', '"a"', "{}", "[null]", "[[]]", "[{}]", "[true]", "[" + "1," * 2000 + "1]"),
    "decimal": (
        *("true", "[]", "{}", '""', '"ten"', '"NaN"', '"Infinity"', "1e300", '"1e9"', '"0.001"', "-1", '"-0.01"'),
        *('"' + "9" * 2000 + '"', '"9223372036854775808"'),
    ),
    "date": ("true", "1", "[]", "{}", '""', '"today"', *map(json.dumps, FAR_DAYS)),
    "date-time": ("true", "1", "[]", "{}", '""', '"now"', *map(json.dumps, FAR_INSTANTS)),
    "email": ("true", "[]", "{}", '"a"', '"a@"', '"@a"', '"a@b"', '"a b@example.org"', '"a@example..org"'),
    "enum": ("true", "1", "[]", "{}", '""', '"nothing"', '"' + "x" * 100_000 + '"'),
}
QUERIES = {  # as they stand in an address
    "string": ("%00", "a%00b"),
    "integer": ("one", "1.5", "1e3", "-", "NaN", "Infinity", "%00", "1%00", "%D9%A1", "1_0", "9" * 30, "9" * 5000),
    "boolean": ("maybe", "2", "%00", "true%00", "%FF", "9" * 30),
    "date": ("today", "1", "%00", "2026-11-24T00:00:00Z", *FAR_DAYS),
    "enum": ("nothing", "%00", "%FF", "9" * 30),
    "array": ("a%20b", "%00", "%FF"),
}
IDS = ("0", "-1", "one", "1.5", "1e3", "%00", "%FF", "%D9%A1", "9223372036854775808", "9" * 5000)


def resolved(schema: dict) -> dict:
    """With what it refers to, directly or as the only one of `allOf`."""
    for part in schema.get("allOf", ()):
        schema = resolved(part) | {name: value for name, value in schema.items() if name != "allOf"}
    if "$ref" in schema:
        return resolved(SCHEMA["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    return schema


def kind_of(schema: dict) -> str:
    if "enum" in schema:
        return "enum"
    return schema["format"] if schema.get("format") in OF_KIND else schema["type"]


def refused(schema: dict) -> Iterator[str]:
    """What this field must refuse, as JSON."""
    nullable = schema.get("nullable", False)
    yield from (text for text in OF_KIND[kind_of(schema)] if not (nullable and text == '""'))  # a form's null
    if not nullable:
        yield "null"
    if schema.get("minLength"):
        yield '""'
    if "maxLength" in schema:
        yield json.dumps("x" * (schema["maxLength"] + 1))
        yield json.dumps("x" * 500_000)
    yield from map(json.dumps, beyond(schema))


def beyond(schema: dict) -> list[str]:
    """Just too large, and just too small."""
    return [
        *([str(schema["maximum"] + 1)] if "maximum" in schema else ()),
        *([str(schema["minimum"] - 1)] if "minimum" in schema else ()),
    ]


def fields(operation: Operation, path: str, body: dict) -> Iterator[Bad]:
    """A valid body, with one wrong field."""
    request = described(operation).get("requestBody", {"content": {}})["content"].get(JSON)
    line = f"{operation.method} {path}"
    for name, field in resolved(request["schema"])["properties"].items() if request else ():
        for text in refused(resolved(field)):
            yield Bad(f"{name}: {text[:40]}", line, "400 invalid", with_one(body, name, text), at=name)
        for text in NOWHERE:
            yield Bad(f"{name}: {text[:40]}", line, "400 parse_error", with_one(body, name, text))


def with_one(body: dict, name: str, text: str) -> str:
    members = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in body.items() if key != name]
    return "{" + ", ".join([*members, f"{json.dumps(name)}: {text}"]) + "}"


def queries(operation: Operation, path: str) -> Iterator[Bad]:
    for parameter in parameters(operation, "query"):
        name, schema = parameter["name"], resolved(parameter["schema"])
        for value in (*QUERIES[kind_of(schema)], *beyond(schema)):
            yield Bad(f"{name}={value[:40]}", f"{operation.method} {path}?{name}={value}", "400 invalid", at=name)


def ids(operation: Operation) -> Iterator[Bad]:
    for parameter in parameters(operation, "path"):
        for value in IDS:
            path = operation.path.replace(f"{{{parameter['name']}}}", value)
            yield Bad(path[:60], f"{operation.method} {path}", "404 not_found")


def parameters(operation: Operation, where: str) -> list[dict]:
    return [parameter for parameter in described(operation).get("parameters", ()) if parameter["in"] == where]


def described(operation: Operation) -> dict:
    return SCHEMA["paths"][operation.path][operation.method.lower()]
