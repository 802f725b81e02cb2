"""Reservations: how they are written, with the same locks in the same order as the cinema's, and how they are shown."""

from collections import defaultdict
from decimal import Decimal

from sqlalchemy import Row, bindparam, case, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from benchmarks.peer.booking import new_code, price_of, refuse
from benchmarks.peer.problems import Problem
from benchmarks.peer.schemas import Reserve
from benchmarks.peer.tables import Movie, Reservation, ReservedSeat, Seat, Showtime, User, is_active, now
from benchmarks.tuned.lists import BOOKED_SHOWTIME, dicts

asked_user, asked_showtime = bindparam("user"), bindparam("showtime")
asked_seats = bindparam("seats", expanding=True)
LOCK_USER = select(User.id).where(User.id == asked_user).with_for_update(key_share=True)
LOCK_SEATS = (
    select(Seat.id, Seat.row, Seat.number, Seat.kind, Seat.is_blocked)
    .where(Seat.showtime_id == asked_showtime, Seat.id.in_(asked_seats))
    .order_by(Seat.id)
    .with_for_update(key_share=True)
)
mine = (
    select(func.count())
    .select_from(ReservedSeat)
    .join(Reservation, Reservation.id == ReservedSeat.reservation_id)
    .where(Reservation.showtime_id == asked_showtime, Reservation.user_id == asked_user, is_active)
    .scalar_subquery()
)
FACTS = (
    select(*BOOKED_SHOWTIME, Showtime.price, Showtime.premium_price, now.label("now"), mine.label("mine"))
    .join(Movie, Movie.id == Showtime.movie_id)
    .where(Showtime.id == asked_showtime)
)
of_seats = ReservedSeat.seat_id.in_(asked_seats), ReservedSeat.released_at.is_(None)
HOLDERS = select(ReservedSeat.seat_id, ReservedSeat.expires_at).where(*of_seats)
RELEASE = (
    update(ReservedSeat)
    .where(*of_seats, ReservedSeat.expires_at <= bindparam("at"))
    .values(released_at=bindparam("at"))
)
NEW_RESERVATION = insert(Reservation).returning(Reservation.id)
NEW_SEATS = insert(ReservedSeat)

has_expired = (Reservation.status == "held") & (Reservation.expires_at <= now)
shown_status = case((has_expired, "expired"), else_=Reservation.status).label("shown_status")
times = Reservation.created_at, Reservation.expires_at, Reservation.cancelled_at
RESERVATIONS = (
    select(
        Reservation.id.label("reservation_id"),
        Reservation.code,
        shown_status,
        *times,
        Reservation.cancelled_because,
        *BOOKED_SHOWTIME,
    )
    .join(Showtime, Showtime.id == Reservation.showtime_id)
    .join(Movie, Movie.id == Showtime.movie_id)
    .where(Reservation.user_id == asked_user)
    .order_by(Reservation.id.desc())
    .limit(bindparam("most"))
)
seat_status = case((is_active, "active"), else_="released").label("status")
SEATS_OF_RESERVATIONS = (
    select(ReservedSeat.reservation_id, Seat.id, Seat.row, Seat.number, Seat.kind, ReservedSeat.price, seat_status)
    .join(Seat, Seat.id == ReservedSeat.seat_id)
    .where(ReservedSeat.reservation_id.in_(bindparam("ids", expanding=True)))
    .order_by(Seat.id)
)


async def reserve(asked: Reserve, user: Row, database: AsyncConnection) -> dict:
    """Lock, look again, write."""
    asks = {"user": user.id, "showtime": asked.showtime_id, "seats": asked.seat_ids}
    await database.execute(LOCK_USER, asks)
    locked = (await database.execute(LOCK_SEATS, asks)).all()
    showtime = (await database.execute(FACTS, asks)).one_or_none()
    held_until = dict(map(tuple, (await database.execute(HOLDERS, asks)).all()))
    if showtime is None:
        raise Problem(400, "invalid")
    refuse(asked, showtime, showtime.now, showtime.mine, locked, held_until)
    if held_until:
        await database.execute(RELEASE, {**asks, "at": showtime.now})
    code = new_code()
    new = {"code": code, "user_id": user.id, "showtime_id": showtime.id, "status": "confirmed"}
    new |= {"created_at": showtime.now}
    pk = (await database.execute(NEW_RESERVATION, new)).scalar_one()
    seats = [{**seat._mapping, "price": price_of(seat.kind, showtime), "status": "active"} for seat in locked]
    of_reservation = {"reservation_id": pk, "showtime_id": showtime.id}
    await database.execute(
        NEW_SEATS, [{**of_reservation, "seat_id": seat["id"], "price": seat["price"]} for seat in seats]
    )
    unset = dict.fromkeys(("expires_at", "cancelled_at", "cancelled_because"))
    facts = {**showtime._mapping, **unset, "code": code, "created_at": showtime.now, "shown_status": "confirmed"}
    return shape(pk, facts, user, seats)


async def of_user(user: Row, most: int, database: AsyncConnection) -> list[dict]:
    """Their newest reservations, in two statements."""
    rows = (await database.execute(RESERVATIONS, {"user": user.id, "most": most})).mappings().all()
    of_reservation = defaultdict(list)
    for seat in await dicts(SEATS_OF_RESERVATIONS, database, ids=[row["reservation_id"] for row in rows]):
        of_reservation[seat["reservation_id"]].append(seat)
    return [shape(row["reservation_id"], row, user, of_reservation[row["reservation_id"]]) for row in rows]


def shape(pk: int, row: dict, user: Row, seats: list[dict]) -> dict:
    """A reservation as it is answered. Of an expired one, no seat is active."""
    is_over = row["shown_status"] == "expired"
    return {
        "id": pk,
        "code": row["code"],
        "user": {"id": user.id, "username": user.username},
        "showtime": {column.key: row[column.key] for column in BOOKED_SHOWTIME},
        "seats": [
            {
                "id": seat["id"],
                "label": f"{seat['row']}{seat['number']}",
                **{name: seat[name] for name in ("row", "number", "kind", "price")},
                "status": "released" if is_over else seat["status"],
            }
            for seat in seats
        ],
        "status": row["shown_status"],
        "total": sum((seat["price"] for seat in seats if seat["status"] == "active" and not is_over), Decimal("0.00")),
        "currency": "EUR",
        **{name: row[name] for name in ("created_at", "expires_at", "cancelled_at", "cancelled_because")},
    }
