"""Lists, page by page."""

from datetime import date

from fastapi import Request
from sqlalchemy import ColumnElement, Date, ScalarSelect, Select, case, cast, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import with_expression
from sqlalchemy.orm.interfaces import ORMOption

from benchmarks.peer.schemas import MovieShown
from benchmarks.peer.tables import Movie, ReservedSeat, Seat, Showtime, is_active, now

PAGE_SIZE, COUNTED = 20, 10_000


def count(*conditions) -> ScalarSelect:
    return select(func.count()).where(*conditions).correlate(Showtime).scalar_subquery()


taken = count(ReservedSeat.showtime_id == Showtime.id, is_active)
blocked = count(Seat.showtime_id == Showtime.id, Seat.is_blocked)
is_open = (Showtime.status == "scheduled") & (Showtime.starts_at > now)
available_seats = case((is_open, Showtime.capacity - taken - blocked), else_=0)

with_available_seats = with_expression(Showtime.available_seats, available_seats)


def on(day: date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    first = cast(literal(day), Date)
    return Showtime.starts_at >= first, Showtime.starts_at < first + 1


async def page_of(found: Select, page: int, request: Request, session: AsyncSession, *loaded: ORMOption) -> dict:
    """With what is loaded beside each, and how many there are in all, up to a limit."""
    total = await session.scalar(select(func.count()).select_from(found.order_by(None).limit(COUNTED).subquery()))
    of_page = found.options(*loaded).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    return {
        "count": total,
        "next": str(request.url.include_query_params(page=page + 1)) if page * PAGE_SIZE < total else None,
        "previous": str(request.url.include_query_params(page=page - 1)) if page > 1 else None,
        "results": (await session.scalars(of_page)).all(),
    }


def shown(movie: Movie, request: Request) -> MovieShown:
    """Its posters as absolute addresses."""
    base = f"{request.base_url}media/"
    return MovieShown(
        id=movie.id,
        title=movie.title,
        description=movie.description,
        genres=[genre.slug for genre in movie.genres],
        runtime_minutes=movie.runtime_minutes,
        release_date=movie.release_date,
        poster=base + movie.poster if movie.poster else None,
        poster_thumbnail=base + movie.poster_thumbnail if movie.poster_thumbnail else None,
    )
