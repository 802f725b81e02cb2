"""What a client of a storm can ask of the API. Every answer is counted, and those about seats are written down."""

import json
import time
from array import array
from collections import Counter
from datetime import datetime
from typing import NamedTuple, TextIO
from urllib.parse import urlencode

from tests.storm.plan import User
from tests.storm.wire import Answer, Wire

LOST = "lost"
PRICES = {"standard": "price", "premium": "premium_price"}
EXPECTED = ("200", "201", "204", "404", "400 does_not_exist")


class Reservation(NamedTuple):
    """As far as a client cares: `until` is when the hold runs out, by the clock that all clients share."""

    id: int
    owner: int
    showtime: int
    seats: list[int]
    until: int | None

    @classmethod
    def of(cls, body: dict) -> "Reservation":
        seats = [seat["id"] for seat in body["seats"]]
        return cls(body["id"], body["user"]["id"], body["showtime"]["id"], seats, instant(body["expires_at"]))


def instant(text: str | None) -> int | None:
    """An instant that the server told, in nanoseconds of the monotonic clock."""
    return text and int(datetime.fromisoformat(text).timestamp() * 1e9) - wall_clock_ahead()


def wall_clock_ahead() -> int:
    """By how much the one clock is ahead of the other. A busy machine can stop us between the readings: then again."""
    while True:
        before, wall, after = time.monotonic_ns(), time.time_ns(), time.monotonic_ns()
        if after - before < 1_000_000:
            return wall - after


class Visitor:
    def __init__(self, address: tuple[str, int], history: TextIO):
        self.wire = Wire(address)
        self.history = history
        self.scenario = ""
        self.outcomes: Counter[tuple[str, str]] = Counter()
        self.milliseconds = array("f")

    def book(self, user: User, showtime: int, *, key: str | None = None, **asked) -> Reservation | None:
        """`seats` or `quantity`, and maybe `kind` and `hold`."""
        body = {"showtime_id": showtime, **asked}
        if "seats" in asked:
            body["seat_ids"] = body.pop("seats")
        headers = {"Idempotency-Key": key} if key else {}
        answer = self.ask("POST", "reservations/", user, body, **headers)
        self.write_down("book", user, showtime, answer, key=key, **asked)
        return Reservation.of(answer.body) if answer.is_ok else None

    def confirm(self, user: User, reservation: Reservation) -> None:
        answer = self.ask("POST", f"reservations/{reservation.id}/confirm/", user)
        self.write_down("confirm", user, reservation.showtime, answer, reservation=reservation.id)

    def cancel(self, user: User, reservation: Reservation, seats: list[int] | None = None) -> None:
        some = {} if seats is None else {"seats": seats}
        body = {} if seats is None else {"seat_ids": seats}
        answer = self.ask("POST", f"reservations/{reservation.id}/cancel/", user, body)
        self.write_down("cancel", user, reservation.showtime, answer, reservation=reservation.id, **some)

    def reservations(self, user: User, showtime: int, status: str) -> list[Reservation]:
        """The newest 20 of this showtime; an admin sees everybody's."""
        answer = self.ask("GET", f"reservations/?showtime_id={showtime}&status={status}", user)
        return [Reservation.of(each) for each in answer.body["results"]] if answer.is_ok else []

    def free_seats(self, user: User, showtime: int) -> list[int]:
        answer = self.ask("GET", f"showtimes/{showtime}/seats/?available=true", user)
        return [seat["id"] for seat in answer.body] if answer.is_ok else []

    def block(self, admin: User, showtime: int, seats: list[int]) -> None:
        answer = self.ask("POST", f"showtimes/{showtime}/seats/block/", admin, {"seat_ids": seats})
        self.write_down("block", admin, showtime, answer, seats=seats)

    def unblock(self, admin: User, showtime: int, seats: list[int]) -> None:
        answer = self.ask("POST", f"showtimes/{showtime}/seats/unblock/", admin, {"seat_ids": seats})
        self.write_down("unblock", admin, showtime, answer, seats=seats)

    def showtimes(self, user: User, **filters) -> list[dict]:
        answer = self.ask("GET", f"showtimes/?{urlencode(filters)}", user)
        return answer.body["results"] if answer.is_ok else []

    def add_showtime(self, admin: User, fields: dict) -> None:
        self.ask("POST", "showtimes/", admin, fields)

    def edit_showtime(self, admin: User, showtime: int, fields: dict, replaces: list[int] = ()) -> None:
        """`replaces`: the seats that are gone when this moves it to another hall."""
        answer = self.ask("PATCH", f"showtimes/{showtime}/", admin, fields)
        prices = [[kind, fields[name]] for kind, name in PRICES.items() if name in fields]
        self.write_down("edit_showtime", admin, showtime, answer, replaces=list(replaces), prices=prices)

    def cancel_showtime(self, admin: User, showtime: int) -> None:
        answer = self.ask("POST", f"showtimes/{showtime}/cancel/", admin)
        self.write_down("cancel_showtime", admin, showtime, answer)

    def delete_showtime(self, admin: User, showtime: int) -> None:
        answer = self.ask("DELETE", f"showtimes/{showtime}/", admin)
        self.write_down("delete_showtime", admin, showtime, answer)

    def ask(self, method: str, path: str, user: User, body: dict | None = None, **headers: str) -> Answer:
        answer = self.wire.ask(method, path, user.token, body, **headers)
        self.outcomes[self.scenario, outcome(answer)] += 1
        self.milliseconds.append((answer.end - answer.start) / 1e6)
        return answer

    def write_down(self, op: str, user: User, showtime: int, answer: Answer, **asked) -> None:
        """A record as `tests.history.records` describes it."""
        record = {"op": op, "scenario": self.scenario, "user": user.id, "showtime": showtime, **asked}
        record |= {"start": answer.start, "end": answer.end, "status": answer.status, "answer": essence(answer, asked)}
        self.history.write(json.dumps(record) + "\n")


