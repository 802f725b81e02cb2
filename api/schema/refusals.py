"""How an operation can be refused: always with a `Problem`, and what many have in common is written down once."""

from drf_spectacular.utils import OpenApiExample
from rest_framework import exceptions, serializers

from api.problems import CONTENT_TYPE, ServiceUnavailable, problem
from users.exceptions import PayloadTooLarge

# By the exception, whose name it has in the schema: why, and the header that is always there.
COMMON = {
    exceptions.ValidationError: ("Malformed body, bad field or bad query value: see `errors`.", None),
    exceptions.NotAuthenticated: ("No credentials, or a bad or expired bearer token.", "WWW-Authenticate"),
    exceptions.PermissionDenied: (
        "The role does not allow it, or a cookie request came without a valid CSRF token or from a foreign Origin.",
        None,
    ),
    exceptions.NotFound: ("It does not exist, or it belongs to somebody else.", None),
    exceptions.NotAcceptable: ("Not made in any content type that `Accept` names.", None),
    PayloadTooLarge: ("The body or upload is too large.", None),
    exceptions.UnsupportedMediaType: ("Not the content type that this takes.", None),
    exceptions.Throttled: ("Too many requests: wait as long as `Retry-After` says.", "Retry-After"),
    exceptions.APIException: ("A bug of ours: tell us the `request_id`.", None),
    ServiceUnavailable: (ServiceUnavailable.default_detail, "Retry-After"),
}
NAMES = {each.status_code: each.__name__ for each in COMMON}

BAD_FIELD = OpenApiExample(
    "Bad field",
    problem(
        400,
        "invalid",
        "Some of the values are not valid: see `errors`.",
        errors=[{"attr": "seat_ids.1", "code": "does_not_exist", "detail": "There is no such seat here."}],
    ),
)
SEATS_TAKEN = OpenApiExample(
    "Seats taken",
    problem(
        409,
        "seats_unavailable",
        "Seats C4 and C5 are not available.",
        seats=[{"id": 17, "label": "C4", "reason": "reserved"}, {"id": 18, "label": "C5", "reason": "held"}],
    ),
)


class FieldErrorSerializer(serializers.Serializer):
    attr = serializers.CharField(help_text="Dotted path to the field; `non_field_errors` for the whole body.")
    code = serializers.CharField()
    detail = serializers.CharField()


class UnavailableSeatSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    label = serializers.CharField()
    reason = serializers.CharField(help_text="`reserved`, `held` or `blocked`.")


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


def common(status: int) -> dict:
    return {"$ref": f"#/components/responses/{NAMES[status]}"}


def responses() -> dict[str, dict]:
    """What `common` refers to: the schema's `components/responses`."""
    return {exception.__name__: response(exception, *told) for exception, told in COMMON.items()}


def response(exception: type[exceptions.APIException], description: str, header: str | None) -> dict:
    content = {"schema": {"$ref": "#/components/schemas/Problem"}}
    if exception is exceptions.ValidationError:
        content["examples"] = {"BadField": {"summary": BAD_FIELD.name, "value": BAD_FIELD.value}}
    headers = {"headers": {header: {"required": True, "schema": {"type": "string"}}}} if header else {}
    return headers | {"content": {CONTENT_TYPE: content}, "description": description}
