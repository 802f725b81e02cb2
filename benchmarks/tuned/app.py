"""
The tightest peer: the same FastAPI, SQLAlchemy and asyncpg as the peer, and no more of them than an answer needs.

Statements are put together once, rows are no objects, reads open no transaction, and answers go to orjson as they are.
Tables, tokens, logging in and refusals are the peer's.
"""

from base64 import b64encode
from collections import defaultdict
from datetime import date
from typing import Annotated

from fastapi import FastAPI, Header, Query, Request, Response
from sqlalchemy import select

from benchmarks.peer.auth import log_in
from benchmarks.peer.lists import PAGE_SIZE
from benchmarks.peer.problems import Problem, refusal
from benchmarks.peer.schemas import Reserve
from benchmarks.peer.tables import engine
from benchmarks.tuned import auth, booking, lists
from benchmarks.tuned.answers import answer
from benchmarks.tuned.auth import reads
from benchmarks.tuned.seat_map import SeatMap

app = FastAPI(title="The tightest peer")
app.add_exception_handler(Problem, refusal)
app.post("/api/v1/auth/token/")(log_in)
PageNumber = Annotated[int, Query(ge=1)]


@app.get("/readyz")
async def readyz() -> bool:
    async with reads.connect() as database:
        return (await database.execute(select(True))).scalar_one()


@app.get("/api/v1/movies/")
async def movies(request: Request, user: auth.Anybody, search: str = "", page: PageNumber = 1) -> Response:
    escaped = search.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    words = [f"%{word}%" for word in escaped.split()]
    async with reads.connect() as database:
        found = await lists.page_of(lists.MOVIES_FOUND, page, request.url, database, words=words)
    add_posters(found["results"], request)
    return answer(found)


@app.get("/api/v1/showtimes/")
async def showtimes(
    request: Request, user: auth.Anybody, starts_at: date | None = None, page: PageNumber = 1
) -> Response:
    found, values = (lists.SHOWTIMES_ON_DAY, {"day": starts_at}) if starts_at else (lists.SHOWTIMES, {})
    async with reads.connect() as database:
        return answer(await lists.page_of(found, page, request.url, database, **values))


@app.get("/api/v1/schedule/")
async def schedule(request: Request, user: auth.Anybody, date: date) -> Response:
    of_movie = defaultdict(list)
    async with reads.connect() as database:
        for showtime in await lists.dicts(lists.SCHEDULED_ON_DAY, database, day=date):
            of_movie[showtime["movie_id"]].append(showtime)
        shown = await lists.dicts(lists.MOVIES_NAMED, database, ids=list(of_movie))
    add_posters(shown, request)
    return answer([{"movie": movie, "showtimes": of_movie[movie["id"]]} for movie in shown])


def add_posters(movies: list[dict], request: Request) -> None:
    """Where they are, as absolute addresses."""
    base = f"{request.base_url}media/"
    for movie in movies:
        movie["genres"] = movie["genres"] or []
        for name in ("poster", "poster_thumbnail"):
            movie[name] = base + movie[name] if movie[name] else None


@app.get("/api/v1/showtimes/{showtime_id}/seats/")
async def seats(showtime_id: int, user: auth.Anybody, if_none_match: Annotated[str, Header()] = "") -> Response:
    async with reads.connect() as database:
        seat_map = await SeatMap.read(showtime_id, database)
        if seat_map is None:
            raise Problem(404, "not_found")
        if if_none_match == seat_map.etag:
            return Response(status_code=304, headers={"ETag": seat_map.etag})
        return answer(await seat_map.seats(database), ETag=seat_map.etag)


@app.post("/api/v1/reservations/")
async def reserve(asked: Reserve, user: auth.SomeUser) -> Response:
    async with engine.begin() as database:
        reservation = await booking.reserve(asked, user, database)
    return answer(reservation, 201, Location=f"/api/v1/reservations/{reservation['id']}/")


@app.get("/api/v1/reservations/")
async def reservations(request: Request, user: auth.SomeUser) -> Response:
    async with reads.connect() as database:
        found = await booking.of_user(user, PAGE_SIZE + 1, database)
    shown = found[:PAGE_SIZE]
    more = b64encode(b"p=%d" % shown[-1]["id"]).decode() if len(found) > len(shown) else None
    following = more and str(request.url.include_query_params(cursor=more))
    return answer({"next": following, "previous": None, "results": shown})
