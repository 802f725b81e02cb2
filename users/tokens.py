import jwt
from django.conf import settings
from rest_framework_simplejwt import tokens
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenError

from users.models import Login


class LoginToken:
    """What access and refresh tokens share: they name a `Login`, and live no longer than it does."""

    @classmethod
    def of(cls, login: Login):
        token = cls()
        token["user_id"] = str(login.user_id)
        token["login_id"] = login.pk
        token["exp"] = min(token["exp"], int(login.expires_at.timestamp()))
        return token

    def login(self) -> Login:
        """The living login of an active user that this token names, with its user. Raises TokenError."""
        try:
            return (
                Login.objects.alive()
                .select_related("user")
                .get(pk=self["login_id"], user=int(self["user_id"]), user__is_active=True)
            )
        except (KeyError, TypeError, ValueError, Login.DoesNotExist):
            raise TokenError("This login has ended.") from None


class AccessToken(LoginToken, tokens.AccessToken):
    """Signed with SECRET_KEY; carries nothing but the login: role and activity are read at each request."""


class RefreshToken(LoginToken, tokens.Token):
    """Signed with REFRESH_SECRET_KEY, so that neither kind can pass for the other; its `jti` works once."""

    token_type = "refresh"  # noqa: S105
    lifetime = settings.REFRESH_TOKEN_LIFETIME
    _token_backend = TokenBackend(settings.ALGORITHM, settings.REFRESH_SECRET_KEY, leeway=settings.SIMPLE_JWT["LEEWAY"])

    @classmethod
    def of(cls, login: Login):
        token = super().of(login)
        token["jti"] = login.token_id
        return token


def bearer_of(request) -> str | None:
    """What `Authorization: Bearer` brings (RFC 6750; the scheme in any case), None without that header."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def login_named_by(raw: str) -> int | None:
    """The id of the login that an access or refresh token of ours names, even one that has run out; to log out with."""
    for kind, key in ((AccessToken, settings.SECRET_KEY), (RefreshToken, settings.REFRESH_SECRET_KEY)):
        try:
            claims = jwt.decode(
                raw,
                key,
                algorithms=[settings.ALGORITHM],
                leeway=settings.SIMPLE_JWT["LEEWAY"],
                options={"verify_exp": False},
            )
        except jwt.InvalidTokenError:
            continue
        if claims.get("token_type") == kind.token_type:
            return claims.get("login_id")
    return None
