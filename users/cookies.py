"""The cookies of a login in a browser: neither token can be read by a script (OWASP Session Management)."""

from django.conf import settings

from users.models import Login
from users.tokens import AccessToken, RefreshToken

REFRESH_PATH = "/api/v1/auth/"


def set_login_cookies(response, login: Login) -> None:
    response.set_cookie(
        settings.ACCESS_COOKIE,
        str(AccessToken.of(login)),
        max_age=AccessToken.lifetime,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
    response.set_cookie(
        settings.REFRESH_COOKIE,
        str(RefreshToken.of(login)),
        max_age=RefreshToken.lifetime,
        path=REFRESH_PATH,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Strict",
    )


def clear_login_cookies(response) -> None:
    response.delete_cookie(settings.ACCESS_COOKIE, samesite="Lax")
    response.delete_cookie(settings.REFRESH_COOKIE, path=REFRESH_PATH, samesite="Strict")
