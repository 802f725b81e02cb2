"""Reserving, with the same locks in the same order as the cinema's, and its refusals."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from benchmarks.peer.problems import Problem
from benchmarks.peer.schemas import Reserve
from benchmarks.peer.tables import Reservation, ReservedSeat, Seat, Showtime, User, is_active, now

CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
MOST = 20  # seats of one user in a showtime


async def reserve(asked: Reserve, user: User, session: AsyncSession) -> Reservation:
    """Lock, look again, write."""
    await session.execute(select(User.id).where(User.id == user.id).with_for_update(key_share=True))
    of_showtime = select(Seat).where(Seat.showtime_id == asked.showtime_id, Seat.id.in_(asked.seat_ids))
    seats = (await session.scalars(of_showtime.order_by(Seat.id).with_for_update(key_share=True))).all()
    showtime = await session.get(Showtime, asked.showtime_id, options=[joinedload(Showtime.movie)])
    if showtime is None:
        raise Problem(400, "invalid")
    at, mine = (
        await session.execute(
            select(now, func.count(ReservedSeat.id))
            .join(Reservation, Reservation.id == ReservedSeat.reservation_id)
            .where(Reservation.showtime_id == showtime.id, Reservation.user_id == user.id, is_active)
        )
    ).one()
    holds = await session.scalars(
        select(ReservedSeat).where(ReservedSeat.seat_id.in_(asked.seat_ids), ReservedSeat.released_at.is_(None))
    )
    held = {hold.seat_id: hold for hold in holds}
    refuse(asked, showtime, at, mine, seats, {pk: hold.expires_at for pk, hold in held.items()})
    for hold in held.values():
        hold.released_at = at
    if held:
        await session.flush()  # else the new ones are written first
    reservation = Reservation(
        code=new_code(),
        user=user,
        showtime=showtime,
        status="confirmed",
        created_at=at,
        reserved_seats=[
            ReservedSeat(seat=seat, showtime_id=showtime.id, price=price_of(seat.kind, showtime)) for seat in seats
        ],
    )
    session.add(reservation)
    await session.commit()
    return reservation


def new_code() -> str:
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(8))


def price_of(kind: str, showtime: Showtime) -> Decimal:
    return showtime.premium_price if kind == "premium" and showtime.premium_price is not None else showtime.price


def refuse(
    asked: Reserve,
    showtime: Showtime,
    at: datetime,
    mine: int,
    seats: Iterable[Seat],
    held_until: dict[int, datetime | None],
) -> None:
    """Raises Problem, as the cinema does, for what cannot be had. `mine` is how many seats the user has already."""
    if len(seats) < len(asked.seat_ids):
        raise Problem(400, "invalid")
    if showtime.status == "cancelled":
        raise Problem(409, "showtime_cancelled")
    if showtime.starts_at <= at:
        raise Problem(409, "showtime_started")
    if mine + len(seats) > MOST:
        raise Problem(409, "seat_limit_exceeded")
    taken = []
    for seat in seats:
        until = held_until.get(seat.id, at)
        if seat.is_blocked or until is None or until > at:
            reason = "blocked" if seat.is_blocked else "reserved" if until is None else "held"
            taken.append({"id": seat.id, "label": f"{seat.row}{seat.number}", "reason": reason})
    if taken:
        labels = " and ".join(seat["label"] for seat in taken)
        named = f"Seat {labels} is" if len(taken) == 1 else f"Seats {labels} are"
        raise Problem(409, "seats_unavailable", f"{named} not available.", seats=taken)
