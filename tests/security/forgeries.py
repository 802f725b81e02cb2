"""Tokens that look like ours and must not pass for one, wherever they are shown (RFC 8725; RFC 7519, 7.2)."""

import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable

from django.conf import settings

from users.models import Login
from users.tokens import AccessToken, RefreshToken

MALLORY = "0123456789abcdef" * 4
PUBLIC_KEY = """-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----
"""
ELSEWHERE = "https://elsewhere.example/keys"


def encoded(part: object) -> str:
    """A part of a token: bytes as they are, anything else as JSON."""
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return urlsafe_b64encode(raw).decode().rstrip("=")


class Forger:
    """Who has a good token of one kind for a login, and makes others of it."""

    def __init__(self, kind: type[AccessToken | RefreshToken], login: Login):
        keys = {AccessToken: settings.SECRET_KEY, RefreshToken: settings.REFRESH_SECRET_KEY}
        self.login, self.key = login, keys.pop(kind)
        [(self.other_kind, self.other_key)] = keys.items()
        self.claims, self.good, self.now = kind.of(login).payload, str(kind.of(login)), int(time.time())
        self.head, self.body, self.signature = self.good.split(".")

    def sign(self, key: str | None = None, digest: str = "sha256", *, header: object = (), **changes) -> str:
        """Signed by HMAC, whatever the header says of it; the members of it that are given come on top."""
        header = {"alg": "HS256", "typ": "JWT", **dict(header)}
        return self.sign_parts(encoded(header), encoded(self.claims | changes), key, digest)

    def sign_parts(self, head: str, body: str, key: str | None = None, digest: str = "sha256") -> str:
        key = self.key if key is None else key
        return f"{head}.{body}.{encoded(hmac.digest(key.encode(), f'{head}.{body}'.encode(), digest))}"

    def without(self, claim: str) -> str:
        kept = {name: value for name, value in self.claims.items() if name != claim}
        return self.sign_parts(self.head, encoded(kept))

    def unsigned(self, header: object, signature: str = "") -> str:
        return f"{encoded(header)}.{self.body}.{signature}"


Forgery = Callable[[Forger], str]

