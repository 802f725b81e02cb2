from types import SimpleNamespace

from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from rest_framework.exceptions import APIException, Throttled

from api import problems
from api.throttles import ScopedThrottle
from users.models import User


class LoginForm(AdminAuthenticationForm):
    """As often as one may log in over the API, and counted together with it: this is no second door for guesses."""

    def clean(self) -> dict:
        try:
            if not may_try(self.request, data=self.cleaned_data):
                raise ValidationError("Too many attempts to log in. Wait a while.", "throttled")
        except APIException as no_counting:
            raise ValidationError(str(no_counting.detail)) from None
        return super().clean()


def may_try(request, data: dict, user: User | None = None) -> bool:
    """Whether one more password may be tried. Raises ServiceUnavailable."""
    attempt = SimpleNamespace(user=user, data=data, META=request.META, headers=request.headers)
    view = SimpleNamespace(throttle_scope="login", throttle_account="username")
    return ScopedThrottle().allow_request(attempt, view)


class AdminSite(admin.AdminSite):
    site_header = site_title = "Cinema"
    index_title = "Behind the counter"
    site_url = "/api/v1/"
    login_form = LoginForm

    def password_change(self, request, extra_context=None) -> HttpResponse:
        """As over the API: guesses at the old one are counted, and the new one ends the logins that it opened."""
        if request.method == "POST" and not may_try(request, data={}, user=request.user):
            return problems.response_of(Throttled())
        response = super().password_change(request, extra_context)
        if request.method == "POST" and response.status_code == 302:
            request.user.logins.revoke()
        return response
