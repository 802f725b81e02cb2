"""Hand-made histories of seat 1 (and sometimes 2), good and bad. Times are milliseconds."""

import random

import pytest

from tests.history.checker import complaints

MS = 1_000_000
SEAT, OTHER = 1, 2


def request(op: str, start: float, end: float, status: int | None = 200, **asked) -> dict:
    answer = asked.pop("answer", {})
    times = {"start": int(start * MS), "end": int(end * MS)}
    return {"op": op, "user": 1, "showtime": 1, "status": status, "answer": answer, **times, **asked}


def answer_of(reservation: int, active=(SEAT,), released=(), until: float | None = None, replayed=False) -> dict:
    return {
        **{"reservation": reservation, "owner": 1, "active": list(active), "released": list(released)},
        **{"status": "held" if until else "confirmed", "until": until and int(until * MS), "replayed": replayed},
    }


def booked(start, end, reservation, seats=(SEAT,), until=None, **more) -> dict:
    answer = answer_of(reservation, seats, until=until, replayed=more.pop("replayed", False))
    return request("book", start, end, 201, seats=list(seats), hold=until is not None, answer=answer, **more)


def paid(start, end, reservation, seats=(SEAT, OTHER), **prices) -> dict:
    record = booked(start, end, reservation, seats)
    return {**record, "answer": {**record["answer"], "prices": list(prices.items())}}


def priced(start, end, status=200, **prices) -> dict:
    return request("edit_showtime", start, end, status, prices=list(prices.items()))


def refused(start, end, code="seats_unavailable", op="book", seats=(SEAT,), named=None, **more) -> dict:
    named = [(seat, "reserved") for seat in seats] if named is None else named
    answer = {"code": code, "seats": [list(each) for each in named], "missing": list(more.pop("missing", ()))}
    asked = {"reservation": more.pop("reservation")} if "reservation" in more else {"seats": list(seats)}
    status = 400 if code == "invalid" else 409
    return request(op, start, end, status, answer=answer, **asked, **more)


def cancelled(start, end, reservation, seats=None, active=(), released=(SEAT,)) -> dict:
    asked = {} if seats is None else {"seats": list(seats)}
    return request(
        "cancel", start, end, reservation=reservation, answer=answer_of(reservation, active, released), **asked
    )


def confirmed(start, end, reservation, active=(SEAT,), released=()) -> dict:
    return request("confirm", start, end, reservation=reservation, answer=answer_of(reservation, active, released))


def on_seats(op, start, end, seats=(SEAT,), status=200) -> dict:
    return request(op, start, end, status, seats=list(seats))


def lost(op, start, end, status=None, **asked) -> dict:
    return request(op, start, end, status, **asked)


