"""The peer's tokens; its login is read without a transaction, and as columns."""

from typing import Annotated

from fastapi import Depends
from sqlalchemy import Row, bindparam, select

from benchmarks.peer.auth import Claims
from benchmarks.peer.problems import Problem
from benchmarks.peer.tables import Login, User, engine, now

# Where one statement is all, a transaction around it would only be two more trips.
reads = engine.execution_options(isolation_level="AUTOCOMMIT")
ALIVE = (
    select(User.id, User.username)
    .join(Login, Login.user_id == User.id)
    .where(Login.id == bindparam("login"), User.id == bindparam("user"), User.is_active)
    .where(Login.revoked_at.is_(None), Login.expires_at > now)
)


async def user(claims: Claims) -> Row | None:
    if claims is None:
        return None
    async with reads.connect() as database:
        row = (await database.execute(ALIVE, claims)).one_or_none()
    if row is None:
        raise Problem(401, "authentication_failed")
    return row


Anybody = Annotated[Row | None, Depends(user)]


async def required(user: Anybody) -> Row:
    if user is None:
        raise Problem(401, "not_authenticated")
    return user


SomeUser = Annotated[Row, Depends(required)]
