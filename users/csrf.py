from django.http import QueryDict
from django.middleware.csrf import CsrfViewMiddleware
from rest_framework.exceptions import PermissionDenied, UnsupportedMediaType
from rest_framework.request import is_form_media_type


class _Check(CsrfViewMiddleware):
    """Django's own check, telling its reason instead of answering."""

    def __init__(self):
        super().__init__(lambda request: None)

    def _reject(self, request, reason):
        return reason


class _Shown:
    """
    A request that shows its form to the check, since a token may be in there, and no other body.

    That one is read later, by the view: who may not come in is told so, whatever they bring along.
    """

    def __init__(self, request):
        self._request = request

    def __getattr__(self, name):
        return getattr(self._request, name)

    @property
    def POST(self) -> QueryDict:
        try:
            return self._request.POST if is_form_media_type(self._request.content_type) else QueryDict()
        except UnsupportedMediaType:  # by this view
            return QueryDict()


def enforce_csrf(request) -> None:
    """Raises PermissionDenied (`csrf_failed`) without a token that matches the cookie, or from a foreign origin."""
    check, request = _Check(), _Shown(request)
    check.process_request(request)
    if reason := check.process_view(request, None, (), {}):
        raise PermissionDenied(
            f"CSRF failed: {reason} Get a token from auth/csrf/, send it as X-CSRFToken.", "csrf_failed"
        )


def refuse_foreign_origin(request) -> None:
    """Raises PermissionDenied (`csrf_failed`) when another site's page sends this: nobody is logged in unawares."""
    if "HTTP_ORIGIN" in request.META and not _Check()._origin_verified(request):
        raise PermissionDenied(
            "CSRF failed: this server does not trust this Origin. Who runs it can add it to CORS_ALLOWED_ORIGINS.",
            "csrf_failed",
        )