GOOD = {
    "one wins, one loses": [booked(0, 10, 7), refused(5, 15)],
    "the loser is answered first": [booked(0, 10, 7), refused(1, 2)],
    "one after the other, given back between": [booked(0, 10, 7), cancelled(11, 12, 7), booked(13, 20, 8)],
    "given back just in time": [booked(0, 10, 7), cancelled(11, 20, 7), booked(12, 13, 8)],
    "a refusal that overlaps with a holder of a moment": [
        *(booked(0, 4, 7), cancelled(5, 9, 7)),
        refused(3, 30),
        *(booked(10, 12, 8), refused(13, 14)),
    ],
    "a refusal names one of two seats": [
        booked(0, 10, 7),
        refused(11, 12, seats=(SEAT, OTHER), named=[(SEAT, "reserved")]),
    ],
    "a hold keeps others away until it runs out": [
        booked(0, 10, 7, until=2000),
        refused(1900, 1910, named=[(SEAT, "held")]),
        booked(2001, 2005, 8),
        refused(2100, 2110, op="confirm", code="hold_expired", reservation=7),
    ],
    "an expired hold is rebooked within the slack of the clocks": [booked(0, 10, 7, until=2000), booked(1970, 1980, 8)],
    "a hold is confirmed at the last moment": [
        booked(0, 10, 7, until=2000),
        confirmed(1990, 2100, 7),
        refused(3000, 3010),
    ],
    "a hold is cancelled, another confirmed": [
        booked(0, 10, 7, until=2000),
        cancelled(20, 30, 7),
        booked(40, 50, 8, until=2040),
        confirmed(60, 70, 8),
        refused(2500, 2510),
    ],
    "confirmed twice": [booked(0, 10, 7, until=2000), confirmed(20, 30, 7), confirmed(4000, 4010, 7)],
    "a part is cancelled, then the rest is confirmed": [
        booked(0, 10, 7, seats=(SEAT, OTHER), until=2000),
        cancelled(20, 30, 7, seats=(SEAT,), active=(OTHER,)),
        confirmed(40, 50, 7, active=(OTHER,), released=(SEAT,)),
        booked(60, 70, 8),
    ],
    "cancelled twice, and rebooked between": [
        *(booked(0, 10, 7), cancelled(20, 30, 7), booked(40, 50, 8), cancelled(60, 70, 7)),
        refused(80, 90),
    ],
    "two cancel at once": [booked(0, 10, 7), cancelled(20, 40, 7), cancelled(21, 41, 7), booked(30, 35, 8)],
    "blocked, refused, unblocked, booked": [
        on_seats("block", 0, 10),
        refused(11, 12, named=[(SEAT, "blocked")]),
        on_seats("unblock", 13, 14),
        booked(15, 16, 7),
        refused(17, 18, op="block"),
    ],
    "a block beside a booking that fails": [on_seats("block", 0, 10), refused(0, 9, named=[(SEAT, "blocked")])],
    "a cancelled showtime": [
        booked(0, 10, 7),
        request("cancel_showtime", 20, 30),
        refused(31, 32, code="showtime_cancelled"),
        cancelled(33, 34, 7),
        request("cancel_showtime", 35, 36),
    ],
    "a deleted showtime": [
        request("delete_showtime", 0, 10, 204, seats=[SEAT]),
        refused(11, 12, code="invalid", missing=(SEAT,)),
    ],
    "a showtime moved to another hall": [
        request("edit_showtime", 0, 10, replaces=[SEAT]),
        refused(5, 12, code="invalid", missing=(SEAT,)),
        booked(20, 30, 7, seats=(OTHER,)),
    ],
    "a showtime moved and then deleted": [
        request("edit_showtime", 0, 10, replaces=[SEAT]),
        request("delete_showtime", 20, 30, 204),
    ],
    "a new price": [booked(0, 10, 7), request("edit_showtime", 11, 12), refused(13, 14)],
    "a lost booking that must have happened": [lost("book", 0, 10, seats=[SEAT]), refused(20, 30)],
    "a lost booking that happened late": [
        lost("book", 0, 10, seats=[SEAT]),
        booked(20, 30, 7),
        cancelled(40, 50, 7),
        refused(60, 70),
    ],
    "a lost booking that must not have happened": [
        lost("book", 0, 10, seats=[SEAT]),
        booked(20, 30, 7),
        refused(40, 50),
    ],
    "a 503 counts as lost": [lost("book", 0, 10, 503, seats=[SEAT]), refused(20, 30)],
    "a lost hold that ran out": [
        lost("book", 0, 10, seats=[SEAT], hold=True),
        refused(20, 30, named=[(SEAT, "held")]),
        booked(2500, 2510, 7),
    ],
    "a lost booking of the best available": [lost("book", 0, 10, quantity=1), refused(20, 30)],
    "a lost cancellation that happened": [booked(0, 10, 7), lost("cancel", 20, 30, reservation=7), booked(40, 50, 8)],
    "a lost cancellation that did not": [booked(0, 10, 7), lost("cancel", 20, 30, reservation=7), refused(40, 50)],
    "a lost block": [lost("block", 0, 10, seats=[SEAT]), refused(20, 30, named=[(SEAT, "blocked")])],
    "a lost cancellation of the showtime": [
        *(booked(0, 10, 7), lost("cancel_showtime", 20, 30)),
        refused(40, 50, code="showtime_cancelled"),
    ],
    "a repetition of a key": [booked(0, 10, 7, key="k"), booked(5, 20, 7, key="k", replayed=True)],
    "a repetition tells what a lost answer was": [
        lost("book", 0, 10, seats=[SEAT], key="k"),
        refused(11, 12),
        booked(15, 20, 7, key="k", replayed=True),
        cancelled(30, 40, 7),
        booked(50, 60, 8),
    ],
    "a cancellation tells of a lost booking": [
        lost("book", 0, 10, seats=[SEAT]),
        cancelled(30, 40, 7),
        booked(50, 60, 8),
    ],
    "prices change": [
        *(paid(0, 10, 7, standard="5.00", premium="6.00"), cancelled(11, 12, 7)),
        priced(20, 30, standard="8.00", premium="9.00"),
        *(paid(25, 26, 8, standard="5.00", premium="6.00"), cancelled(26, 27, 8)),
        paid(28, 29, 9, standard="8.00", premium="9.00"),
    ],
    "a lost change of prices": [
        *(priced(0, 10, None, standard="8.00"), paid(20, 30, 7, standard="5.00"), cancelled(31, 32, 7)),
        paid(33, 34, 8, standard="8.00"),
    ],
    "as many holds as allowed, then one expires": [
        *(booked(0, 10, n, seats=[n], until=2000) for n in range(3)),
        refused(11, 12, code="hold_limit_exceeded", seats=[4], named=()),
        booked(2001, 2005, 4, seats=[4], until=4000),
    ],
    "a hold more after one was confirmed": [
        *(booked(0, 10, n, seats=[n], until=2000) for n in range(3)),
        confirmed(20, 30, 1, active=[1]),
        booked(40, 50, 4, seats=[4], until=2040),
    ],
    "as many seats as allowed": [
        *(booked(0, 10, n, seats=range(10 * n, 10 * n + 10)) for n in range(2)),
        refused(11, 12, code="seat_limit_exceeded", seats=[30], named=()),
        request("cancel", 20, 30, seats=[5], reservation=0, answer=answer_of(0, [1], [5])),
        booked(40, 50, 4, seats=[30]),
    ],
    "other refusals say nothing of seats": [
        refused(0, 10, code="not_enough_seats", named=()),
        refused(0, 10, code="idempotency_key_reused", named=()),
    ],
}

