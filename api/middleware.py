import re
import uuid
from functools import partial
from urllib.parse import urljoin

from django.conf import settings

from api import problems
from users.exceptions import PayloadTooLarge
from users.request_id import request_id as request_id_now

WELL_FORMED_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
POSTERS_ELSEWHERE = "" if settings.MEDIA_URL.startswith("/") else " " + urljoin(settings.MEDIA_URL, "/")
# Nothing but this server's own files, posters from wherever they are, and Swagger UI's data: pictures.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    f"img-src 'self' data:{POSTERS_ELSEWHERE}; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
NO_PAGE = "default-src 'none'; frame-ancestors 'none'"  # the policy of what can load and run nothing


def request_id(get_response):
    """Each request has an id: the client's `X-Request-ID` where it is well-formed, else a new one. It is answered."""

    def middleware(request):
        asked = request.headers.get("X-Request-ID", "")
        request.id = asked if WELL_FORMED_ID.fullmatch(asked) else uuid.uuid4().hex
        request_id_now.set(request.id)
        response = get_response(request)
        response.headers["X-Request-ID"] = request.id
        # Only when it has been sent: what is streamed is still being made.
        response._resource_closers.append(partial(request_id_now.set, ""))
        return response

    return middleware


def security_headers(get_response):
    """What Django's own middleware leaves out (OWASP Secure Headers), and no private answer in a shared cache."""

    def middleware(request):
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        private = is_write(request) or has_credentials(request) or response.cookies
        response.headers.setdefault("Cache-Control", "no-store" if private else "no-cache")
        return response

    return middleware


def is_write(request) -> bool:
    """Then the answer may hold tokens (RFC 6749, 5.1)."""
    return request.method not in ("GET", "HEAD", "OPTIONS")


def has_credentials(request) -> bool:
    cookies = {settings.ACCESS_COOKIE, settings.REFRESH_COOKIE, settings.SESSION_COOKIE_NAME}
    return "HTTP_AUTHORIZATION" in request.META or not cookies.isdisjoint(request.COOKIES)


def limit_body(get_response):
    """Refuse a body that no operation takes before reading any of it (413; OWASP API4:2023)."""

    def middleware(request):
        try:
            too_large = int(request.META.get("CONTENT_LENGTH") or 0) > settings.MAX_BODY_BYTES
        except ValueError:
            return problems.response(400, "bad_request", "Content-Length is not a number. Count the body's bytes.")
        if too_large:
            return problems.response_of(PayloadTooLarge())
        return get_response(request)

    return middleware
