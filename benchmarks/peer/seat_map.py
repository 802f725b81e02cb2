"""Why each seat of a showtime that is taken is: enough to tell whether anything in its seat map has changed."""

import hashlib

from sqlalchemy import bindparam, case, literal, select

from benchmarks.peer.tables import ReservedSeat, Seat, Showtime, is_active

asked = bindparam("showtime")
why = case((ReservedSeat.expires_at.is_(None), "reserved"), else_="held")
BLOCKED = select(Seat.id, literal("blocked")).where(Seat.showtime_id == asked, Seat.is_blocked)
RESERVED = select(ReservedSeat.seat_id, why).where(ReservedSeat.showtime_id == asked, is_active)
TAKEN = BLOCKED.union_all(RESERVED)


def etag_of(showtime: Showtime, is_open: bool, taken: dict[int, str]) -> str:
    facts = showtime.id, showtime.price, showtime.premium_price, showtime.changed_at, is_open, sorted(taken.items())
    return f'"{hashlib.sha256(repr(facts).encode()).hexdigest()[:32]}"'
