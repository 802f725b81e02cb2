"""Who comes in with credentials of their own: a browser with cookies, a program with a bearer token."""

from django.conf import settings
from rest_framework.test import APIClient

from users.models import Login
from users.tokens import AccessToken, RefreshToken


def program(login: Login) -> APIClient:
    client = APIClient(enforce_csrf_checks=True)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {AccessToken.of(login)}")
    return client


def browser(login: Login | None = None) -> APIClient:
    """With the login's cookies and a CSRF token; the server checks it, as it does outside of tests."""
    client = APIClient(enforce_csrf_checks=True)
    if login:
        client.cookies[settings.ACCESS_COOKIE] = str(AccessToken.of(login))
        client.cookies[settings.REFRESH_COOKIE] = str(RefreshToken.of(login))
    client.credentials(HTTP_X_CSRFTOKEN=client.get("/api/v1/auth/csrf/").json()["csrf_token"])
    return client
