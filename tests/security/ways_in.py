"""Every way to come in with a token, and what it answers when the token is none, or none any more."""

from collections.abc import Callable
from typing import NamedTuple

from django.conf import settings
from rest_framework.test import APIClient

from tests.clients import browser
from users.models import Login
from users.tokens import AccessToken, RefreshToken

ME, OPEN_TO_ALL = "/api/v1/users/me/", "/api/v1/genres/"
LOGOUT, REFRESH, TOKEN_REFRESH = "/api/v1/auth/logout/", "/api/v1/auth/refresh/", "/api/v1/auth/token/refresh/"
PAGE = {"HTTP_ACCEPT": "text/html"}


def with_bearer(token: str) -> APIClient:
    return APIClient(enforce_csrf_checks=True, HTTP_AUTHORIZATION=f"Bearer {token}")


def with_access_cookie(token: str) -> APIClient:
    return with_cookie(settings.ACCESS_COOKIE, token)


def with_refresh_cookie(token: str) -> APIClient:
    return with_cookie(settings.REFRESH_COOKIE, token)


def with_cookie(name: str, token: str) -> APIClient:
    client = browser()
    client.cookies[name] = token
    return client


class Way(NamedTuple):
    kind: type[AccessToken | RefreshToken]
    send: Callable[[str], object]  # the token to the response
    taken: int  # the status when the token is good
    refused: tuple[int, str | None]  # the status and code when it is not

    def token(self, login: Login) -> str:
        return str(self.kind.of(login))

    def answer(self, token: str) -> tuple[int, str | None]:
        response = self.send(token)
        is_problem = response["Content-Type"] == "application/problem+json" if response.content else False
        return response.status_code, response.json()["code"] if is_problem else None


# A bad bearer is refused even where everybody may. A bad cookie counts as none: the browser sends it unasked.
BAD, NOBODY = (401, "authentication_failed"), (401, "not_authenticated")
WAYS = {
    "bearer": Way(AccessToken, lambda token: with_bearer(token).get(ME), 200, BAD),
    "bearer, to write": Way(AccessToken, lambda token: with_bearer(token).patch(ME, {}), 200, BAD),
    "bearer, where all may": Way(AccessToken, lambda token: with_bearer(token).get(OPEN_TO_ALL), 200, BAD),
    "bearer, for a page": Way(AccessToken, lambda token: with_bearer(token).get(ME, **PAGE), 200, (401, None)),
    "cookie": Way(AccessToken, lambda token: with_access_cookie(token).get(ME), 200, NOBODY),
    "cookie, to write": Way(AccessToken, lambda token: with_access_cookie(token).patch(ME, {}), 200, NOBODY),
    "cookie, where all may": Way(
        AccessToken, lambda token: with_access_cookie(token).get(OPEN_TO_ALL), 200, (200, None)
    ),
    "cookie, for a page": Way(AccessToken, lambda token: with_access_cookie(token).get(ME, **PAGE), 200, (401, None)),
    "refresh cookie": Way(RefreshToken, lambda token: with_refresh_cookie(token).post(REFRESH), 200, BAD),
    "refresh body": Way(RefreshToken, lambda token: APIClient().post(TOKEN_REFRESH, {"refresh": token}), 200, BAD),
}
# Logging out says nothing of what it was shown.
WAYS_OUT = {
    "logout by bearer": Way(AccessToken, lambda token: with_bearer(token).post(LOGOUT), 204, (204, None)),
    "logout by refresh token": Way(RefreshToken, lambda token: with_bearer(token).post(LOGOUT), 204, (204, None)),
    "logout by cookie": Way(AccessToken, lambda token: with_access_cookie(token).post(LOGOUT), 204, (204, None)),
    "logout by refresh cookie": Way(
        RefreshToken, lambda token: with_refresh_cookie(token).post(LOGOUT), 204, (204, None)
    ),
    "logout page": Way(AccessToken, lambda token: with_access_cookie(token).post("/logout/"), 302, (302, None)),
}
