"""
What happens at once, through real connections, one for each thread. Whatever raced, afterwards every promise holds on
the whole database. That these races would go wrong without the guards is shown in test_guards.py.
"""

import time
from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from reservations.invariants import broken_promises
from reservations.models import IdempotencyKey, Reservation, ReservedSeat
from tests.cast import as_, make_user
from tests.cinema import ids_of, make_hall, make_showtime, reserve, tomorrow
from tests.race import at_once
from tests.reservations.racing import CREATED, OK, TAKEN, URL, booking, deadlocks, post, race

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def all_is_well_afterwards(transactional_db):
    before = deadlocks()
    yield
    assert broken_promises() == {}
    assert deadlocks() == before


class TestBooking:
    def test_sixty_four_buyers_of_one_seat(self, showtime):
        [seat] = ids_of(showtime, "B3")
        buyers = [make_user(f"buyer{n}") for n in range(64)]
        answers, outcomes = race(*(booking(buyer, showtime, "B3") for buyer in buyers))
        assert Counter(outcomes) == {CREATED: 1, TAKEN: 63}
        for answer in answers:
            if answer.status_code == 409:
                assert answer.json()["seats"] == [{"id": seat, "label": "B3", "reason": "reserved"}]
        winner = buyers[outcomes.index(CREATED)]
        assert [reserved.reservation.user for reserved in ReservedSeat.objects.all()] == [winner]

    def test_groups_that_overlap_in_opposite_orders(self, showtime):
        """Each wants four seats of a ring of eight, every other one from the last to the first."""
        ring = ["A1", "A2", "A3", "A4", "B1", "B2", "B3", "B4"]
        groups = [(ring * 2)[n : n + 4][:: 1 if n % 2 else -1] for n in range(8)] * 3
        buyers = [make_user(f"buyer{n}") for n in range(len(groups))]
        _, outcomes = race(*(booking(buyer, showtime, *group) for buyer, group in zip(buyers, groups, strict=True)))
        assert set(outcomes) == {CREATED, TAKEN}
        assert outcomes.count(CREATED) in (1, 2)
        assert ReservedSeat.objects.count() == outcomes.count(CREATED) * 4

    def test_seats_of_their_own_are_in_nobodys_way(self, showtime):
        labels = ["A1", "A2", "A3", "A4", "B1", "B2", "B3", "B4"]
        _, outcomes = race(*(booking(make_user(f"buyer{label}"), showtime, label) for label in labels))
        assert outcomes == [CREATED] * 8

    def test_the_best_available_until_there_are_none(self, showtime):
        """Ten standard seats and six premium ones are eight pairs."""
        _, outcomes = race(*(booking(make_user(f"buyer{n}"), showtime, quantity=2) for n in range(11)))
        assert Counter(outcomes) == {CREATED: 8, (409, "not_enough_seats"): 3}
        assert ReservedSeat.objects.count() == 16

    def test_the_best_available_and_these_very_seats(self, alice, bob, charlie, showtime):
        calls = [booking(bob, showtime, quantity=2), booking(alice, showtime, "B4", "B3")]
        _, outcomes = race(*calls, booking(charlie, showtime, "B3"))
        assert outcomes[0] == CREATED
        assert set(outcomes[1:]) <= {CREATED, TAKEN}
        assert outcomes[1:] != [CREATED, CREATED]

    def test_against_taking_the_seat_out_of_sale(self, ada, alice, showtime):
        for label in ("A1", "A2", "A3", "A4"):
            block = post(ada, f"/api/v1/showtimes/{showtime.pk}/seats/block/", {"seat_ids": ids_of(showtime, label)})
            _, outcomes = race(booking(alice, showtime, label), block)
            assert outcomes in ([CREATED, TAKEN], [TAKEN, OK])


class TestCancelling:
    def test_against_booking(self, alice, bob, charlie, showtime):
        for _ in range(8):
            reservation = reserve(alice, showtime, "A1", "A2")
            cancel = post(alice, f"{URL}{reservation.pk}/cancel/")
            calls = [cancel, booking(bob, showtime, "A2", "A1"), booking(charlie, showtime, "A2", "A3")]
            answers, outcomes = race(*calls)
            assert outcomes[0] == OK
            assert set(outcomes[1:]) <= {CREATED, TAKEN}
            assert outcomes[1:] != [CREATED, CREATED]
            for user, answer in zip((bob, charlie), answers[1:], strict=True):
                if answer.status_code == 201:
                    Reservation.objects.get(pk=answer.json()["id"]).cancel(user)
            assert booking(bob, showtime, "A1", "A2", "A3")().status_code == 201
            Reservation.objects.latest("pk").cancel(bob)

    def test_the_last_two_seats_one_by_one(self, alice, showtime):
        for _ in range(8):
            reservation = reserve(alice, showtime, "A1", "A2")
            url = f"{URL}{reservation.pk}/cancel/"
            _, outcomes = race(*(post(alice, url, {"seat_ids": [seat]}) for seat in ids_of(showtime, "A1", "A2")))
            assert outcomes == [OK, OK]
            assert as_(alice).get(f"{URL}{reservation.pk}/").json()["status"] == "cancelled"

    def test_by_owner_and_admin(self, ada, alice, showtime):
        reservation = reserve(alice, showtime, "A1")
        _, outcomes = race(*(post(user, f"{URL}{reservation.pk}/cancel/") for user in (alice, ada)))
        assert outcomes == [OK, OK]
        reservation.refresh_from_db()
        assert reservation.cancelled_because in ("user", "admin")

    def test_against_confirming(self, alice, showtime):
        for _ in range(8):
            hold = reserve(alice, showtime, "A1", "A2", hold=True)
            _, outcomes = race(post(alice, f"{URL}{hold.pk}/confirm/"), post(alice, f"{URL}{hold.pk}/cancel/"))
            assert outcomes in ([OK, OK], [(409, "reservation_cancelled"), OK])
            assert as_(alice).get(f"{URL}{hold.pk}/").json()["status"] == "cancelled"


