"""What drf-spectacular cannot see by itself: names for operations, who may call them, and how each can be refused."""

from collections.abc import Iterator

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import force_instance
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework import serializers
from rest_framework.exceptions import (
    APIException,
    NotAcceptable,
    NotAuthenticated,
    NotFound,
    PermissionDenied,
    Throttled,
    UnsupportedMediaType,
    ValidationError,
)

from api.problems import CONTENT_TYPE, ServiceUnavailable
from api.schema import examples, refusals
from reservations.permissions import IsOwner
from showtimes.exceptions import SeatsUnavailable
from users.exceptions import PayloadTooLarge
from users.permissions import AllowAny, IsAdminOrReadOnly, IsAuthenticated

VERBS = {
    "get": "retrieve",
    "post": "create",
    "put": "update",
    "patch": "partial_update",
    "delete": "destroy",
}
SUMMARIES = {
    "list": "List {things}",
    "retrieve": "Get a {thing}",
    "create": "Add a {thing}",
    "update": "Replace a {thing}",
    "partial_update": "Change a {thing}",
    "destroy": "Remove a {thing}",
}


class CookieOrBearerScheme(OpenApiAuthenticationExtension):
    target_class = "api.authentication.CookieOrBearerAuthentication"
    name = ["cookieAuth", "bearerAuth"]

    def get_security_requirement(self, auto_schema) -> list[dict]:
        """Either is enough; in one dict they would both be required."""
        return [{name: []} for name in self.name]

    def get_security_definition(self, auto_schema):
        cookie = (
            "The cookie that `auth/login/` sets. Unsafe requests then need the value of the `csrftoken` cookie in the "
            "`X-CSRFToken` header. With HTTPS=1 the cookie is named `__Host-access_token`."
        )
        return [
            {"type": "apiKey", "in": "cookie", "name": "access_token", "description": cookie},
            {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        ]


class Schema(AutoSchema):
    def get_operation_id(self) -> str:
        """`reservations_create`, `reservations_confirm`, `auth_login`: what makes a good method's name."""
        words = [word.replace("-", "_") for word in self._tokenize_path()]
        action = getattr(self.view, "action", None)
        extra = getattr(self.view, "get_extra_actions", list)()
        mapping = next((each.mapping for each in extra if action in each.mapping.values()), None)
        if action and mapping is None:
            return "_".join([*words, action])
        methods = mapping or [name for name in VERBS if hasattr(self.view, name)]
        return "_".join(words if len(methods) == 1 else [*words, VERBS[self.method.lower()]])

    def get_tags(self) -> list[str]:
        return [self._tokenize_path()[0]]

    def get_examples(self) -> list[OpenApiExample]:
        return examples.of(self.get_operation_id())

    def said(self) -> tuple[str, str]:
        """Summary and description: the first line of the method's docstring, and the rest of it."""
        method = getattr(self.view, self.action_name())
        written_here = method.__module__.split(".")[0] != "rest_framework"
        summary, _, description = ((written_here and method.__doc__) or "").strip().partition("\n")
        return summary, "\n".join(line.strip() for line in description.strip().splitlines())

    def action_name(self) -> str:
        return getattr(self.view, "action", None) or self.method.lower()

    def get_summary(self) -> str:
        things = self._tokenize_path()[-1]
        return self.said()[0] or SUMMARIES[self.view.action].format(things=things, thing=things.removesuffix("s"))

    def get_description(self) -> str:
        """What it does, then in one paragraph who may, what it costs and which conflicts there are."""
        codes = " ".join(f"`{each.default_code}`" for each in self.conflicts() if each.status_code == 409)
        small_print = [f"For {self.who()}.", self.limit(), codes and f"Conflicts: {codes}."]
        return "\n\n".join(filter(None, [self.said()[1], " ".join(filter(None, small_print))]))

    def who(self) -> str:
        if self.is_open_to_all():
            return "anyone"
        match self.view.get_permissions():
            case [IsOwner()]:
                return "whoever it belongs to"
            case [IsAuthenticated()]:
                return getattr(self.view, "whose", "whoever it belongs to") if "{" in self.path else "users"
        return "admins"

    def limit(self) -> str:
        scope = self.throttle_scope()
        if not scope:
            return ""
        whom = "user" if self.view.get_authenticators() else "address"
        account = " and each account" if hasattr(self.view, "throttle_account") else ""
        rate = settings.THROTTLES[scope]
        return f"Limited to `THROTTLE_{scope.upper()}` ({rate} unless set) for each {whom}{account}."

    def is_open_to_all(self) -> bool:
        permissions = self.view.get_permissions()
        readers = AllowAny if self.method != "GET" else (AllowAny, IsAdminOrReadOnly)
        return any(isinstance(each, readers) for each in permissions)

    def throttle_scope(self) -> str | None:
        return getattr(self.view, "throttle_scope", None) if self.method != "GET" else None

    def get_auth(self) -> list[dict]:
        auth = super().get_auth()
        return [*auth, {}] if self.method == "GET" and self.is_open_to_all() and {} not in auth else auth

    def _map_basic_serializer(self, serializer, direction) -> dict:
        """
        A model's object is answered whole: a default makes nothing optional in an answer.

        Nor is a default told of a body. Generated clients take it for what they must always have or send, and a PATCH
        that wants to leave something out would then reset it.
        """
        schema = super()._map_basic_serializer(serializer, direction)
        for field in schema.get("properties", {}).values():
            field.pop("default", None)
        if direction == "response" and isinstance(force_instance(serializer), serializers.ModelSerializer):
            schema["required"] = sorted(schema["properties"])
        return schema

    def _get_response_bodies(self, direction="response") -> dict:
        """With every way in which this operation can be refused, as one `Problem`."""
        self.resolve_serializer(refusals.ProblemSerializer, direction)
        bodies = super()._get_response_bodies(direction)
        for status in sorted({each.status_code for each in (*self.general_refusals(), *self.conflicts())}):
            bodies[str(status)] = refusals.common(status) if status in refusals.NAMES else self.conflict(status)
        return bodies

    def conflicts(self) -> tuple[type[APIException], ...]:
        """What the view says of this operation."""
        return getattr(self.view, "conflicts", {}).get(self.action_name(), ())

    def conflict(self, status: int) -> dict:
        declared = [each for each in self.conflicts() if each.status_code == status]
        text = " ".join(f"`{each.default_code}`: {each.default_detail}" for each in declared)
        examples = [refusals.SEATS_TAKEN] if SeatsUnavailable in declared else []
        response = OpenApiResponse(refusals.ProblemSerializer, text, examples)
        return self._get_response_for_code(response, str(status), [CONTENT_TYPE])

    def general_refusals(self) -> Iterator[type[APIException]]:
        """What follows from the kind of operation, and needs no word in the view."""
        is_write = self.method != "GET"
        yield from (NotAcceptable, APIException, ServiceUnavailable)
        if is_write and self._get_request_body():
            yield from (ValidationError, PayloadTooLarge, UnsupportedMediaType)
        asked = [each for each in self.get_override_parameters() if not isinstance(each, OpenApiParameter)]
        if asked or self._get_filter_parameters() or self._get_pagination_parameters():
            yield ValidationError
        if "{" in self.path or self._get_pagination_parameters():
            yield NotFound
        if self.view.get_authenticators():
            yield NotAuthenticated
            if is_write or {} not in self.get_auth():
                yield PermissionDenied
        if self.throttle_scope():
            yield Throttled
