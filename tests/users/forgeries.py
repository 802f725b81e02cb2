"""Tokens that look like ours and must not pass for one, wherever they are shown (RFC 8725)."""

import time

import jwt
from django.conf import settings

from users.models import Login
from users.tokens import AccessToken, RefreshToken

FORGERIES = (
    "alg none",
    "unsigned",
    "another key",
    "the other kind's key",
    "the other kind of token",
    "another algorithm",
    "claims of another",
    "expired",
    "not yet valid",
    "issued in the future",
    "without exp",
    "without jti",
    "without token_type",
    "without user_id",
    "without login_id",
    "a login_id beyond 64 bits",
    "exp in words",
    "another user",
    "an unknown login",
    "unknown crit",
    "truncated",
    "longer",
    "not a token",
)


def forge(forgery: str, kind: type[AccessToken | RefreshToken], login: Login) -> str:
    """A token of this kind for this login, with one thing wrong with it; or nothing, to show that the rest is right."""
    keys = {AccessToken: settings.SECRET_KEY, RefreshToken: settings.REFRESH_SECRET_KEY}
    key, good = keys.pop(kind), str(kind.of(login))
    [(other_kind, other_key)] = keys.items()
    claims, now = kind.of(login).payload, int(time.time())
    head, body, signature = good.split(".")
    claims_of_another = jwt.encode({**claims, "user_id": str(login.user_id + 1)}, key).split(".")[1]

    def sign(algorithm=settings.ALGORITHM, key=key, headers=None, **changes) -> str:
        changed = {name: value for name, value in {**claims, **changes}.items() if value is not None}
        return jwt.encode(changed, key, algorithm, headers)

    if forgery.startswith("without "):
        return sign(**{forgery.removeprefix("without "): None})
    return {
        "nothing": sign,
        "alg none": lambda: jwt.encode(claims, None, "none"),
        "unsigned": lambda: f"{head}.{body}.",
        "another key": lambda: sign(key="0123456789abcdef" * 4),
        "the other kind's key": lambda: sign(key=other_key),
        "the other kind of token": lambda: str(other_kind.of(login)),
        "another algorithm": lambda: sign("HS512"),
        "claims of another": lambda: f"{head}.{claims_of_another}.{signature}",
        "expired": lambda: sign(exp=now - 11),
        "not yet valid": lambda: sign(nbf=now + 60),
        "issued in the future": lambda: sign(iat=now + 60),
        "exp in words": lambda: sign(exp="tomorrow"),
        "another user": lambda: sign(user_id=str(login.user_id + 1)),
        "an unknown login": lambda: sign(login_id=login.pk + 1000),
        "a login_id beyond 64 bits": lambda: sign(login_id=2**64),
        "unknown crit": lambda: sign(headers={"crit": ["https://elsewhere.example"], "https://elsewhere.example": 1}),
        "truncated": lambda: good[:-1],
        "longer": lambda: f"{good}.{signature}",
        "not a token": lambda: "borscht",
    }[forgery]()
