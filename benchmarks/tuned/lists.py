"""The statements of the lists, put together once: that takes longer than to run one."""

from functools import cache

from sqlalchemy import ARRAY, Date, Select, String, all_, bindparam, cast, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by, array_agg
from sqlalchemy.ext.asyncio import AsyncConnection

from benchmarks.peer.lists import COUNTED, PAGE_SIZE, available_seats
from benchmarks.peer.tables import Genre, Movie, MovieGenre, Showtime

BOOKED_SHOWTIME = (
    Showtime.id,
    Showtime.movie_id,
    Movie.title.label("movie_title"),
    Showtime.hall_id.label("hall_number"),
    Showtime.starts_at,
    Showtime.ends_at,
    Showtime.status,
)


def genres_of_movie():
    ordered = array_agg(aggregate_order_by(Genre.slug, Genre.name, Genre.id))
    of_movie = select(ordered).join(MovieGenre, MovieGenre.genre_id == Genre.id).where(MovieGenre.movie_id == Movie.id)
    return of_movie.scalar_subquery().label("genres")


MOVIES = select(*Movie.__table__.c, genres_of_movie()).order_by(Movie.title, Movie.id)
MOVIES_NAMED = MOVIES.where(Movie.id.in_(bindparam("ids", expanding=True)))
every_word = all_(bindparam("words", type_=ARRAY(String)))
MOVIES_FOUND = MOVIES.where(func.concat(Movie.title, " ", Movie.description).bool_op("ILIKE")(every_word))
prices = Showtime.price, Showtime.premium_price, literal("EUR").label("currency")
day = cast(bindparam("day"), Date)
SHOWTIMES = (
    select(*BOOKED_SHOWTIME, *prices, Showtime.capacity, available_seats.label("available_seats"))
    .join(Movie, Movie.id == Showtime.movie_id)
    .order_by(Showtime.starts_at, Showtime.id)
)
SHOWTIMES_ON_DAY = SHOWTIMES.where(Showtime.starts_at >= day, Showtime.starts_at < day + 1)
SCHEDULED_ON_DAY = SHOWTIMES_ON_DAY.where(Showtime.status == "scheduled")


@cache
def counted(found: Select) -> Select:
    return select(func.count()).select_from(
        found.with_only_columns(Movie.id, maintain_column_froms=True).order_by(None).limit(COUNTED).subquery()
    )


@cache
def paged(found: Select) -> Select:
    return found.limit(PAGE_SIZE).offset(bindparam("offset"))


async def page_of(found: Select, number: int, url, database: AsyncConnection, **values) -> dict:
    count = (await database.execute(counted(found), values)).scalar_one()
    values["offset"] = (number - 1) * PAGE_SIZE
    return {
        "count": count,
        "next": str(url.include_query_params(page=number + 1)) if number * PAGE_SIZE < count else None,
        "previous": str(url.include_query_params(page=number - 1)) if number > 1 else None,
        "results": await dicts(paged(found), database, **values),
    }


async def dicts(statement: Select, database: AsyncConnection, **values) -> list[dict]:
    return [row._asdict() for row in (await database.execute(statement, values)).all()]
