from typing import NamedTuple

from sqlalchemy import Row, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from benchmarks.peer.booking import price_of
from benchmarks.peer.lists import is_open
from benchmarks.peer.seat_map import TAKEN, etag_of
from benchmarks.peer.tables import Seat, Showtime

asked = bindparam("showtime")
SHOWTIME = select(
    Showtime.id, Showtime.price, Showtime.premium_price, Showtime.changed_at, is_open.label("is_open")
).where(Showtime.id == asked)
SEATS = (
    select(Seat.id, Seat.row, Seat.number, Seat.kind, Seat.x, Seat.y)
    .where(Seat.showtime_id == asked)
    .order_by(Seat.y, Seat.x)
)


class SeatMap(NamedTuple):
    """A showtime, and why each seat of it that is taken is: enough to tell whether anything has changed."""

    showtime: Row
    taken: dict[int, str]

    @classmethod
    async def read(cls, showtime_id: int, database: AsyncConnection) -> "SeatMap | None":
        showtime = (await database.execute(SHOWTIME, {"showtime": showtime_id})).one_or_none()
        if showtime is None:
            return None
        taken = (await database.execute(TAKEN, {"showtime": showtime_id})).all()
        return cls(showtime, dict(map(tuple, taken)))

    @property
    def etag(self) -> str:
        return etag_of(self.showtime, self.showtime.is_open, self.taken)

    async def seats(self, database: AsyncConnection) -> list[dict]:
        rows = (await database.execute(SEATS, {"showtime": self.showtime.id})).all()
        prices = {kind: price_of(kind, self.showtime) for kind in ("standard", "premium", "accessible")}
        return [
            {
                "id": pk,
                "row": row,
                "number": number,
                "label": f"{row}{number}",
                "kind": kind,
                "x": x,
                "y": y,
                "price": prices[kind],
                "status": self.taken.get(pk, "available"),
            }
            for pk, row, number, kind, x, y in rows
        ]