def outcome(answer: Answer) -> str:
    """In words, for the counts: a status, and why if it is a refusal."""
    if answer.status is None:
        return LOST
    if answer.status < 400 or answer.status == 404 or not isinstance(answer.body, dict):
        return str(answer.status)
    if answer.status == 400:
        return " ".join(["400", *sorted({error["code"] for error in answer.body.get("errors", ())})])
    return f"{answer.status} {answer.body['code']}"


def is_expected(outcome: str) -> bool:
    """Whether a server that is well, and asked as here, may answer so."""
    return outcome in EXPECTED or outcome[:3] in ("409", "422")


def essence(answer: Answer, asked: dict) -> dict:
    """What of the answer tells about seats."""
    body = answer.body
    if not isinstance(body, dict):
        return {}
    if answer.status >= 400:
        refused = [[seat["id"], seat["reason"]] for seat in body.get("seats", ())]
        return {"code": body["code"], "seats": refused, "missing": missing(body.get("errors", ()), asked)}
    if "seats" not in body:
        return {}
    by_status = {"active": [], "released": []}
    for seat in body["seats"]:
        by_status[seat["status"]].append(seat["id"])
    prices = {("premium" if seat["kind"] == "premium" else "standard", seat["price"]) for seat in body["seats"]}
    if body["status"] == "expired":
        # On a machine so busy, the hold ran out before its answer was written: a hold it was, of all these seats.
        body, by_status = {**body, "status": "held"}, {"active": by_status["released"], "released": []}
    told = {"reservation": body["id"], "owner": body["user"]["id"], "status": body["status"]}
    until = instant(body["expires_at"])
    return {**told, **by_status, "prices": sorted(prices), "until": until, "replayed": answer.replayed}


def missing(errors: list[dict], asked: dict) -> list[int]:
    """The asked seats that do not exist: those that are named, or all of them where the showtime itself is gone."""
    seats = asked.get("seats", [])
    where = [error["attr"].partition(".") for error in errors if error["code"] == "does_not_exist"]
    if any(field != "seat_ids" for field, _, _ in where):
        return seats
    return [seats[int(position)] for _, _, position in where]
