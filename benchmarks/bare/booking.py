"""Reservations: how they are written, and how they are shown."""

import secrets
from decimal import Decimal

from benchmarks.bare import statements
from benchmarks.bare.base import Refused, rows, transaction, value

CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
MOST = 20  # seats of one user in a showtime


def reserve(user: dict, body: dict) -> dict:
    """Lock, look again, write: the same order and the same refusals as the cinema's."""
    asked = {"user": user["id"], "showtime": body["showtime_id"], "seats": body["seat_ids"]}
    with transaction():
        value(statements.LOCK_USER, **asked)
        seats = rows(statements.LOCK_SEATS, **asked)
        facts = rows(statements.FACTS, **asked)[0]
        holders = {row["seat_id"]: row["expires_at"] for row in rows(statements.HOLDERS, **asked)}
        refuse(facts, seats, asked["seats"], holders)
        if holders:
            value(statements.RELEASE, now=facts["now"], **asked)
        for seat in seats:
            premium = seat["kind"] == "premium" and facts["premium_price"] is not None
            seat["price"] = facts["premium_price"] if premium else facts["price"]
        written = {
            "code": "".join(secrets.choice(CODE_ALPHABET) for _ in range(8)),
            "created_at": facts["now"],
            **dict.fromkeys(("expires_at", "cancelled_at", "cancelled_because")),
        }
        chosen = {"seats": [seat["id"] for seat in seats], "prices": [seat["price"] for seat in seats]}
        new = {**asked, **chosen, "code": written["code"], "now": facts["now"]}
        written["id"] = value(statements.RESERVE, **new)
    showtime = {"showtime_id": facts["id"], "showtime_status": facts["status"]}
    active = [seat_of_reservation(seat) for seat in seats]
    return shape({**facts, **showtime, **written, "status": "confirmed"}, user, active)


def refuse(facts: dict, seats: list[dict], asked: list[int], holders: dict) -> None:
    if len(seats) < len(asked):
        raise Refused(400, "invalid")
    if facts["status"] != "scheduled" or facts["starts_at"] <= facts["now"]:
        raise Refused(409, "showtime_cancelled" if facts["status"] != "scheduled" else "showtime_started")
    if facts["mine"] + len(asked) > MOST:
        raise Refused(409, "seat_limit_exceeded")
    taken = []
    for seat in seats:
        held_until = holders.get(seat["id"], facts["now"])
        if seat["is_blocked"] or held_until is None or held_until > facts["now"]:
            reason = "blocked" if seat["is_blocked"] else "reserved" if held_until is None else "held"
            taken.append({"id": seat["id"], "label": f"{seat['row']}{seat['number']}", "reason": reason})
    if taken:
        labels = " and ".join(seat["label"] for seat in taken)
        named = f"Seat {labels} is" if len(taken) == 1 else f"Seats {labels} are"
        raise Refused(409, "seats_unavailable", f"{named} not available.", seats=taken)


def seat_of_reservation(seat: dict) -> dict:
    shown = {name: seat[name] for name in ("row", "number", "kind", "price")}
    return {"id": seat["id"], "label": f"{seat['row']}{seat['number']}", **shown, "status": "active"}


def shape(row: dict, user: dict, seats: list[dict]) -> dict:
    """A reservation as it is answered. Of an expired or cancelled one, no seat is active."""
    if row["status"] == "expired":
        seats = [{**seat, "status": "released"} for seat in seats]
    total = sum((seat["price"] for seat in seats if seat["status"] == "active"), Decimal("0.00"))
    return {
        "id": row["id"],
        "code": row["code"],
        "user": user,
        "showtime": {
            "id": row["showtime_id"],
            **{name: row[name] for name in ("movie_id", "movie_title", "hall_number", "starts_at", "ends_at")},
            "status": row["showtime_status"],
        },
        "seats": [{**seat, "price": str(seat["price"])} for seat in seats],
        "status": row["status"],
        "total": str(total),
        "currency": "EUR",
        **{name: row[name] for name in ("created_at", "expires_at", "cancelled_at", "cancelled_because")},
    }