BAD = {
    "two overlapping successes": [booked(0, 10, 7), booked(5, 15, 8)],
    "two successes and a release that is too late": [booked(0, 10, 7), booked(5, 15, 8), cancelled(16, 20, 7)],
    "a refusal without a holder": [refused(0, 10)],
    "a refusal before anybody came": [refused(0, 10), booked(11, 20, 7)],
    "a refusal after the seat was given back": [booked(0, 10, 7), cancelled(11, 20, 7), refused(21, 30)],
    "a refusal for the wrong reason": [booked(0, 10, 7), refused(11, 20, named=[(SEAT, "held")])],
    "a refusal that names nobody's seat too": [
        booked(0, 10, 7),
        refused(11, 20, seats=(SEAT, OTHER), named=[(SEAT, "reserved"), (OTHER, "reserved")]),
    ],
    "a refusal that does not name a taken seat": [
        *(booked(0, 10, 7), booked(0, 10, 8, seats=(OTHER,))),
        refused(11, 20, seats=(SEAT, OTHER), named=[(SEAT, "reserved")]),
    ],
    "a refusal that names no seat": [booked(0, 10, 7), refused(11, 20, named=())],
    "less than it asked for": [
        request("book", 0, 10, 201, seats=[SEAT, OTHER], answer=answer_of(7, (SEAT,))),
    ],
    "half a group": [booked(0, 10, 7, seats=(SEAT, OTHER)), booked(20, 30, 8, seats=(OTHER,))],
    "a hold is taken over too early": [booked(0, 10, 7, until=2000), booked(1900, 1910, 8)],
    "an expired hold still keeps others away": [
        booked(0, 10, 7, until=2000),
        refused(2100, 2110, named=[(SEAT, "held")]),
    ],
    "an expired hold is confirmed": [booked(0, 10, 7, until=2000), confirmed(2100, 2110, 7)],
    "a hold is confirmed after it was taken over": [
        booked(0, 10, 7, until=2000),
        booked(2001, 2005, 8),
        confirmed(2006, 2010, 7),
    ],
    "a hold has run out too early": [
        booked(0, 10, 7, until=2000),
        refused(100, 110, op="confirm", code="hold_expired", reservation=7),
    ],
    "a lost update: a confirmed hold runs out": [
        *(booked(0, 10, 7, until=2000), confirmed(20, 30, 7)),
        booked(2100, 2110, 8),
    ],
    "a lost update: a cancelled seat stays reserved": [
        *(booked(0, 10, 7), cancelled(20, 30, 7)),
        refused(40, 50),
    ],
    "a lost update: the answer to a cancellation": [
        booked(0, 10, 7),
        cancelled(20, 30, 7, active=(SEAT,), released=()),
    ],
    "a cancellation of a hold that was taken over": [
        booked(0, 10, 7, until=2000),
        booked(2001, 2005, 8),
        cancelled(2006, 2010, 7),
    ],
    "a cancelled reservation that others never let go": [
        booked(0, 10, 7),
        refused(20, 30, op="confirm", code="reservation_cancelled", reservation=7),
    ],
    "a blocked seat is booked": [on_seats("block", 0, 10), booked(11, 20, 7)],
    "a booked seat is blocked": [booked(0, 10, 7), on_seats("block", 11, 20)],
    "an unblocked seat is refused": [
        *(on_seats("block", 0, 10), on_seats("unblock", 11, 20)),
        refused(21, 30, named=[(SEAT, "blocked")]),
    ],
    "a cancelled showtime sells": [request("cancel_showtime", 0, 10), booked(11, 20, 7)],
    "a showtime that goes on counts as cancelled": [refused(0, 10, code="showtime_cancelled"), booked(20, 30, 7)],
    "a showtime is deleted that was sold": [booked(0, 10, 7), request("delete_showtime", 20, 30, 204)],
    "a showtime is moved that was sold and given back": [
        *(booked(0, 10, 7), cancelled(11, 20, 7)),
        request("edit_showtime", 30, 40, replaces=[SEAT]),
    ],
    "a seat that is gone was sold": [request("delete_showtime", 0, 10, 204, seats=[SEAT]), booked(20, 30, 7)],
    "one lost booking cannot be two": [
        lost("book", 0, 10, seats=[SEAT], user=1),
        *(refused(20, 30), cancelled(40, 50, 7), refused(60, 70)),
    ],
    "a lost booking cannot have happened before it was asked": [refused(0, 10), lost("book", 20, 30, seats=[SEAT])],
    "a lost booking cannot end a reservation": [
        booked(0, 10, 7),
        lost("book", 20, 30, seats=[SEAT]),
        booked(40, 50, 8),
    ],
    "a lost cancellation cannot be of somebody else": [
        *(booked(0, 10, 7), lost("cancel", 20, 30, reservation=6)),
        booked(40, 50, 8),
    ],
    "a key is answered with two reservations": [booked(0, 10, 7, key="k"), booked(5, 20, 8, key="k", replayed=True)],
    "half a change of prices": [
        *(paid(0, 10, 7, standard="5.00", premium="6.00"), cancelled(11, 12, 7)),
        *(priced(20, 30, standard="8.00", premium="9.00"), paid(20, 30, 8, standard="5.00", premium="9.00")),
    ],
    "an old price": [
        *(paid(0, 10, 7, standard="5.00"), cancelled(11, 12, 7)),
        *(priced(20, 30, standard="8.00"), paid(31, 40, 8, standard="5.00")),
    ],
    "a hold too many": [booked(0, 10, n, seats=[n], until=2000) for n in range(4)],
    "a seat too many": [booked(0, 10, n, seats=range(7 * n, 7 * n + 7)) for n in range(3)],
    "a hold refused too early": [
        *(booked(0, 10, n, seats=[n], until=2000) for n in range(2)),
        refused(11, 12, code="hold_limit_exceeded", seats=[4], named=()),
    ],
    "a seat refused too early": [
        booked(0, 10, 7, seats=range(10)),
        refused(11, 12, code="seat_limit_exceeded", seats=range(20, 30), named=()),
    ],
    "a repetition of what nobody did": [booked(5, 20, 7, key="k", replayed=True)],
}


