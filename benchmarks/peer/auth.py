"""Who asks: a token, and the login that it names, which is read from the database at each request. And logging in."""

import os
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import uuid4

import argon2
import jwt
from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import Depends, Header
from sqlalchemy import func, select

from benchmarks.peer.problems import Problem
from benchmarks.peer.schemas import Credentials
from benchmarks.peer.tables import Login, Session, User, now

ACCESS_KEY, REFRESH_KEY = os.environ["SECRET_KEY"], os.environ["REFRESH_SECRET_KEY"]
ACCESS, REFRESH, LOGIN = timedelta(minutes=60), timedelta(days=7), timedelta(days=30)
hasher = argon2.PasswordHasher()
hashing = CapacityLimiter(2)  # each takes a core and 19 MiB: more at once are only slower


async def claimed(authorization: Annotated[str | None, Header()] = None) -> dict | None:
    """What a token says, which may be over since. None for who sends none; one that is not good is refused."""
    if authorization is None:
        return None
    try:
        token = authorization.removeprefix("Bearer ")
        claims = jwt.decode(token, ACCESS_KEY, ["HS256"], {"require": ["exp"]}, leeway=10)
    except jwt.InvalidTokenError:
        raise Problem(401, "authentication_failed") from None
    if claims["token_type"] != "access":
        raise Problem(401, "authentication_failed")
    return {"login": claims["login_id"], "user": int(claims["user_id"])}


Claims = Annotated[dict | None, Depends(claimed)]


async def user(claims: Claims, session: Session) -> User | None:
    if claims is None:
        return None
    found = await session.scalar(
        select(User)
        .join(Login, Login.user_id == User.id)
        .where(Login.id == claims["login"], User.id == claims["user"], User.is_active)
        .where(Login.revoked_at.is_(None), Login.expires_at > now)
    )
    if found is None:
        raise Problem(401, "authentication_failed")
    return found


Anybody = Annotated[User | None, Depends(user)]


async def required(user: Anybody) -> User:
    if user is None:
        raise Problem(401, "not_authenticated")
    return user


SomeUser = Annotated[User, Depends(required)]


async def log_in(credentials: Credentials, session: Session, user_agent: Annotated[str, Header()] = "") -> dict:
    name = User.email if "@" in credentials.login else User.username
    user = await session.scalar(select(User).where(User.is_active, func.upper(name) == func.upper(credentials.login)))
    await session.commit()  # no connection is held while the hash takes its time, in a thread
    if user is None or not await run_sync(is_right, credentials.password, user.password, limiter=hashing):
        raise Problem(401, "invalid_credentials")
    unchanged = select(User.id).where(User.id == user.id, User.password == user.password, User.is_active)
    if await session.scalar(unchanged.with_for_update(key_share=True)) is None:
        raise Problem(401, "invalid_credentials")
    at, token = datetime.now(UTC), uuid4().hex
    login = Login(
        user_id=user.id,
        created_at=at,
        last_refreshed_at=at,
        expires_at=at + LOGIN,
        token_id=token,
        previous_token_id="",
        user_agent=user_agent[:255],
    )
    session.add(login)
    await session.commit()
    claims = {"iat": at, "user_id": str(user.id), "login_id": login.id}
    access = {**claims, "token_type": "access", "exp": at + ACCESS, "jti": uuid4().hex}
    refresh = {**claims, "token_type": "refresh", "exp": at + REFRESH, "jti": token}
    return {"access": jwt.encode(access, ACCESS_KEY, "HS256"), "refresh": jwt.encode(refresh, REFRESH_KEY, "HS256")}


def is_right(password: str, stored: str) -> bool:
    try:
        return hasher.verify(stored.removeprefix("argon2"), password)
    except argon2.exceptions.VerifyMismatchError:
        return False
