"""
Every write × every field of every model and of every answer, added to what it takes (OWASP API3:2023): as JSON, nested,
as a form and in the address. None of it moves anything: the database and the answer are what they are without it.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from shutil import rmtree
from urllib.parse import urlencode

import pytest
import time_machine
from django.apps import apps
from django.conf import settings
from django.core.management.color import no_style
from django.db import connection, models
from django.utils import timezone

from tests.operations import FORM, IN_SCHEMA, JSON, MULTIPART, OPERATIONS, SCHEMA, Cinema, come_in, fields_of
from tests.rows import everything, undone
from tests.test_access import ACCESS
from tests.test_access import cinema as cinema

WRITES = [name for name, operation in OPERATIONS.items() if operation.method != "GET"]
# Names that are in no model here, but that other frameworks, and Django itself, would know.
KNOWN_ELSEWHERE = ("pk", "is_admin", "is_staff", "is_superuser", "groups", "user_permissions", "permissions", "admin")
RIGHTS, PRICES = {"role", "is_active"}, {"price", "premium_price"}
NEVER = {
    *("id", "pk", "code", "user", "user_id", "status", "total", "capacity", "is_staff", "is_superuser", "date_joined"),
    *("created_at", "expires_at", "released_at", "cancelled_at", "cancelled_because", "revoked_at", "token_id"),
}
TEXTS = {models.EmailField: "mallory@example.org", models.JSONField: ["SSS"], models.FileField: "posters/mallory.webp"}


def documented(operation: str) -> set[str]:
    """The fields that it takes."""
    return fields_of(operation) if operation in IN_SCHEMA else {"login", "username", "email", "password"}


def worth_trying(field: models.Field) -> list:
    """Values that this field could be given."""
    match field:
        case models.ForeignKey():
            rows = field.related_model.objects.order_by("pk").values_list("pk", flat=True)
            return [*rows[:1], *rows.reverse()[:1]]
        case models.BooleanField():
            return [True, False]
        case models.Field(choices=[(first, _), *_, (last, _)]):
            return [first, last]
        case models.DateTimeField():
            return [datetime(2001, 1, 1, tzinfo=timezone.get_default_timezone()).isoformat(), None]
        case models.DateField():
            return [date(2001, 1, 1).isoformat(), None]
        case models.DecimalField():
            return ["0.01", "0.00"]
        case models.IntegerField() | models.FloatField():
            return [1, 999]
    return [next((text for kind, text in TEXTS.items() if isinstance(field, kind)), "mallory")]


def every_field() -> dict[str, list]:
    """By its names as Django has them and as answers show them: the values to try."""
    fields = defaultdict(list)
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            for name in (field.name, field.attname, f"{model._meta.model_name}__{field.name}"):
                fields[name] += [value for value in worth_trying(field) if value not in fields[name]]
    shown = {name for schema in SCHEMA["components"]["schemas"].values() for name in schema.get("properties", ())}
    for name in (shown | {*KNOWN_ELSEWHERE}) - fields.keys():
        fields[name] = [1, True]
    return {name: values for name, values in fields.items() if values}


def added_to(operation: str) -> Iterator[dict]:
    """All fields that it does not take, until each has had each of its values."""
    fields = {name: values for name, values in every_field().items() if name not in documented(operation)}
    for attempt in range(max(map(len, fields.values()))):
        yield {name: values[attempt % len(values)] for name, values in fields.items()}


def nested(operation: str, extra: dict) -> dict:
    """Under each model's name and its plural, and under the names that other APIs use."""
    names = [model._meta.model_name for model in apps.get_models()]
    wrapped = dict.fromkeys((*names, "data", "attributes", "fields", "instance", "__proto__"), extra)
    wrapped |= {f"{name}s": [extra] for name in names}
    return {name: value for name, value in wrapped.items() if name not in documented(operation)}


def as_form(body: dict | None) -> list[tuple[str, str]]:
    """As the browsable API sends it: a list is the lines of a text."""
    return [
        (f"{name}[]", "\n".join(map(str, value))) if isinstance(value, list) else (name, str(value))
        for name, value in (body or {}).items()
        if value is not None
    ]


@pytest.fixture(autouse=True)
def by_no_chance(cinema, monkeypatch, settings, tmp_path) -> Iterator[None]:
    """What is drawn by lot is the same each time, so that two outcomes can be compared."""
    for name in ("uuid.uuid4", "movies.posters.uuid4", "rest_framework_simplejwt.tokens.uuid4"):
        monkeypatch.setattr(name, lambda: uuid.UUID(int=7))
    monkeypatch.setattr("secrets.choice", lambda options: options[0])
    monkeypatch.setattr("users.hashers.Argon2PasswordHasher.salt", lambda self: "salt" * 4)
    monkeypatch.setattr("django.middleware.csrf._get_new_csrf_string", lambda: "x" * 32)
    settings.MEDIA_ROOT = tmp_path
    with time_machine.travel(timezone.now(), tick=False):
        yield


def outcome(cinema: Cinema, operation: str, kind: str = JSON, extra: dict | None = None, query: str = "") -> tuple:
    """Status, answer and all rows, of the request that somebody who may sends."""
    # Neither files nor PostgreSQL's sequences are undone with the rest.
    rmtree(settings.MEDIA_ROOT, ignore_errors=True)
    with undone(), connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), apps.get_models()):
            cursor.execute(statement)
        role = next(role for role in ("owner", "admin") if ACCESS[operation][role, "cookie"] < 400)
        way = "bearer" if ACCESS[operation][role, "bearer"] < 400 else "cookie"
        login = cinema.log_in(role)
        client, body = come_in(way, login), cinema.body(operation, login)
        method, address = OPERATIONS[operation].method, f"{cinema.path(operation)}?{query}"
        if kind == FORM:
            sent = urlencode(as_form(body) + as_form(extra))
            response = client.generic(method, address, sent, FORM)
        else:
            sent = {**(body or {}), **(extra or {})} if body or extra else None
            response = cinema.send(client, operation, sent, QUERY_STRING=query)
        return response.status_code, response.content, everything()


def test_what_no_request_may_say():
    """Not by mistake either: who would add one of these to a serializer has to think of this list."""
    for operation in [name for name in WRITES if name in IN_SCHEMA]:
        assert not documented(operation) & NEVER, operation
        assert not documented(operation) & RIGHTS or operation == "users_partial_update", operation
        assert not documented(operation) & PRICES or operation in ("showtimes_create", "showtimes_partial_update")


@pytest.mark.parametrize("operation", WRITES)
def test_only_what_is_documented_moves(cinema, operation):
    plain = outcome(cinema, operation)
    assert plain[0] < 400
    for extra in added_to(operation):
        assert outcome(cinema, operation, query=urlencode(extra, doseq=True)) == plain
        if OPERATIONS[operation].takes == JSON:
            assert outcome(cinema, operation, extra=extra) == plain
            assert outcome(cinema, operation, extra=nested(operation, extra)) == plain


@pytest.mark.parametrize("operation", [name for name in WRITES if OPERATIONS[name].takes != MULTIPART])
def test_nor_by_a_form(cinema, operation):
    plain = outcome(cinema, operation, FORM)
    takes_json_alone = operation.startswith("auth_") and documented(operation)
    assert plain[0] == 415 if takes_json_alone else plain[0] < 400
    for extra in added_to(operation):
        assert outcome(cinema, operation, FORM, extra) == plain
