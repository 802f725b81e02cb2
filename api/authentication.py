from django.conf import settings
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS
from rest_framework_simplejwt.exceptions import TokenError

from users.csrf import enforce_csrf
from users.models import Login, User
from users.tokens import AccessToken, bearer_of


class CookieOrBearerAuthentication(BaseAuthentication):
    """
    An access token, as `Authorization: Bearer` (RFC 6750) or in the access cookie; `request.auth` is then its `Login`.

    A bad bearer token is 401. A bad cookie counts as anonymous: the browser sends it unasked. A browser also sends it
    along with other sites' requests, so an unsafe one needs a CSRF token (403).
    """

    def authenticate(self, request) -> tuple[User, Login] | None:
        bearer = bearer_of(request)
        if bearer is not None:
            try:
                login = AccessToken(bearer).login()
            except TokenError:
                raise AuthenticationFailed("This access token is not valid, or not any more. Refresh it.") from None
        elif cookie := request.COOKIES.get(settings.ACCESS_COOKIE):
            try:
                login = AccessToken(cookie).login()
            except TokenError:
                return None
            if request.method not in SAFE_METHODS:
                enforce_csrf(request)
        else:
            return None
        return login.user, login

    def authenticate_header(self, request) -> str:
        return "Bearer"