class TestShowtime:
    def test_cancelled_against_booking_and_confirming(self, ada, alice, bob, charlie, movie):
        for _ in range(5):
            showtime = make_showtime(movie)
            hold = reserve(alice, showtime, "A1", hold=True)
            calls = [post(ada, f"/api/v1/showtimes/{showtime.pk}/cancel/"), post(alice, f"{URL}{hold.pk}/confirm/")]
            calls += [booking(bob, showtime, label) for label in ("A2", "A3")]
            calls += [booking(charlie, showtime, quantity=2), booking(charlie, showtime, "C1", hold=True)]
            _, outcomes = race(*calls)
            assert outcomes[0] == OK
            assert set(outcomes[1:]) <= {OK, CREATED, (409, "showtime_cancelled")}
            assert not showtime.reservations.active().exists()
            assert not showtime.reserved_seats.filter(released_at=None).exists()

    def test_cancelled_against_cancelling(self, ada, alice, movie):
        for _ in range(5):
            showtime = make_showtime(movie)
            reservation = reserve(alice, showtime, "A1")
            calls = [
                post(ada, f"/api/v1/showtimes/{showtime.pk}/cancel/"),
                post(alice, f"{URL}{reservation.pk}/cancel/"),
            ]
            _, outcomes = race(*calls)
            assert outcomes == [OK, OK]
            reservation.refresh_from_db()
            assert reservation.cancelled_because in ("user", "showtime_cancelled")

    def test_deleted_or_moved_against_its_first_booking(self, ada, alice, movie):
        elsewhere = make_hall(50)
        changes = [("delete", None, 204), ("patch", {"hall_number": elsewhere.pk}, 200)] * 3
        for day, (method, body, changed) in enumerate(changes):
            showtime = make_showtime(movie, starts_at=tomorrow() + timedelta(days=day))
            change = partial(getattr(as_(ada), method), f"/api/v1/showtimes/{showtime.pk}/", body)
            _, outcomes = race(booking(alice, showtime, "A1"), change)
            assert outcomes in ([CREATED, (409, "showtime_has_reservations")], [(400, "invalid"), (changed, "")])


class TestExpiring:
    def test_confirming_against_rebooking(self, alice, bob, charlie, showtime, settings):
        """In the very moment in which the hold runs out: one of the three has the seats afterwards, or nobody."""
        settings.HOLD_SECONDS = 0.2
        for n in range(8):
            hold = reserve(alice, showtime, "A1", "A2", hold=True)
            confirm = post(alice, f"{URL}{hold.pk}/confirm/")
            calls = [confirm, booking(bob, showtime, "A2", "A1"), booking(charlie, showtime, "A2", "A3")]
            time.sleep(max(0, (hold.expires_at - timezone.now()).total_seconds() - 0.005 * n))
            _, outcomes = race(*calls)
            assert outcomes[0] in (OK, (409, "hold_expired"))
            assert set(outcomes[1:]) <= {CREATED, TAKEN}
            assert sum(outcome in (OK, CREATED) for outcome in outcomes) <= 1
            for reservation in Reservation.objects.filter(status="confirmed"):
                reservation.cancel(reservation.user)


class TestLimits:
    def test_no_more_seats_of_a_showtime_than_allowed(self, alice, showtime, settings):
        settings.MAX_SEATS_PER_SHOWTIME = 5
        calls = [booking(alice, showtime, label) for label in ("A1", "A2", "A3", "A4", "B1", "B2", "B3", "B4")]
        calls += [booking(alice, showtime, quantity=1, kind="premium"), booking(alice, showtime, "D1", hold=True)]
        _, outcomes = race(*calls)
        assert Counter(outcomes) == {CREATED: 5, (409, "seat_limit_exceeded"): 5}

    def test_no_more_holds_than_allowed_whatever_the_showtime(self, alice, movie, settings):
        settings.MAX_HOLDS_PER_USER = 3
        _, outcomes = race(*(booking(alice, make_showtime(movie), "A1", hold=True) for _ in range(8)))
        assert Counter(outcomes) == {CREATED: 3, (409, "hold_limit_exceeded"): 5}


class TestIdempotencyKey:
    def test_the_same_request_eight_times(self, alice, showtime):
        asked = {"showtime_id": showtime.pk, "quantity": 2}
        answers = at_once(*[lambda: as_(alice).post(URL, asked, headers={"Idempotency-Key": "once"})] * 8)
        assert [answer.status_code for answer in answers] == [201] * 8
        assert len({answer.content for answer in answers}) == 1
        assert len({answer["Location"] for answer in answers}) == 1
        assert sum("Idempotent-Replayed" not in answer for answer in answers) == 1
        assert (Reservation.objects.count(), IdempotencyKey.objects.count()) == (1, 1)

    def test_two_bodies_with_one_key(self, alice, showtime):
        calls = [
            partial(
                as_(alice).post, URL, {"showtime_id": showtime.pk, "quantity": n}, headers={"Idempotency-Key": "once"}
            )
            for n in (1, 2)
        ]
        _, outcomes = race(*calls)
        assert Counter(outcomes) == {CREATED: 1, (422, "idempotency_key_reused"): 1}
        assert Reservation.objects.count() == 1
