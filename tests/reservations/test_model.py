"""
The whole trade against a model of it in plain Python: whatever is done, in whatever order, the two agree.

hypothesis looks for a sequence of steps after which they do not, and shortens it. The clock moves only by a step.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from reservations.invariants import broken_promises
from tests.cast import as_, make_user
from tests.cinema import ids_of, make_hall, make_movie, make_showtime
from users.models import Role

HOLD = timedelta(seconds=600)
OPENS, STARTS = datetime.fromisoformat("2030-01-01T18:00Z"), datetime.fromisoformat("2030-01-01T20:00Z")
FOR_EVER = datetime.max.replace(tzinfo=OPENS.tzinfo)
SEATS = st.sets(st.integers(0, 5), min_size=1, max_size=4)
WHO = st.sampled_from(["alice", "bob"])


@dataclass
class Booking:
    """A reservation as the model knows it. `seats` are those not given back; they count until `until`."""

    user: str
    seats: set[int]
    status: str
    until: datetime = FOR_EVER

    def is_active(self, now: datetime) -> bool:
        return self.status != "cancelled" and now < self.until

    def shown(self, now: datetime) -> str:
        return "expired" if self.status == "held" and now >= self.until else self.status


class Cinema(RuleBasedStateMachine):
    @initialize()
    def open(self):
        self.everything = transaction.atomic()
        self.everything._from_testcase = True  # as far as `durable` is concerned, this is the outside
        self.everything.__enter__()
        self.clock = time_machine.travel(OPENS, tick=False)
        self.now = self.clock.start()
        self.clients = {name: as_(make_user(name)) for name in ("alice", "bob")}
        self.clients["ada"] = as_(make_user("ada", Role.ADMIN))
        self.showtime = make_showtime(make_movie(), make_hall(layout=["SSS", "PPP"]), starts_at=STARTS)
        self.ids = ids_of(self.showtime)
        self.bookings: dict[int, Booking] = {}
        self.blocked: set[int] = set()
        self.cancelled = False

    def teardown(self):
        if hasattr(self, "clock"):
            self.clock.stop()
            transaction.set_rollback(True)
            self.everything.__exit__(None, None, None)

    # The model.

    def closed(self) -> str | None:
        if self.cancelled:
            return "showtime_cancelled"
        return "showtime_started" if timezone.now() >= STARTS else None

    def active(self) -> list[Booking]:
        return [booking for booking in self.bookings.values() if booking.is_active(timezone.now())]

    def status_of(self, seat: int) -> str:
        if seat in self.blocked:
            return "blocked"
        holder = next((booking for booking in self.active() if seat in booking.seats), None)
        return "available" if holder is None else {"held": "held", "confirmed": "reserved"}[holder.status]

    def refusal_of_booking(self, user: str, seats: set[int], hold: bool) -> str | None:
        mine = [booking for booking in self.active() if booking.user == user]
        if self.closed():
            return self.closed()
        if sum(len(booking.seats) for booking in mine) + len(seats) > 4:
            return "seat_limit_exceeded"
        if hold and sum(booking.status == "held" for booking in mine) >= 2:
            return "hold_limit_exceeded"
        return "seats_unavailable" if any(self.status_of(seat) != "available" for seat in seats) else None

    # The steps. Each asks the model first.

    @rule(user=WHO, seats=SEATS, hold=st.booleans())
    def book(self, user, seats, hold):
        refusal = self.refusal_of_booking(user, seats, hold)
        seat_ids = [self.ids[seat] for seat in seats]
        body = {"showtime_id": self.showtime.pk, "seat_ids": seat_ids, "hold": hold}
        answer = self.clients[user].post("/api/v1/reservations/", body).json()
        assert answer.get("code") == refusal or (refusal is None and len(answer["code"]) == 8)
        if refusal == "seats_unavailable":
            taken = {(self.ids[seat], self.status_of(seat)) for seat in seats if self.status_of(seat) != "available"}
            assert {(seat["id"], seat["reason"]) for seat in answer["seats"]} == taken
        if refusal is None:
            booking = Booking(user, set(seats), "held" if hold else "confirmed")
            if hold:
                booking.until = timezone.now() + HOLD
            self.bookings[answer["id"]] = booking

    @precondition(lambda self: self.bookings)
    @rule(data=st.data())
    def confirm(self, data):
        pk, booking = data.draw(st.sampled_from(sorted(self.bookings.items(), key=lambda item: item[0])))
        if booking.status == "confirmed":
            expected = (200, "confirmed")
        elif self.closed():
            expected = (409, self.closed())
        elif booking.status == "cancelled":
            expected = (409, "reservation_cancelled")
        elif not booking.is_active(timezone.now()):
            expected = (409, "hold_expired")
        else:
            expected = (200, "confirmed")
            booking.status, booking.until = "confirmed", FOR_EVER
        response = self.clients[booking.user].post(f"/api/v1/reservations/{pk}/confirm/")
        assert (response.status_code, outcome(response)) == expected

    @precondition(lambda self: self.bookings)
    @rule(data=st.data(), by_admin=st.booleans(), some=st.booleans())
    def cancel(self, data, by_admin, some):
        pk, booking = data.draw(st.sampled_from(sorted(self.bookings.items(), key=lambda item: item[0])))
        seats = (
            data.draw(st.sets(st.sampled_from(sorted(booking.seats)), min_size=1)) if some and booking.seats else None
        )
        if booking.status == "cancelled":
            expected = (200, "cancelled")
        elif self.closed():
            expected = (409, self.closed())
        elif not booking.is_active(timezone.now()):
            expected = (409, "hold_expired")
        else:
            booking.seats -= booking.seats if seats is None else seats
            booking.status = booking.status if booking.seats else "cancelled"
            expected = (200, booking.status)
        body = {} if seats is None else {"seat_ids": [self.ids[seat] for seat in seats]}
        response = self.clients["ada" if by_admin else booking.user].post(f"/api/v1/reservations/{pk}/cancel/", body)
        assert (response.status_code, outcome(response)) == expected

    @rule(seats=SEATS)
    def block(self, seats):
        is_refused = any(self.status_of(seat) in ("held", "reserved") for seat in seats)
        response = self.as_admin("seats/block", seats)
        assert response.status_code == (409 if is_refused else 200)
        if not is_refused:
            self.blocked |= seats

    @rule(seats=SEATS)
    def unblock(self, seats):
        assert self.as_admin("seats/unblock", seats).status_code == 200
        self.blocked -= seats

    @rule(minutes=st.sampled_from([1, 4, 9, 10, 11, 60]))
    def wait(self, minutes):
        self.now.shift(timedelta(minutes=minutes))

    @precondition(lambda self: self.bookings)
    @rule(last=st.integers(0, 9))
    def cancel_showtime(self, last):
        if last:  # once in ten times, or there would be little else to see
            return
        response = self.as_admin("cancel")
        if self.closed() == "showtime_started":
            assert outcome(response) == "showtime_started"
            return
        assert response.status_code == 200
        for booking in self.active():
            booking.seats, booking.status = set(), "cancelled"
        self.cancelled = True

    def as_admin(self, what: str, seats: set[int] | None = None):
        body = None if seats is None else {"seat_ids": [self.ids[seat] for seat in seats]}
        return self.clients["ada"].post(f"/api/v1/showtimes/{self.showtime.pk}/{what}/", body)

    # What must be so after each step.

    @invariant()
    def the_seat_map_agrees(self):
        seats = self.clients["bob"].get(f"/api/v1/showtimes/{self.showtime.pk}/seats/").json()
        assert [seat["status"] for seat in seats] == [self.status_of(seat) for seat in range(6)]

    @invariant()
    def the_count_of_available_seats_agrees(self):
        showtime = self.clients["bob"].get(f"/api/v1/showtimes/{self.showtime.pk}/").json()
        free = sum(self.status_of(seat) == "available" for seat in range(6))
        assert showtime["available_seats"] == (0 if self.closed() else free)

    @invariant()
    def the_reservations_agree(self):
        listed = self.clients["ada"].get("/api/v1/reservations/?page_size=100").json()["results"]
        now = timezone.now()
        assert {each["id"]: (each["status"], active_seats(each)) for each in listed} == {
            pk: (booking.shown(now), {self.ids[seat] for seat in booking.seats if booking.is_active(now)})
            for pk, booking in self.bookings.items()
        }

    @invariant()
    def every_promise_is_kept(self):
        assert broken_promises() == {}


def outcome(response) -> str:
    """The status of the reservation, or the code of the refusal."""
    return response.json()["status"] if response.status_code == 200 else response.json()["code"]


def active_seats(reservation: dict) -> set[int]:
    return {seat["id"] for seat in reservation["seats"] if seat["status"] == "active"}


@pytest.mark.timeout(300)
def test_the_trade_agrees_with_its_model(db, settings):
    settings.MAX_SEATS_PER_SHOWTIME, settings.MAX_HOLDS_PER_USER = 4, 2
    run_state_machine_as_test(Cinema, settings=EFFORT)


EFFORT = settings(max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))
