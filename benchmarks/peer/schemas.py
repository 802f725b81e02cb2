"""What is asked, and what is answered."""

from datetime import date, datetime
from decimal import Decimal
from typing import Generic, TypeVar

from pydantic import AliasPath, BaseModel, ConfigDict, Field

Item = TypeVar("Item")


class Credentials(BaseModel):
    login: str = Field(max_length=254)
    password: str = Field(max_length=128)


class Reserve(BaseModel):
    showtime_id: int = Field(ge=1)
    seat_ids: list[int] = Field(min_length=1, max_length=10)


class Answer(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class Tokens(Answer):
    access: str
    refresh: str


class Page(Answer, Generic[Item]):
    count: int
    next: str | None
    previous: str | None
    results: list[Item]


class MovieShown(Answer):
    id: int
    title: str
    description: str
    genres: list[str]
    runtime_minutes: int
    release_date: date | None
    poster: str | None
    poster_thumbnail: str | None


class BookedShowtime(Answer):
    id: int
    movie_id: int
    movie_title: str = Field(validation_alias=AliasPath("movie", "title"))
    hall_number: int = Field(validation_alias="hall_id")
    starts_at: datetime
    ends_at: datetime
    status: str


class ShowtimeShown(BookedShowtime):
    price: Decimal
    premium_price: Decimal | None
    currency: str = "EUR"
    capacity: int
    available_seats: int


class Shown(Answer):
    """A movie in the schedule of a day."""

    movie: MovieShown
    showtimes: list[ShowtimeShown]


class SeatShown(Answer):
    id: int
    row: str
    number: int
    label: str
    kind: str
    x: int
    y: int
    price: Decimal
    status: str


class UserShown(Answer):
    id: int
    username: str


class ReservedSeatShown(Answer):
    id: int = Field(validation_alias="seat_id")
    label: str = Field(validation_alias=AliasPath("seat", "label"))
    row: str = Field(validation_alias=AliasPath("seat", "row"))
    number: int = Field(validation_alias=AliasPath("seat", "number"))
    kind: str = Field(validation_alias=AliasPath("seat", "kind"))
    price: Decimal
    status: str


class ReservationShown(Answer):
    id: int
    code: str
    user: UserShown
    showtime: BookedShowtime
    seats: list[ReservedSeatShown] = Field(validation_alias="reserved_seats")
    status: str = Field(validation_alias="shown_status")
    total: Decimal
    currency: str = "EUR"
    created_at: datetime
    expires_at: datetime | None
    cancelled_at: datetime | None
    cancelled_because: str | None


class Reservations(Answer):
    """A page of one's own."""

    next: str | None
    previous: None = None
    results: list[ReservationShown]
