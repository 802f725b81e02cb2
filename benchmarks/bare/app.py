"""
The limit: what Python and PostgreSQL can do under the same gunicorn when nothing is in between but SQL by hand.

It answers what the benchmarks ask, with the same JSON, and nothing else: no other parameters, the first page of a list,
no validation. Tokens, locks and limits are those of the cinema.
"""

import os
from base64 import b64encode
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, quote
from uuid import uuid4

import argon2
import jwt
import orjson

from benchmarks.bare import statements
from benchmarks.bare.base import Refused, rows, value
from benchmarks.bare.booking import reserve, shape


def application(environ: dict, start_response) -> list[bytes]:
    headers = {"Content-Type": "application/json"}
    try:
        status, body = answer(environ, headers)
    except Refused as refused:
        status, body = refused.status, refused.body
        headers["Content-Type"] = "application/problem+json"
    content = b"" if body is None else orjson.dumps(body, option=orjson.OPT_UTC_Z)
    if body is not None:
        headers["Content-Length"] = str(len(content))
    start_response(status, list(headers.items()))
    return [content]


def answer(environ: dict, headers: dict) -> tuple[str, object]:
    query = {name: values[0] for name, values in parse_qs(environ["QUERY_STRING"]).items()}
    host = f"http://{environ['HTTP_HOST']}"
    user = user_of(environ)
    match environ["REQUEST_METHOD"], *environ["PATH_INFO"].strip("/").split("/")[2:]:
        case "GET", "showtimes", showtime, "seats":
            return seats(int(showtime), environ, headers)
        case "GET", "showtimes":
            found = rows(statements.SHOWTIMES_OF_DAY, day=query["starts_at"])
            return "200 OK", page(found, value(statements.COUNT_OF_DAY, day=query["starts_at"]))
        case "GET", "schedule":
            return "200 OK", schedule(query["date"], f"{host}/media/")
        case "GET", "movies":
            words = [f"%{word}%" for word in query["search"].split()]
            found = rows(statements.MOVIES_FOUND, words=words, media=f"{host}/media/")
            return "200 OK", page(found, value(statements.COUNT_FOUND, words=words))
        case "GET", "reservations":
            return "200 OK", reservations(required(user), f"{host}{environ['PATH_INFO']}")
        case "POST", "reservations":
            return "201 Created", reserve(required(user), body_of(environ))
        case "POST", "auth", "token":
            return "200 OK", log_in(body_of(environ), environ.get("HTTP_USER_AGENT", ""))
        case "GET", *nothing if not nothing:  # /readyz
            return "200 OK", value("SELECT 1")
    raise Refused(404, "not_found")


def body_of(environ: dict) -> dict:
    return orjson.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))


def page(found: list[dict], count: int) -> dict:
    return {"count": count, "next": None, "previous": None, "results": found}


def user_of(environ: dict) -> dict | None:
    scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    try:
        claims = jwt.decode(token, os.environ["SECRET_KEY"], ["HS256"], {"require": ["exp"]}, leeway=10)
    except jwt.InvalidTokenError:
        raise Refused(401, "authentication_failed") from None
    found = rows(statements.LOGIN, login=claims["login_id"], user=int(claims["user_id"]))
    if claims["token_type"] != "access" or not found:
        raise Refused(401, "authentication_failed")
    return found[0]


def required(user: dict | None) -> dict:
    if user is None:
        raise Refused(401, "not_authenticated")
    return user


def log_in(body: dict, agent: str) -> dict:
    found = rows(statements.USER_AT if "@" in body["login"] else statements.USER_NAMED, login=body["login"])
    try:
        user = found[0]
        argon2.PasswordHasher().verify(user["password"].removeprefix("argon2"), body["password"])
    except (IndexError, argon2.exceptions.VerifyMismatchError):
        raise Refused(401, "invalid_credentials") from None
    token = uuid4().hex
    named = {"user": user["id"], "password": user["password"]}
    login = value(statements.LOG_IN, agent=agent[:255], token=token, **named)
    now = datetime.now(UTC)
    claims = {"iat": now, "user_id": str(user["id"]), "login_id": login}
    access = {**claims, "token_type": "access", "exp": now + timedelta(minutes=60), "jti": uuid4().hex}
    refresh = {**claims, "token_type": "refresh", "exp": now + timedelta(days=7), "jti": token}
    return {
        "access": jwt.encode(access, os.environ["SECRET_KEY"], "HS256"),
        "refresh": jwt.encode(refresh, os.environ["REFRESH_SECRET_KEY"], "HS256"),
    }


def seats(showtime: int, environ: dict, headers: dict) -> tuple[str, list | None]:
    etag = value(statements.SEATS_ETAG, showtime=showtime)
    if etag is None:
        raise Refused(404, "not_found")
    headers["ETag"] = f'"{etag}"'
    if environ.get("HTTP_IF_NONE_MATCH") == headers["ETag"]:
        return "304 Not Modified", None
    return "200 OK", rows(statements.SEATS, showtime=showtime)


def schedule(day: str, media: str) -> list[dict]:
    of_movie = defaultdict(list)
    for showtime in rows(statements.SCHEDULED_ON_DAY, day=day):
        of_movie[showtime["movie_id"]].append(showtime)
    movies = rows(statements.MOVIES_NAMED, ids=list(of_movie), media=media)
    return [{"movie": movie, "showtimes": of_movie[movie["id"]]} for movie in movies]


def reservations(user: dict, address: str) -> dict:
    found = rows(statements.RESERVATIONS, user=user["id"])
    shown = found[:20]
    of_reservation = defaultdict(list)
    for seat in rows(statements.SEATS_OF_RESERVATIONS, ids=[row["id"] for row in shown]):
        of_reservation[seat.pop("reservation_id")].append(seat)
    cursor = quote(b64encode(b"p=%d" % shown[-1]["id"])) if len(found) > len(shown) else None
    return {
        "next": cursor and f"{address}?cursor={cursor}",
        "previous": None,
        "results": [shape(row, user, of_reservation[row["id"]]) for row in shown],
    }