# Nobody needs a key of ours for these.
BY_ANYBODY: dict[str, Forgery] = {
    **{f"alg {alg!r}": lambda it, alg=alg: it.unsigned({"alg": alg}) for alg in ("none", "None", "NONE", "nOnE", "")},
    "alg none, with a signature": lambda it: it.unsigned({"alg": "none"}, it.signature),
    "without alg": lambda it: it.unsigned({"typ": "JWT"}, it.signature),
    "alg as a list": lambda it: it.unsigned({"alg": ["HS256"]}, it.signature),
    "unsigned": lambda it: f"{it.head}.{it.body}.",
    "another key": lambda it: it.sign(MALLORY),
    "an empty key": lambda it: it.sign(""),
    "a key that everybody knows": lambda it: it.sign(PUBLIC_KEY),
    "RS256, by HMAC with a public key": lambda it: it.sign(PUBLIC_KEY, header={"alg": "RS256"}),
    "HS512, another key": lambda it: it.sign(MALLORY, "sha512", header={"alg": "HS512"}),
    "brings its key along": lambda it: it.sign(
        MALLORY, header={"jwk": {"kty": "oct", "k": encoded(MALLORY.encode()), "alg": "HS256"}}
    ),
    "says where its key is": lambda it: it.sign(MALLORY, header={"jku": ELSEWHERE, "x5u": ELSEWHERE, "kid": "1"}),
    "a file as its key": lambda it: it.sign("", header={"kid": "../../../../dev/null"}),
    "a query as its key": lambda it: it.sign("mallory", header={"kid": "x' UNION SELECT 'mallory"}),
    "kid as a number": lambda it: it.unsigned({"alg": "HS256", "kid": 7}, it.signature),
    "claims of another": lambda it: f"{it.head}.{encoded({**it.claims, 'user_id': '7'})}.{it.signature}",
    "header cut": lambda it: it.good[2:],
    "claims cut": lambda it: f"{it.head}.{it.body[:-2]}.{it.signature}",
    "signature cut": lambda it: it.good[:-1],
    "signature halved": lambda it: it.good[: -len(it.signature) // 2],
    "two parts": lambda it: f"{it.head}.{it.body}",
    "one part": lambda it: it.head,
    "no claims": lambda it: f"{it.head}..{it.signature}",
    "empty parts": lambda it: "..",
    "a part too many": lambda it: f"{it.good}.{it.signature}",
    "shown twice": lambda it: f"{it.good},{it.good}",
    "something behind it": lambda it: f"{it.good}; admin=1",
    "8 KB behind it": lambda it: it.good + "A" * 8192,
    "8 KB of claims, another key": lambda it: it.sign(MALLORY, more="A" * 8192),
    "empty objects": lambda it: ".".join([encoded({})] * 3),
    "a list for a header": lambda it: it.unsigned(["HS256"], it.signature),
    "a number for a header": lambda it: it.unsigned(7, it.signature),
    "a header that is not JSON": lambda it: it.unsigned(b"{'alg': 'HS256'}", it.signature),
    "a header that is not UTF-8": lambda it: it.unsigned(b'{"alg": "\xff"}', it.signature),
    "a header without end": lambda it: it.unsigned(b'{"x":' + b"[" * 2500, it.signature),
    "a number without end": lambda it: it.unsigned(b'{"alg": ' + b"9" * 2500 + b"}", it.signature),
    "not ASCII": lambda it: f"{it.head}.{it.body}.borschtschüssel",
    "not a token": lambda it: "borscht",
}

NOT_A_TIME = ("tomorrow", None, [2_000_000_000], {}, 10**30, float("inf"), float("nan"))
NOT_A_USER = ("", "mallory", "0", "-1", "9" * 30, "9" * 5000, None, True, 1.5, 10**30, ["1"], {"id": 1})
NOT_A_LOGIN = ("", "mallory", 0, -1, None, True, 1.5, 2**63, 10**30, [1], {"id": 1})

# Ours alone can be these: nothing else is left that a mistake of ours could let in.
WITH_OUR_KEY: dict[str, Forgery] = {
    "HS384": lambda it: it.sign(digest="sha384", header={"alg": "HS384"}),
    "HS512": lambda it: it.sign(digest="sha512", header={"alg": "HS512"}),
    **{
        f"{alg} in name": lambda it, alg=alg: it.sign(header={"alg": alg})
        for alg in ("HS384", "HS512", "RS256", "PS256", "ES256", "EdDSA", "none", "hs256", "HS256 ")
    },
    "the other kind's key": lambda it: it.sign(it.other_key),
    "the other kind of token": lambda it: str(it.other_kind.of(it.login)),
    "the other kind of token, with this kind's key": lambda it: it.sign(token_type=it.other_kind.token_type),
    **{f"token_type {type!r}": lambda it, type=type: it.sign(token_type=type) for type in ("", "sliding", None, [], 1)},
    "expired": lambda it: it.sign(exp=it.now - 11),
    "expired long ago": lambda it: it.sign(exp=0),
    "expired before there was time": lambda it: it.sign(exp=-(10**12)),
    "not yet valid": lambda it: it.sign(nbf=it.now + 60),
    "issued in the future": lambda it: it.sign(iat=it.now + 60),
    **{
        f"{claim} {value!r}": lambda it, claim=claim, value=value: it.sign(**{claim: value})
        for claim in ("exp", "nbf", "iat")
        for value in NOT_A_TIME
    },
    **{f"user_id {value!r:.20}": lambda it, value=value: it.sign(user_id=value) for value in NOT_A_USER},
    **{f"login_id {value!r:.20}": lambda it, value=value: it.sign(login_id=value) for value in NOT_A_LOGIN},
    **{f"jti {value!r}": lambda it, value=value: it.sign(jti=value) for value in (None, 7, [], ["x"], {})},
    **{
        f"without {claim}": lambda it, claim=claim: it.without(claim)
        for claim in ("exp", "iat", "jti", "token_type", "user_id", "login_id")
    },
    "a login that is not there": lambda it: it.sign(login_id=it.login.pk + 1000),
    "another user's login": lambda it: it.sign(user_id=str(it.login.user_id + 1)),
    **{
        f"crit {crit!r}": lambda it, crit=crit: it.sign(header={"crit": crit, "b64": False, ELSEWHERE: 1})
        for crit in ([ELSEWHERE], ["b64"], ["exp"], [], "exp", None)
    },
    "claims apart": lambda it: it.sign_parts(encoded({"alg": "HS256", "b64": False}), encoded(it.claims)),
    **{
        f"claims {claims!r:.20}": lambda it, claims=claims: it.sign_parts(it.head, encoded(claims))
        for claims in ([], "alice", 7, None, b"{'user_id': 1}", b"\xff", b"[" * 2500)
    },
}
FORGERIES = BY_ANYBODY | WITH_OUR_KEY
