"""What is asked. What is answered goes to orjson as it is: pydantic would look at each of 300 seats once more."""

from pydantic import BaseModel, Field


class Credentials(BaseModel):
    login: str = Field(max_length=254)
    password: str = Field(max_length=128)


class Reserve(BaseModel):
    showtime_id: int = Field(ge=1)
    seat_ids: list[int] = Field(min_length=1, max_length=10)
