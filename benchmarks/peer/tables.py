"""The cinema's tables, as its migrations have made them, and the pool of connections to them."""

import os
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated

from fastapi import Depends
from sqlalchemy import URL, BigInteger, DateTime, ForeignKey, Numeric, and_, func, or_
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, query_expression, relationship

# Two workers on two cores: more connections than these would only queue in PostgreSQL instead of here. asyncpg
# prepares each statement once for each connection, by itself.
engine = create_async_engine(
    URL.create(
        "postgresql+asyncpg",
        os.environ["POSTGRES_USER"],
        os.environ.get("POSTGRES_PASSWORD"),
        os.environ["DB_HOST"],
        int(os.environ["DB_PORT"]),
        os.environ["POSTGRES_DB"],
    ),
    pool_size=8,
    max_overflow=0,
    connect_args={"server_settings": {"timezone": "UTC", "jit": "off"}},
)
sessions = async_sessionmaker(engine, expire_on_commit=False)


async def session_of_request() -> AsyncIterator[AsyncSession]:
    async with sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(session_of_request)]
Key = Annotated[int, mapped_column(primary_key=True)]


class Base(DeclarativeBase):
    type_annotation_map = {datetime: DateTime(timezone=True), Decimal: Numeric(8, 2), int: BigInteger}


class User(Base):
    __tablename__ = "users_user"
    id: Mapped[Key]
    username: Mapped[str]
    email: Mapped[str]
    password: Mapped[str]
    is_active: Mapped[bool]


class Login(Base):
    __tablename__ = "users_login"
    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    created_at: Mapped[datetime]
    last_refreshed_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    user_agent: Mapped[str]
    token_id: Mapped[str]
    previous_token_id: Mapped[str]


class Genre(Base):
    __tablename__ = "movies_genre"
    id: Mapped[Key]
    name: Mapped[str]
    slug: Mapped[str]


class Movie(Base):
    __tablename__ = "movies_movie"
    id: Mapped[Key]
    title: Mapped[str]
    description: Mapped[str]
    runtime_minutes: Mapped[int]
    release_date: Mapped[date | None]
    poster: Mapped[str]
    poster_thumbnail: Mapped[str]
    genres: Mapped[list[Genre]] = relationship(
        secondary="movies_moviegenre", order_by=(Genre.name, Genre.id), viewonly=True
    )


class MovieGenre(Base):
    __tablename__ = "movies_moviegenre"
    id: Mapped[Key]
    movie_id: Mapped[int] = mapped_column(ForeignKey(Movie.id))
    genre_id: Mapped[int] = mapped_column(ForeignKey(Genre.id))


class Showtime(Base):
    __tablename__ = "showtimes_showtime"
    id: Mapped[Key]
    movie_id: Mapped[int] = mapped_column(ForeignKey(Movie.id))
    hall_id: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    price: Mapped[Decimal]
    premium_price: Mapped[Decimal | None]
    status: Mapped[str]
    capacity: Mapped[int]
    changed_at: Mapped[datetime]
    movie: Mapped[Movie] = relationship()
    available_seats: Mapped[int] = query_expression()


class Seat(Base):
    __tablename__ = "showtimes_seat"
    id: Mapped[Key]
    showtime_id: Mapped[int] = mapped_column(ForeignKey(Showtime.id))
    row: Mapped[str]
    number: Mapped[int]
    kind: Mapped[str]
    x: Mapped[int]
    y: Mapped[int]
    is_blocked: Mapped[bool]

    @property
    def label(self) -> str:
        return f"{self.row}{self.number}"


class Reservation(Base):
    __tablename__ = "reservations_reservation"
    id: Mapped[Key]
    code: Mapped[str]
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    showtime_id: Mapped[int] = mapped_column(ForeignKey(Showtime.id))
    status: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancelled_because: Mapped[str | None]
    user: Mapped[User] = relationship()
    showtime: Mapped[Showtime] = relationship()
    reserved_seats: Mapped[list["ReservedSeat"]] = relationship(order_by="ReservedSeat.seat_id")

    @property
    def shown_status(self) -> str:
        return "expired" if self.status == "held" and self.expires_at <= datetime.now(UTC) else self.status

    @property
    def total(self) -> Decimal:
        return sum((one.price for one in self.reserved_seats if one.status == "active"), Decimal("0.00"))


class ReservedSeat(Base):
    __tablename__ = "reservations_reservedseat"
    id: Mapped[Key]
    reservation_id: Mapped[int] = mapped_column(ForeignKey(Reservation.id))
    showtime_id: Mapped[int] = mapped_column(ForeignKey(Showtime.id))
    seat_id: Mapped[int] = mapped_column(ForeignKey(Seat.id))
    price: Mapped[Decimal]
    expires_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    seat: Mapped[Seat] = relationship()

    @property
    def status(self) -> str:
        expired = self.expires_at is not None and self.expires_at <= datetime.now(UTC)
        return "released" if self.released_at is not None or expired else "active"


now = func.statement_timestamp()
is_active = and_(
    ReservedSeat.released_at.is_(None), or_(ReservedSeat.expires_at.is_(None), ReservedSeat.expires_at > now)
)
