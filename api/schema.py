"""What drf-spectacular cannot see by itself: names for operations, who may call them, and how each can be refused."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import force_instance
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import (
    NotAuthenticated,
    NotFound,
    PermissionDenied,
    Throttled,
    UnsupportedMediaType,
    ValidationError,
)

from api.problems import CONTENT_TYPE, ServiceUnavailable, problem
from users.exceptions import PayloadTooLarge
from users.permissions import AllowAny, IsAdminOrReadOnly

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
REASONS = {
    400: "Malformed body, bad field or bad query value: see `errors`.",
    401: "No credentials, or a bad or expired bearer token.",
    403: "The role does not allow it, or a cookie request came without a valid CSRF token or from a foreign Origin.",
    404: "It does not exist, or it belongs to somebody else.",
    413: "The body or upload is too large.",
    415: "Not the content type that this takes.",
    429: "Too many requests: wait as long as `Retry-After` says.",
    503: ServiceUnavailable.default_detail,
}


class FieldErrorSerializer(serializers.Serializer):
    attr = serializers.CharField(help_text="Dotted path to the field; `non_field_errors` for the whole body.")
    code = serializers.CharField()
    detail = serializers.CharField()


class UnavailableSeatSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    label = serializers.CharField()
    reason = serializers.CharField(help_text="`reserved`, `held` or `blocked`.")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Bad field",
            problem(
                400,
                "invalid",
                "Some of the values are not valid: see `errors`.",
                errors=[{"attr": "seat_ids.1", "code": "does_not_exist", "detail": "There is no such seat here."}],
            ),
            status_codes=["400"],
        ),
        OpenApiExample(
            "Seats taken",
            problem(
                409,
                "seats_unavailable",
                "Seats C4 and C5 are not available.",
                seats=[{"id": 17, "label": "C4", "reason": "reserved"}, {"id": 18, "label": "C5", "reason": "held"}],
            ),
            status_codes=["409"],
        ),
    ]
)
class ProblemSerializer(serializers.Serializer):
    """Every error (RFC 9457). Decide by `status` and `code`; `detail` is for people."""

    type = serializers.CharField(help_text="`about:blank`: `title` is the status in words.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    errors = FieldErrorSerializer(many=True, required=False)
    seats = UnavailableSeatSerializer(many=True, required=False)
    conflicts = serializers.ListField(
        child=serializers.IntegerField(), required=False, help_text="Showtimes that occupy the hall."
    )
    request_id = serializers.CharField(required=False)


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

    def said(self) -> tuple[str, str]:
        """Summary and description: the first line of the method's docstring, and the rest of it."""
        method = getattr(self.view, getattr(self.view, "action", None) or self.method.lower())
        written_here = method.__module__.split(".")[0] != "rest_framework"
        summary, _, description = ((written_here and method.__doc__) or "").strip().partition("\n")
        return summary, "\n".join(line.strip() for line in description.strip().splitlines())

    def get_summary(self) -> str:
        things = self._tokenize_path()[-1]
        return self.said()[0] or SUMMARIES[self.view.action].format(things=things, thing=things.removesuffix("s"))

    def get_description(self) -> str:
        return self.said()[1]

    def get_auth(self) -> list[dict]:
        auth = super().get_auth()
        open_to_all = any(isinstance(each, (AllowAny, IsAdminOrReadOnly)) for each in self.view.get_permissions())
        return [*auth, {}] if open_to_all and self.method == "GET" and {} not in auth else auth

    def _map_basic_serializer(self, serializer, direction) -> dict:
        """A model's object is answered whole: a default is for requests, and makes nothing optional in an answer."""
        schema = super()._map_basic_serializer(serializer, direction)
        if direction == "response" and isinstance(force_instance(serializer), serializers.ModelSerializer):
            schema["required"] = sorted(schema["properties"])
        return schema

    def _get_response_bodies(self, direction="response") -> dict:
        """With every way in which this operation can be refused, as one `Problem`."""
        bodies = super()._get_response_bodies(direction)
        for status_code, description in sorted(self.refusals().items()):
            response = OpenApiResponse(ProblemSerializer, description)
            bodies[str(status_code)] = self._get_response_for_code(response, str(status_code), [CONTENT_TYPE])
        return bodies

    def refusals(self) -> dict[int, str]:
        declared = getattr(self.view, "conflicts", {})
        declared = declared.get(getattr(self.view, "action", None) or self.method.lower(), ())
        texts = {each.status_code: REASONS[each.status_code] for each in self.general_refusals()}
        for status in {each.status_code for each in declared}:
            codes = " ".join(
                f"`{each.default_code}`: {each.default_detail}" for each in declared if each.status_code == status
            )
            texts[status] = REASONS.get(status, codes)
        return texts

    def general_refusals(self):
        """What follows from the kind of operation, and needs no word in the view."""
        is_write = self.method != "GET"
        yield ServiceUnavailable
        if is_write and self._get_request_body():
            yield from (ValidationError, PayloadTooLarge, UnsupportedMediaType)
        if self._get_filter_parameters() or self._get_pagination_parameters() or self.get_override_parameters():
            yield ValidationError
        if "{" in self.path or self._get_pagination_parameters():
            yield NotFound
        if self.view.get_authenticators():
            yield NotAuthenticated
            if is_write or {} not in self.get_auth():
                yield PermissionDenied
        scope = getattr(self.view, "throttle_scope", None)
        if scope and is_write:
            yield Throttled
