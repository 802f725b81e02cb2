from types import SimpleNamespace

from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from rest_framework.exceptions import APIException

from api.throttles import ScopedThrottle


class LoginForm(AdminAuthenticationForm):
    """As often as one may log in over the API, and counted together with it: this is no second door for guesses."""

    def clean(self) -> dict:
        attempt = SimpleNamespace(
            user=None, data=self.cleaned_data, META=self.request.META, headers=self.request.headers
        )
        view = SimpleNamespace(throttle_scope="login", throttle_account="username")
        try:
            if not ScopedThrottle().allow_request(attempt, view):
                raise ValidationError("Too many attempts to log in. Wait a while.", "throttled")
        except APIException as no_counting:
            raise ValidationError(str(no_counting.detail)) from None
        return super().clean()


class AdminSite(admin.AdminSite):
    site_header = site_title = "Cinema"
    index_title = "Behind the counter"
    site_url = "/api/v1/"
    login_form = LoginForm

    def password_change(self, request, extra_context=None) -> HttpResponse:
        """A new password ends the logins that the old one opened, as over the API."""
        response = super().password_change(request, extra_context)
        if request.method == "POST" and response.status_code == 302:
            request.user.logins.revoke()
        return response
