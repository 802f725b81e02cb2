"""
Log-in, log-out and registration for people: a form before the API's own views, with the same cookies and throttles.

Unlike the API's JSON, a form can be sent from any site, so that each of them needs a CSRF token, whoever is logged in.
"""

from django.conf import settings
from django.http import HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from api.parsers import FormParser
from api.renderers import BrowsableAPIRenderer
from users.cookies import REFRESH_PATH, set_login_cookies
from users.csrf import enforce_csrf
from users.serializers import CredentialsSerializer
from users.views import auth


class PageRenderer(BrowsableAPIRenderer):
    template = "api/page.html"


class Page:
    parser_classes = (FormParser,)
    renderer_classes = (PageRenderer,)
    schema = None  # these are no part of the API

    def get(self, request):
        return Response()

    def get_throttles(self):
        """Looking at the form is free."""
        return super().get_throttles() if self.request.method == "POST" else []


class LoginPage(Page, auth.CredentialsView):
    name = "Log in"

    def post(self, request):
        """Log in"""
        enforce_csrf(request)
        return logged_in(request, self.log_in(request))


class RegisterPage(Page, auth.RegisterView):
    name = "Register"

    def post(self, request):
        """Register"""
        enforce_csrf(request)
        super().post(request)
        credentials = {"login": request.data["username"], "password": request.data["password"]}
        serializer = CredentialsSerializer(data=credentials, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        return logged_in(request, serializer.save())


class LogoutPage(Page, auth.LogoutView):
    name = "Log out"

    @extend_schema(request=None)
    def post(self, request):
        """
        Log out

        Once the access cookie has run out, only the refresh cookie names the login. A browser sends it to its own path,
        and so is led there, with the same form.
        """
        enforce_csrf(request)
        if settings.ACCESS_COOKIE not in request.COOKIES and not request.path.startswith(REFRESH_PATH):
            address = f"{reverse('logout-page-of-refresh-cookie')}?{request.META['QUERY_STRING']}"
            return HttpResponseRedirect(address, preserve_request=True)
        response = HttpResponseRedirect(next_address(request))
        response.cookies = super().post(request).cookies
        return response


def logged_in(request, login) -> HttpResponseRedirect:
    rotate_token(request)
    response = HttpResponseRedirect(next_address(request))
    set_login_cookies(response, login)
    return response


def next_address(request) -> str:
    """Where the visit goes on: at `next`, unless that leads to another site (OWASP Unvalidated Redirects)."""
    address = request.query_params.get("next", "")
    is_here = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if is_here else reverse("api-root")
