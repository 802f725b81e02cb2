from django.middleware.csrf import CsrfViewMiddleware
from rest_framework.exceptions import PermissionDenied


class _Check(CsrfViewMiddleware):
    """Django's own check, telling its reason instead of answering."""

    def __init__(self):
        super().__init__(lambda request: None)

    def _reject(self, request, reason):
        return reason


def enforce_csrf(request) -> None:
    """Raises PermissionDenied (`csrf_failed`) without a token that matches the cookie, or from a foreign origin."""
    check = _Check()
    check.process_request(request)
    if reason := check.process_view(request, None, (), {}):
        raise PermissionDenied(
            f"CSRF failed: {reason} Get a token from auth/csrf/, send it as X-CSRFToken.", "csrf_failed"
        )


def refuse_foreign_origin(request) -> None:
    """Raises PermissionDenied (`csrf_failed`) when another site's page sends this: nobody is logged in unawares."""
    if "HTTP_ORIGIN" in request.META and not _Check()._origin_verified(request):
        raise PermissionDenied("CSRF failed: this Origin is not one that this server trusts.", "csrf_failed")