@pytest.mark.parametrize("history", GOOD.values(), ids=GOOD)
def test_some_order_explains(history):
    assert complaints(history) == []


@pytest.mark.parametrize("history", BAD.values(), ids=BAD)
def test_no_order_explains(history):
    assert complaints(history)


def test_a_complaint_names_the_seat_what_it_can_be_and_the_request():
    [complaint] = complaints([booked(0, 10, 7), refused(8, 30, named=[(SEAT, "held")])])
    assert complaint.startswith("seat 1, reserved (7): no order of events explains\n    See(")
    assert "from 8.0 to 30.0 ms: {'op': 'book'" in complaint


class TestLongHistories:
    """Ten thousand requests to one honest seat, twelve at any time: quick to explain, and one lie is found."""

    def history(self, seed: int) -> list[dict]:
        rng, records, holder, now = random.Random(seed), [], None, 0.0
        for number in range(10_000):
            now += rng.random()
            start, end = now - 6 * rng.random(), now + 6 * rng.random()
            if holder is None:
                holder = number
                records.append(booked(start, end, number))
            elif rng.random() < 0.05:
                # Whoever cancels knows the reservation, so the booking was answered.
                start = max(start, records[holder]["end"] / MS)
                now = max(now, start)
                records.append(cancelled(start, max(end, now), holder))
                holder = None
            else:
                records.append(refused(start, end))
        return records

    @pytest.mark.timeout(30)
    def test_is_explained(self):
        assert complaints(self.history(seed=1)) == []

    @pytest.mark.timeout(30)
    @pytest.mark.parametrize("seed", range(5))
    def test_a_booking_too_many_is_found(self, seed):
        history = self.history(seed)
        at = next(n for n in range(5_000, 10_000) if is_amid_a_long_holding(history, n))
        middle = history[at]["start"] / MS
        lie = booked(middle, middle + 0.001, 10_001)
        assert complaints([*history, lie])

    @pytest.mark.timeout(30)
    def test_is_explained_with_lost_answers(self):
        history = self.history(seed=2)
        for record in random.Random(2).sample([each for each in history if each["status"] == 409], 30):
            record.update(status=None, answer={})
        assert complaints(history) == []


def is_amid_a_long_holding(history: list[dict], n: int) -> bool:
    """Whether all that is near here is refused, so that the seat is taken for sure."""
    return all(record["status"] == 409 for record in history[n - 30 : n + 30])
