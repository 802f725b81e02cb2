"""
What one would write instead of the cinema: an async application with FastAPI, SQLAlchemy and asyncpg.

The endpoints that the benchmarks drive, with the same answers from the same tables, written as the documentation of the
three teaches it: a session for each request, mapped objects, what belongs to them loaded beside them, and a model for
each answer. The README beside this folder tells how it was kept honest.
"""

from base64 import b64encode
from collections import defaultdict
from datetime import date
from typing import Annotated

from fastapi import FastAPI, Header, Query, Request, Response
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from benchmarks.peer import auth, booking, lists, problems
from benchmarks.peer.problems import Problem
from benchmarks.peer.schemas import (
    MovieShown,
    Page,
    Reservations,
    ReservationShown,
    Reserve,
    SeatShown,
    Shown,
    ShowtimeShown,
    Tokens,
)
from benchmarks.peer.seat_map import TAKEN, etag_of
from benchmarks.peer.tables import Movie, Reservation, ReservedSeat, Seat, Session, Showtime

app = FastAPI(title="The peer")
app.add_exception_handler(Problem, problems.refusal)
app.post("/api/v1/auth/token/", response_model=Tokens)(auth.log_in)
PageNumber = Annotated[int, Query(ge=1)]


@app.get("/readyz")
async def readyz(session: Session) -> bool:
    return await session.scalar(select(True))


@app.get("/api/v1/movies/", response_model=Page[MovieShown])
async def movies(request: Request, user: auth.Anybody, session: Session, search: str = "", page: PageNumber = 1):
    words = func.concat(Movie.title, " ", Movie.description)
    found = select(Movie).where(*(words.icontains(word, autoescape=True) for word in search.split()))
    answer = await lists.page_of(
        found.order_by(Movie.title, Movie.id), page, request, session, selectinload(Movie.genres)
    )
    return answer | {"results": [lists.shown(movie, request) for movie in answer["results"]]}


@app.get("/api/v1/showtimes/", response_model=Page[ShowtimeShown])
async def showtimes(
    request: Request, user: auth.Anybody, session: Session, starts_at: date | None = None, page: PageNumber = 1
):
    found = select(Showtime).order_by(Showtime.starts_at, Showtime.id)
    if starts_at:
        found = found.where(*lists.on(starts_at))
    return await lists.page_of(found, page, request, session, joinedload(Showtime.movie), lists.with_available_seats)


@app.get("/api/v1/schedule/", response_model=list[Shown])
async def schedule(request: Request, user: auth.Anybody, session: Session, date: date):
    found = select(Showtime).where(Showtime.status == "scheduled", *lists.on(date))
    loaded = joinedload(Showtime.movie).selectinload(Movie.genres), lists.with_available_seats
    of_movie = defaultdict(list)
    for showtime in await session.scalars(found.order_by(Showtime.starts_at, Showtime.id).options(*loaded)):
        of_movie[showtime.movie].append(showtime)
    shown = sorted(of_movie, key=lambda movie: (movie.title, movie.id))
    return [{"movie": lists.shown(movie, request), "showtimes": of_movie[movie]} for movie in shown]


@app.get("/api/v1/showtimes/{showtime_id}/seats/", response_model=list[SeatShown])
async def seats(
    showtime_id: int,
    user: auth.Anybody,
    session: Session,
    response: Response,
    if_none_match: Annotated[str, Header()] = "",
):
    asked = select(Showtime, lists.is_open).where(Showtime.id == showtime_id)
    found = (await session.execute(asked)).one_or_none()
    if found is None:
        raise Problem(404, "not_found")
    showtime, is_open = found
    taken = dict(map(tuple, await session.execute(TAKEN, {"showtime": showtime_id})))
    etag = etag_of(showtime, is_open, taken)
    if if_none_match == etag:
        return Response(status_code=304, headers={"ETag": etag})
    response.headers["ETag"] = etag
    seats = await session.scalars(select(Seat).where(Seat.showtime_id == showtime_id).order_by(Seat.y, Seat.x))
    return [
        SeatShown(
            id=seat.id,
            row=seat.row,
            number=seat.number,
            label=seat.label,
            kind=seat.kind,
            x=seat.x,
            y=seat.y,
            price=booking.price_of(seat.kind, showtime),
            status=taken.get(seat.id, "available"),
        )
        for seat in seats
    ]


@app.post("/api/v1/reservations/", status_code=201, response_model=ReservationShown)
async def reserve(asked: Reserve, user: auth.SomeUser, session: Session, response: Response):
    reservation = await booking.reserve(asked, user, session)
    response.headers["Location"] = f"/api/v1/reservations/{reservation.id}/"
    return reservation


@app.get("/api/v1/reservations/", response_model=Reservations)
async def reservations(request: Request, user: auth.SomeUser, session: Session):
    mine = select(Reservation).where(Reservation.user_id == user.id).order_by(Reservation.id.desc())
    found = (
        await session.scalars(
            mine.limit(lists.PAGE_SIZE + 1).options(
                joinedload(Reservation.user),
                joinedload(Reservation.showtime).joinedload(Showtime.movie),
                selectinload(Reservation.reserved_seats).joinedload(ReservedSeat.seat),
            )
        )
    ).all()
    shown = found[: lists.PAGE_SIZE]
    more = b64encode(b"p=%d" % shown[-1].id).decode() if len(found) > len(shown) else None
    following = more and str(request.url.include_query_params(cursor=more))
    return {"next": following, "results": shown}
