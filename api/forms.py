"""
The forms of the browsable API, one for each operation that a page offers.

What an operation takes is read where the schema reads it, so that form and documentation say the same. Making a form
costs no query: `pickers.py` lets related things be chosen by name.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from inspect import isclass

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils import timezone
from rest_framework import serializers
from rest_framework.settings import api_settings
from rest_framework.utils.encoders import JSONEncoder
from rest_framework.utils.field_mapping import ClassLookupDict

from api.markup import prose
from users.filters import BooleanField

JSON, FORM, MULTIPART = "application/json", "application/x-www-form-urlencoded", "multipart/form-data"
TYPES = ClassLookupDict(
    {
        serializers.Field: "text",
        serializers.EmailField: "email",
        serializers.IntegerField: "number",
        serializers.DecimalField: "number",
        serializers.PrimaryKeyRelatedField: "number",
        serializers.DateField: "date",
        serializers.DateTimeField: "datetime-local",
        serializers.BooleanField: "checkbox",
        serializers.ChoiceField: "select",
        serializers.ListField: "lines",
    }
)
FILTER_TYPES = ClassLookupDict(
    {
        forms.Field: "text",
        forms.IntegerField: "number",
        forms.DateField: "date",
        forms.ChoiceField: "select",
        BooleanField: "select",
    }
)
HINTS = {"lines": "One a line.", "datetime-local": f"Time zone: {settings.TIME_ZONE}."}
TITLES = {"POST": "Add", "PUT": "Replace", "PATCH": "Change", "DELETE": "Remove"}
AUTOCOMPLETE = {
    "login": "username",
    "username": "username",
    "email": "email",
    "password": "current-password",
    "old_password": "current-password",
    "current_password": "current-password",
    "new_password": "new-password",
}


@dataclass
class Input:
    name: str
    label: str
    type: str
    value: str | bool = ""
    choices: Mapping = field(default_factory=dict)
    required: bool = False
    hints: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def autocomplete(self) -> str:
        return AUTOCOMPLETE.get(self.name, "off")

    @cached_property
    def chosen(self) -> list[str]:
        return str(self.value).splitlines()

    @property
    def about(self) -> list[str]:
        return [*self.errors, *self.hints]


@dataclass
class Form:
    method: str
    title: str
    description: str
    encoding: str = FORM
    inputs: list[Input] = field(default_factory=list)
    raw: str = ""
    address: str = ""  # that of the page, unless another is named
    seat_map: str = ""  # the picture on which its seats can be picked
    pick: str = ""  # those of which status


def form_of(view, method: str, values: Mapping, errors: list[dict]) -> Form:
    """The form of an operation, filled in with `values`, each of a problem's `errors` beside the input it is about."""
    schema = schema_of(view, method)
    accepted = [parser.media_type for parser in view.parser_classes]
    title, description = schema.said()
    form = Form(method, title or TITLES[method], prose(description), FORM if FORM in accepted else JSON)
    body = schema.get_request_serializer() if method != "DELETE" else None
    if isinstance(body, dict):  # described by hand, because it is a file
        form.encoding = MULTIPART
        form.inputs = [
            Input(name, name.capitalize(), "file", required=True, errors=list(errors_at(name, errors)))
            for name in body[MULTIPART]["properties"]
        ]
    elif body:
        fields = writable_fields(body, partial=method == "PATCH")
        form.inputs = [input_of(each, values, errors) for each in fields]
        form.raw = as_json(fields, values) if JSON in accepted else ""
    return form


def query_inputs(view, request, errors: list[dict]) -> list[Input]:
    """What this page can be asked: the filters of a list, or what the operation's description names."""
    asked = request.query_params
    filterset_class = getattr(view, "filterset_class", None) if getattr(view, "action", None) == "list" else None
    filters = filterset_class().form.fields.items() if filterset_class else ()
    parameters = [each for each in schema_of(view, "GET").get_override_parameters() if isclass(each)]
    return [
        *(filter_input(name, each, asked, errors) for name, each in filters),
        *(input_of(each, asked, errors) for serializer in parameters for each in writable_fields(serializer)),
    ]


def filter_input(name: str, field: forms.Field, values: Mapping, errors: list[dict]) -> Input:
    label = name.replace("_", " ").capitalize()
    choices = {value: text for value, text in getattr(field, "choices", ()) if value}
    return Input(
        name,
        label,
        FILTER_TYPES[field],
        as_text(field, field.widget.value_from_datadict(values, {}, name)),
        {"true": "Yes", "false": "No"} if isinstance(field, BooleanField) else choices,
        hints=[field.label] if field.label and field.label != label else [],
        errors=list(errors_at(name, errors)),
    )


def schema_of(view, method: str):
    """What the schema knows of an operation, which need not be in it."""
    handler = getattr(view, getattr(view, "action", None) or method.lower(), None)
    schema = getattr(handler, "kwargs", {}).get("schema", api_settings.DEFAULT_SCHEMA_CLASS)()
    schema.view, schema.method = view, method
    return schema


def writable_fields(serializer, partial: bool = False) -> list[serializers.Field]:
    serializer = serializer() if isclass(serializer) else serializer
    serializer.partial = partial
    return [each for each in serializer.fields.values() if not each.read_only]


def input_of(field: serializers.Field, values: Mapping, errors: list[dict]) -> Input:
    name = field.field_name
    kind = field.style.get("input_type") or ("textarea" if "base_template" in field.style else TYPES[field])
    hints = [prose(hint) for hint in (field.help_text, HINTS.get(kind)) if hint]
    return Input(
        name,
        field.label,
        kind,
        as_text(field, value_of(field, values)),
        field.choices if kind == "select" else {},
        field.required and not field.parent.partial,
        hints,
        list(errors_at(name, errors)),
    )


def value_of(field: serializers.Field, values: Mapping):
    """What was sent, is there, or would be taken if nothing were sent. Never a secret: those are never shown either."""
    name = field.field_name
    if field.write_only:
        return ""
    if isinstance(values, QueryDict) and isinstance(field, serializers.ListField):
        return values.getlist(name)
    if name in values:
        return values[name]
    if field.default is serializers.empty:
        return field.get_initial()
    return None if callable(field.default) else field.default


def as_text(field: serializers.Field | forms.Field, value) -> str | bool:
    if isinstance(field, serializers.BooleanField):
        return value in (True, "true")
    if isinstance(value, list):
        return "\n".join(str(item) for item in value)
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None).isoformat()
    return "" if value is None else str(value)


def as_json(fields: list[serializers.Field], values: Mapping) -> str:
    """A body to begin with: what is there, and what is needed."""
    body = {each.field_name: value_of(each, values) for each in fields if each.field_name in values or each.required}
    return json.dumps(body, indent=4, cls=JSONEncoder, ensure_ascii=False)


def errors_at(name: str, errors: list[dict]) -> Iterator[str]:
    for error in errors:
        attr, _, index = error["attr"].partition(".")
        if attr == name:
            line = f"Line {int(index) + 1}: " if index.isdigit() else ""
            yield line + error["detail"]
