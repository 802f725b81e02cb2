from types import SimpleNamespace

from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from rest_framework.exceptions import APIException, Throttled

from api import problems
from api.throttles import ScopedThrottle
from users.models import AuditEntry, User


class LoginForm(AdminAuthenticationForm):
    """As often as one may log in over the API, and counted together with it: this is no second door for guesses."""

    def clean(self) -> dict:
        try:
            if not may_try(self.request, data=self.cleaned_data):
                raise ValidationError("Too many attempts to log in. Wait a while.", "throttled")
        except APIException as no_counting:
            raise ValidationError(str(no_counting.detail)) from None
        try:
            return super().clean()
        except ValidationError:
            User.objects.record_failed_login(self.cleaned_data.get("username", ""))
            raise


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

    def login(self, request, extra_context=None) -> HttpResponse:
        """No transaction is needed: without the entry the answer is an error, and with one no session is stored."""
        response = super().login(request, extra_context)
        if was_done(request, response):
            AuditEntry.objects.record("login.succeeded", request.user, by=request.user, at="admin site")
        return response

    def logout(self, request, extra_context=None) -> HttpResponse:
        user = request.user
        with transaction.atomic():
            response = super().logout(request, extra_context)
            if user.is_authenticated:
                AuditEntry.objects.record("login.ended", user, by=user, at="admin site")
        return response

    def password_change(self, request, extra_context=None) -> HttpResponse:
        """As over the API: guesses at the old one are counted, and the new one ends the logins that it opened."""
        if request.method == "POST" and not may_try(request, data={}, user=request.user):
            return problems.response_of(Throttled())
        with transaction.atomic():
            response = super().password_change(request, extra_context)
            if was_done(request, response):
                request.user.logins.revoke()
                AuditEntry.objects.record("user.password_changed", request.user, by=request.user)
        return response


def was_done(request, response: HttpResponse) -> bool:
    """Whether a form did what it is there for, instead of coming back."""
    return request.method == "POST" and response.status_code == 302
