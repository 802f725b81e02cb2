from django.conf import settings
from django.middleware.csrf import get_token, rotate_token
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.generics import GenericAPIView
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.settings import api_settings
from rest_framework_simplejwt.exceptions import TokenError

from users.cookies import clear_login_cookies, set_login_cookies
from users.csrf import enforce_csrf, refuse_foreign_origin
from users.exceptions import RefreshSuperseded
from users.models import Login
from users.permissions import AllowAny, IsAuthenticated
from users.serializers import (
    CredentialsSerializer,
    CsrfSerializer,
    RefreshSerializer,
    RegisterSerializer,
    TokenPairSerializer,
    UserSerializer,
)
from users.tokens import AccessToken, RefreshToken, bearer_of, login_named_by

# What takes or ends credentials takes JSON alone: unlike a form, no other site's page can send that unasked.
JSON_ONLY = api_settings.DEFAULT_PARSER_CLASSES[:1]


class PublicView(GenericAPIView):
    """Looks at no credentials, so that a broken cookie keeps nobody from logging in; a refusal is 401 all the same."""

    serializer_class = Serializer  # no body, unless a view says more
    parser_classes = JSON_ONLY
    authentication_classes = ()
    permission_classes = (AllowAny,)

    def get_authenticate_header(self, request) -> str:
        return "Bearer"


class RegisterView(PublicView):
    serializer_class = RegisterSerializer
    throttle_scope = "register"
    conflicts = {"post": (PermissionDenied,)}

    @extend_schema(responses={201: UserSerializer})
    def post(self, request):
        """
        Register

        Makes an account with the role `user`. Log in afterwards.
        """
        refuse_foreign_origin(request)
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return Response(UserSerializer(serializer.save()).data, status=status.HTTP_201_CREATED)


class CredentialsView(PublicView):
    serializer_class = CredentialsSerializer
    throttle_scope = "login"
    throttle_account = "login"
    conflicts = {"post": (AuthenticationFailed,)}

    def log_in(self, request) -> Login:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return serializer.save()


class LoginView(CredentialsView):
    conflicts = {"post": (AuthenticationFailed, PermissionDenied)}

    @extend_schema(responses=UserSerializer)
    def post(self, request):
        """
        Log in with cookies

        For browsers: sets `access_token`, `refresh_token` and `csrftoken`. Unsafe requests then need the last one's
        value in the `X-CSRFToken` header.
        """
        refuse_foreign_origin(request)
        login = self.log_in(request)
        rotate_token(request)
        response = Response(UserSerializer(login.user).data)
        set_login_cookies(response, login)
        return response


class TokenView(CredentialsView):
    @extend_schema(responses=TokenPairSerializer)
    def post(self, request):
        """
        Log in for bearer tokens

        For programs: send the access token as `Authorization: Bearer …`. Sets no cookies.
        """
        return Response(pair_of(self.log_in(request)))


class RefreshView(PublicView):
    conflicts = {"post": (AuthenticationFailed, PermissionDenied, RefreshSuperseded)}

    @extend_schema(request=None, responses=UserSerializer)
    def post(self, request):
        """
        Renew the cookies

        Uses up the refresh cookie and sets new ones. It works once: whoever comes second within 10 seconds gets 409
        and should use the newer cookies; any later reuse ends the login.
        """
        cookie = request.COOKIES.get(settings.REFRESH_COOKIE)
        if cookie:
            enforce_csrf(request)
        login = refreshed(cookie)
        response = Response(UserSerializer(login.user).data)
        set_login_cookies(response, login)
        return response


class TokenRefreshView(PublicView):
    serializer_class = RefreshSerializer
    conflicts = {"post": (AuthenticationFailed, RefreshSuperseded)}

    @extend_schema(responses=TokenPairSerializer)
    def post(self, request):
        """
        Renew bearer tokens

        Uses up the refresh token and gives a new pair. It works once: whoever comes second within 10 seconds gets 409
        and should use the newer one; any later reuse ends the login.
        """
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return Response(pair_of(refreshed(serializer.validated_data["refresh"])))


class LogoutView(PublicView):
    conflicts = {"post": (PermissionDenied,)}

    @extend_schema(request=None, responses={204: None})
    def post(self, request):
        """
        Log out

        Ends the login that the cookies or the bearer token name, and clears the cookies. With old or broken
        credentials there is nothing to end, and the answer is the same.
        """
        cookies = [request.COOKIES.get(name) for name in (settings.ACCESS_COOKIE, settings.REFRESH_COOKIE)]
        if any(cookies):
            enforce_csrf(request)
        named = {login_named_by(token) for token in (*cookies, bearer_of(request)) if token}
        for login in Login.objects.filter(pk__in=named - {None}).select_related("user"):
            login.end(by=login.user)
        response = Response(status=status.HTTP_204_NO_CONTENT)
        clear_login_cookies(response)
        return response


class LogoutAllView(GenericAPIView):
    serializer_class = Serializer  # no body
    parser_classes = JSON_ONLY
    permission_classes = (IsAuthenticated,)

    @extend_schema(request=None, responses={204: None})
    def post(self, request):
        """
        Log out everywhere

        Ends every login of yours, this one too.
        """
        request.user.log_out_everywhere()
        response = Response(status=status.HTTP_204_NO_CONTENT)
        clear_login_cookies(response)
        return response


class CsrfView(PublicView):
    @extend_schema(responses=CsrfSerializer)
    def get(self, request):
        """
        Get a CSRF token

        Sets the `csrftoken` cookie and gives the token to send as `X-CSRFToken`.
        """
        return Response({"csrf_token": get_token(request)})


def pair_of(login: Login) -> dict[str, str]:
    return {"access": str(AccessToken.of(login)), "refresh": str(RefreshToken.of(login))}


def refreshed(token: str | None) -> Login:
    """The login whose refresh token this was. Raises AuthenticationFailed, RefreshSuperseded."""
    try:
        token = RefreshToken(token or "")
        login = token.login()
    except TokenError:
        login = None
    if login is None or not login.rotate(token["jti"]):
        raise AuthenticationFailed("This refresh token is not valid, or not any more. Log in again.")
    return login
