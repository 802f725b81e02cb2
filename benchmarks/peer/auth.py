"""Who asks: a token, and the login that it names, which is read from the database at each request. And logging in."""

import os
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import uuid4

import argon2
import jwt
from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import Depends, Header, Request, Response
from sqlalchemy import Row, bindparam, func, insert, select

from benchmarks.peer.answers import Problem, answer
from benchmarks.peer.schemas import Credentials
from benchmarks.peer.tables import Login, User, engine, now, reads

ACCESS_KEY, REFRESH_KEY = os.environ["SECRET_KEY"], os.environ["REFRESH_SECRET_KEY"]
ACCESS, REFRESH, LOGIN = timedelta(minutes=60), timedelta(days=7), timedelta(days=30)
hasher = argon2.PasswordHasher()
hashing = CapacityLimiter(2)  # each takes a core and 19 MiB: more at once are only slower

# Statements, put together once: that takes longer than to run one.
ALIVE = (
    select(User.id, User.username)
    .join(Login, Login.user_id == User.id)
    .where(Login.id == bindparam("login"), User.id == bindparam("user"), User.is_active)
    .where(Login.revoked_at.is_(None), Login.expires_at > now)
)
ACTIVE = select(User.id, User.password).where(User.is_active)
NAMED = ACTIVE.where(func.upper(User.username) == func.upper(bindparam("login")))
AT_ADDRESS = ACTIVE.where(func.upper(User.email) == func.upper(bindparam("login")))
UNCHANGED = ACTIVE.where(User.id == bindparam("user"), User.password == bindparam("stored")).with_for_update(
    key_share=True
)
NEW_LOGIN = insert(Login).returning(Login.id)


async def user(authorization: Annotated[str | None, Header()] = None) -> Row | None:
    """None for who sends no token; a bad one is refused."""
    if authorization is None:
        return None
    try:
        token = authorization.removeprefix("Bearer ")
        claims = jwt.decode(token, ACCESS_KEY, ["HS256"], {"require": ["exp"]}, leeway=10)
    except jwt.InvalidTokenError:
        raise Problem(401, "authentication_failed") from None
    named = {"login": claims["login_id"], "user": int(claims["user_id"])}
    async with reads.connect() as database:
        row = (await database.execute(ALIVE, named)).one_or_none()
    if row is None or claims["token_type"] != "access":
        raise Problem(401, "authentication_failed")
    return row


Anybody = Annotated[Row | None, Depends(user)]


async def required(user: Anybody) -> Row:
    if user is None:
        raise Problem(401, "not_authenticated")
    return user


SomeUser = Annotated[Row, Depends(required)]


async def log_in(credentials: Credentials, request: Request) -> Response:
    named = AT_ADDRESS if "@" in credentials.login else NAMED
    async with reads.connect() as database:
        user = (await database.execute(named, {"login": credentials.login})).one_or_none()
    # In a thread, without a connection: a hash takes its time.
    if user is None or not await run_sync(is_right, credentials.password, user.password, limiter=hashing):
        raise Problem(401, "invalid_credentials")
    at = datetime.now(UTC)
    token = uuid4().hex
    values = {
        "user_id": user.id,
        **dict.fromkeys(("created_at", "last_refreshed_at"), at),
        "expires_at": at + LOGIN,
        "token_id": token,
        "previous_token_id": "",
        "user_agent": request.headers.get("User-Agent", "")[:255],
    }
    async with engine.begin() as database:
        unchanged = await database.execute(UNCHANGED, {"user": user.id, "stored": user.password})
        if unchanged.one_or_none() is None:
            raise Problem(401, "invalid_credentials")
        login = (await database.execute(NEW_LOGIN, values)).scalar_one()
    claims = {"iat": at, "user_id": str(user.id), "login_id": login}
    access = {**claims, "token_type": "access", "exp": at + ACCESS, "jti": uuid4().hex}
    refresh = {**claims, "token_type": "refresh", "exp": at + REFRESH, "jti": token}
    signed = {"access": jwt.encode(access, ACCESS_KEY, "HS256"), "refresh": jwt.encode(refresh, REFRESH_KEY, "HS256")}
    return answer(signed)


def is_right(password: str, stored: str) -> bool:
    try:
        return hasher.verify(stored.removeprefix("argon2"), password)
    except argon2.exceptions.VerifyMismatchError:
        return False
