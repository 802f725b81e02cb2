"""
Every error, from any layer, as one format: `application/problem+json` (RFC 9457).

DRF's views come through `exception_handler`; what happens outside them through Django's `handler400` to `handler500`
and `CSRF_FAILURE_VIEW`, which `project/urls.py` and the settings name.
"""

import logging
import sys
from http import HTTPStatus

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404, JsonResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from psycopg.errors import IdleInTransactionSessionTimeout, ReadOnlySqlTransaction
from rest_framework import exceptions
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError
from rest_framework.response import Response
from rest_framework.settings import api_settings

from showtimes.exceptions import HallOccupied, SeatsUnavailable
from users.exceptions import PayloadTooLarge

CONTENT_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 2
logger = logging.getLogger(__name__)


class ServiceUnavailable(APIException):
    status_code = 503
    default_code = "service_unavailable"
    # Not that nothing was changed: who loses the database while it commits cannot know.
    default_detail = (
        "The database is away or too busy. Try again in a moment, with the same Idempotency-Key if there is one."
    )
    wait = RETRY_AFTER_SECONDS


def taken(attr: str, detail: str) -> ValidationError:
    return ValidationError({attr: [ErrorDetail(detail, "unique")]})


# The database has the last word: what its constraints refuse when two requests race past the polite checks.
CONSTRAINTS = {
    "seat_reserved_once": SeatsUnavailable,
    "reservations_reservedseat.seat_id": SeatsUnavailable,
    "showtimes_never_overlap": HallOccupied,
    "reservation_code_unique": ServiceUnavailable,
    "reservations_reservation.code": ServiceUnavailable,
    "idempotency_key_once": ServiceUnavailable,
    "reservations_idempotencykey.key": ServiceUnavailable,
    "username_unique": lambda: taken("username", "This username is taken."),
    "email_unique": lambda: taken("email", "This e-mail address is taken."),
    "genre_name_unique": lambda: taken("name", "There is a genre of this name."),
    "movies_genre.slug": lambda: taken("slug", "There is a genre with this slug."),
    "movies_genre_slug": lambda: taken("slug", "There is a genre with this slug."),
    "showtimes_hall.number": lambda: taken("number", "There is a hall with this number."),
    "showtimes_hall_pkey": lambda: taken("number", "There is a hall with this number."),
}


# What to do next, where DRF's own words leave it out.
NEXT = {
    exceptions.NotAuthenticated: "Log in, or send a bearer token.",
    exceptions.PermissionDenied: "Only an admin can do this, or whoever it belongs to.",
    exceptions.NotFound: "It is gone, or somebody else's, or never was: the list has what there is.",
    exceptions.MethodNotAllowed: "`Allow` names those that are.",
    exceptions.NotAcceptable: "Ask for application/json, or what the schema names.",
    exceptions.UnsupportedMediaType: "Send application/json, or what the schema names.",
}

# PostgreSQL has become a standby, or has waited too long for us in the middle of a transaction.
NOT_NOW = (ReadOnlySqlTransaction, IdleInTransactionSessionTimeout)


def problem(status: int, code: str, detail: str, **members) -> dict:
    title = HTTPStatus(status).phrase
    return {"type": "about:blank", "title": title, "status": status, "code": code, "detail": detail, **members}


def exception_handler(exc: Exception, context: dict) -> Response | None:
    """DRF's `EXCEPTION_HANDLER`. None, and so Django's 500, for what nobody foresaw."""
    exc = as_api_exception(exc)
    if not isinstance(exc, APIException):
        return None
    answer_in_words(context["request"])
    return Response(body_of(exc), status=exc.status_code, headers=headers_of(exc))


def answer_in_words(request) -> None:
    """In JSON where nothing was agreed on, or a picture or a table: those show a view's own answer and no other."""
    if getattr(getattr(request, "accepted_renderer", None), "format", None) not in ("json", "api"):
        request.accepted_renderer = api_settings.DEFAULT_RENDERER_CLASSES[0]()
        request.accepted_media_type = request.accepted_renderer.media_type


def as_api_exception(exc: Exception) -> Exception:
    match exc:
        case Http404() | ObjectDoesNotExist():  # the latter: deleted by somebody while we waited for its lock
            return exceptions.NotFound()
        case PermissionDenied():
            return exceptions.PermissionDenied()
        case RequestDataTooBig():
            return PayloadTooLarge()
        case SuspiciousOperation() | UnreadablePostError():
            return exceptions.ParseError("The request could not be read to its end. Send it again.")
        case IntegrityError():
            return refused_by_constraint(exc)
        case DataError():
            return ValidationError("A value is out of range, or has characters that cannot be stored.")
        case _ if is_unavailable(exc):
            logger.warning("The database refused: %s", exc)
            return ServiceUnavailable()
    return exc


