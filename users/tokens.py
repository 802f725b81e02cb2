import re

import jwt
from django.conf import settings
from rest_framework_simplejwt import backends, tokens
from rest_framework_simplejwt.exceptions import TokenError

from users.models import Login

CLAIMS = {"token_type": str, "exp": int, "iat": int, "jti": str, "user_id": str, "login_id": int}


def is_whole(claims: dict, token_type: str) -> bool:
    """Whether every claim that we write is there, as we write it, and what is a number in 64 bits (RFC 8725, 3.11)."""
    return (
        claims.get("token_type") == token_type
        and all(type(claims.get(name)) is kind for name, kind in CLAIMS.items())
        and all(0 < claims[name] < 2**63 for name, kind in CLAIMS.items() if kind is int)
        and bool(re.fullmatch("[0-9]{1,18}", claims["user_id"]))
    )


class TokenBackend(backends.TokenBackend):
    """Signs with the first of its keys, and takes what any has signed, so that a new key ends no login."""

    def __init__(self, *keys: str):
        super().__init__(settings.ALGORITHM, keys[0], leeway=settings.SIMPLE_JWT["LEEWAY"])
        self.keys = keys

    def get_verifying_key(self, token: str | bytes) -> str:
        """The key that has signed this token, or else the first, with which it will be refused."""
        return next((key for key in self.keys[1:] if self.is_signed_with(key, token)), self.keys[0])

    def is_signed_with(self, key: str, token: str | bytes) -> bool:
        try:
            jwt.PyJWS().decode(token, key, [self.algorithm])
        except jwt.InvalidTokenError:
            return False
        return True


class LoginToken:
    """What access and refresh tokens share: they name a `Login`, and live no longer than it does."""

    @classmethod
    def of(cls, login: Login):
        token = cls()
        token["user_id"] = str(login.user_id)
        token["login_id"] = login.pk
        token["exp"] = min(token["exp"], int(login.expires_at.timestamp()))
        return token

    def verify(self) -> None:
        """What is left to look at once signature and times are found right. Raises TokenError."""
        if not is_whole(self.payload, self.token_type):
            raise TokenError("This is not a token of ours.")

    def login(self) -> Login:
        """The living login of an active user that this token names, with its user. Raises TokenError."""
        try:
            return Login.objects.get_alive(self["login_id"], int(self["user_id"]))
        except Login.DoesNotExist:
            raise TokenError("This login has ended.") from None


class AccessToken(LoginToken, tokens.AccessToken):
    """Signed with SECRET_KEY; carries nothing but the login: role and activity are read at each request."""

    _token_backend = TokenBackend(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


class RefreshToken(LoginToken, tokens.Token):
    """Signed with REFRESH_SECRET_KEY, so that neither kind can pass for the other; its `jti` works once."""

    token_type = "refresh"  # noqa: S105
    lifetime = settings.REFRESH_TOKEN_LIFETIME
    _token_backend = TokenBackend(settings.REFRESH_SECRET_KEY, *settings.REFRESH_SECRET_KEY_FALLBACKS)

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
    for kind in (AccessToken, RefreshToken):
        try:
            claims = jwt.decode(
                raw,
                kind._token_backend.get_verifying_key(raw),
                algorithms=[settings.ALGORITHM],
                leeway=settings.SIMPLE_JWT["LEEWAY"],
                options={"verify_exp": False},
            )
        except jwt.InvalidTokenError:
            continue
        if is_whole(claims, kind.token_type):
            return claims["login_id"]
    return None