def is_unavailable(exc: Exception) -> bool:
    """Whether the database is away or too busy. Of its internal errors only some say so; the others are our bugs."""
    return isinstance(exc, OperationalError | InterfaceError) or isinstance(exc.__cause__, NOT_NOW)


def refused_by_constraint(exc: IntegrityError) -> Exception:
    """
    What a constraint's refusal means. PostgreSQL tells the constraint's name; SQLite says it in words, and for a
    plain unique column names the column instead.
    """
    diagnosis = getattr(exc.__cause__, "diag", None)
    told = (diagnosis and diagnosis.constraint_name) or str(exc)
    for name, exception in CONSTRAINTS.items():
        if name in told:
            return exception()
    if "_fk_" in told or "FOREIGN KEY" in told:
        gone = ErrorDetail("Something that this request names was deleted a moment ago. Look again.", "does_not_exist")
        return ValidationError({"non_field_errors": [gone]})
    return exc


def body_of(exc: APIException) -> dict:
    if isinstance(exc, ValidationError):
        errors = list(field_errors(exc.detail))
        return problem(400, "invalid", "Some of the values are not valid: see `errors`.", errors=errors)
    code = getattr(exc.detail, "code", None) or exc.default_code
    return problem(exc.status_code, code, words_of(exc), **getattr(exc, "members", {}))


def words_of(exc: APIException) -> str:
    are_of_drf = exc.detail == exc.default_detail or "{" in exc.default_detail  # filled in
    return f"{exc.detail} {NEXT[type(exc)]}" if are_of_drf and type(exc) in NEXT else str(exc.detail)


def headers_of(exc: APIException) -> dict[str, str]:
    headers = {}
    if getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = exc.auth_header
    if getattr(exc, "wait", None) is not None:
        headers["Retry-After"] = str(int(exc.wait))
    return headers


def field_errors(detail, path: tuple[str, ...] = ()):
    """Each error of a ValidationError as `{attr, code, detail}`, `attr` being the dotted path to the field."""
    if isinstance(detail, dict):
        for key, value in detail.items():
            yield from field_errors(value, path if key == "non_field_errors" else (*path, str(key)))
    elif isinstance(detail, list):
        for index, value in enumerate(detail):
            yield from field_errors(value, path if isinstance(value, ErrorDetail) else (*path, str(index)))
    else:
        yield {"attr": ".".join(path) or "non_field_errors", "code": detail.code, "detail": str(detail)}


class ProblemResponse(JsonResponse):
    """A problem from outside DRF. `data` is its body, as DRF's answers have it."""

    def __init__(self, data: dict, headers: dict | None = None):
        super().__init__(data, status=data["status"], content_type=CONTENT_TYPE, headers=headers)
        self.data = data


def response(status: int, code: str, detail: str, headers: dict | None = None, **members) -> ProblemResponse:
    return ProblemResponse(problem(status, code, detail, **members), headers)


def refuse_to_write(request, what: str) -> ProblemResponse | None:
    """What can only be read, by GET and HEAD, answers 405 to all else."""
    if request.method in ("GET", "HEAD"):
        return None
    detail = f"Method {request.method} is not allowed here: {what} can only be read."
    return response(405, "method_not_allowed", detail, {"Allow": "GET, HEAD"})


def response_of(exc: APIException) -> ProblemResponse:
    """The same answer as a view's, for an exception that nobody could raise in one."""
    return ProblemResponse(body_of(exc), headers_of(exc))


def code_of(answer: HttpResponseBase) -> str | None:
    """The `code` of a problem; None for an answer that is none."""
    return answer.data["code"] if answer.status_code >= 400 and hasattr(answer, "data") else None


def bad_request(request, exception) -> ProblemResponse:
    if isinstance(exception, RequestDataTooBig):
        return response_of(PayloadTooLarge())
    return response(400, "bad_request", "The request could not be understood. Look at its address and headers.")


def csrf_failure(request, reason="") -> ProblemResponse:
    return response(403, "csrf_failed", f"CSRF failed: {reason} Load the page again, and send its token.")


def permission_denied(request, exception) -> ProblemResponse:
    return response_of(exceptions.PermissionDenied())


def page_not_found(request, exception) -> ProblemResponse:
    return response(404, "not_found", f"There is nothing at {request.path}. The API begins at /api/v1/.")


def server_error(request) -> ProblemResponse:
    if is_unavailable(sys.exc_info()[1]):
        return response_of(ServiceUnavailable())
    return response(500, "server_error", "Something went wrong here. Tell us the request_id.", request_id=request.id)
