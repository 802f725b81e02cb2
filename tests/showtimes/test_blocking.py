"""POST showtimes/{id}/seats/block/ and …/unblock/: seats out of sale, and back."""

from datetime import timedelta

import pytest

from reservations.cancellations import cancel_showtime
from reservations.invariants import broken_promises
from reservations.models import ReservedSeat
from showtimes.models import Seat, Showtime
from tests.cast import as_
from tests.cinema import ids_of, make_hall, make_showtime, reserve, tomorrow
from tests.race import at_once, meet_after
from tests.refusals import errors_of, nothing_changes, problem_of

RESERVATIONS = "/api/v1/reservations/"
BOTH = pytest.mark.parametrize("action", ["block", "unblock"])

pytestmark = pytest.mark.django_db


def path(showtime, action: str = "block") -> str:
    return f"/api/v1/showtimes/{showtime.pk}/seats/{action}/"


def send(client, showtime, action: str, *labels: str, **fields):
    return client.post(path(showtime, action), {"seat_ids": ids_of(showtime, *labels), **fields})


def blocked(showtime) -> dict[str, str]:
    """The reason of each blocked seat, by its label."""
    return {seat.label: seat.blocked_because for seat in showtime.seats.filter(is_blocked=True)}


def statuses(response) -> dict[str, str]:
    assert response.status_code == 200
    return {seat["label"]: seat["status"] for seat in response.json()}


# What it does


def test_an_admin_blocks_seats_and_sees_these_as_the_map_shows_them(ada, showtime):
    response = send(as_(ada), showtime, "block", "C1", "A2", reason="A spring is out.")
    assert response.status_code == 200
    a2, c1 = ids_of(showtime, "A2", "C1")
    assert response.json() == [
        {
            "id": a2,
            "row": "A",
            "number": 2,
            "label": "A2",
            "kind": "standard",
            "x": 2,
            "y": 0,
            "price": "10.00",
            "status": "blocked",
        },
        {
            "id": c1,
            "row": "C",
            "number": 1,
            "label": "C1",
            "kind": "premium",
            "x": 0,
            "y": 2,
            "price": "14.50",
            "status": "blocked",
        },
    ]
    assert blocked(showtime) == {"A2": "A spring is out.", "C1": "A spring is out."}


def test_an_admin_unblocks_seats(ada, showtime):
    showtime.block(ids_of(showtime, "A1", "A2", "A3"), "A spring is out.")
    assert statuses(send(as_(ada), showtime, "unblock", "A1", "A3")) == {"A1": "available", "A3": "available"}
    assert blocked(showtime) == {"A2": "A spring is out."}
    assert Seat.objects.exclude(blocked_because="").count() == 1


@pytest.mark.parametrize(
    ("sent", "kept"), [({}, ""), ({"reason": ""}, ""), ({"reason": " wet "}, "wet"), ({"reason": "ж" * 200}, "ж" * 200)]
)
def test_a_reason_is_optional(ada, showtime, sent, kept):
    assert statuses(send(as_(ada), showtime, "block", "A1", **sent)) == {"A1": "blocked"}
    assert blocked(showtime) == {"A1": kept}


def test_it_is_of_one_showtime_only(ada, showtime):
    other = make_showtime()
    send(as_(ada), showtime, "block", "A1")
    assert blocked(other) == {}


def test_nobody_reserves_a_blocked_seat_until_it_is_unblocked(ada, alice, showtime):
    send(as_(ada), showtime, "block", "A1")
    asked = {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, "A1")}
    with nothing_changes():
        refused = as_(alice).post(RESERVATIONS, asked)
    assert problem_of(refused) == (409, "seats_unavailable")
    assert refused.json()["seats"] == [{"id": asked["seat_ids"][0], "label": "A1", "reason": "blocked"}]
    send(as_(ada), showtime, "unblock", "A1")
    assert as_(alice).post(RESERVATIONS, asked).status_code == 201


def test_all_1000_seats_of_a_hall_at_once(ada, django_assert_num_queries):
    large = make_showtime(hall=make_hall(1, layout=["S" * 50] * 20))
    labels = [seat.label for seat in large.seats.all()]
    client, seat_ids = as_(ada), ids_of(large)
    # the showtime, BEGIN, SAVEPOINT, locks, what is reserved of them, UPDATE, the audit entry, RELEASE; what is
    # blocked, what is reserved, the seats, COMMIT
    with django_assert_num_queries(11):
        response = client.post(path(large), {"seat_ids": seat_ids})
    assert statuses(response) == dict.fromkeys(labels, "blocked")
    assert set(statuses(client.post(path(large, "unblock"), {"seat_ids": seat_ids})).values()) == {"available"}


@pytest.mark.parametrize("state", ["started", "cancelled"])
@BOTH
def test_a_closed_showtimes_seats_can_be_blocked_too(ada, clock, showtime, state, action):
    if state == "cancelled":
        cancel_showtime(showtime)
    else:
        clock.move_to(tomorrow())
    assert send(as_(ada), showtime, action, "A1").status_code == 200


# Again


def test_blocking_again_changes_nothing_not_even_the_reason(ada, showtime):
    first = send(as_(ada), showtime, "block", "A1", reason="A spring is out.")
    with nothing_changes():
        again = send(as_(ada), showtime, "block", "A1", reason="Something else.")
    assert (again.status_code, again.json()) == (200, first.json())


def test_blocking_some_again_blocks_the_others(ada, showtime):
    send(as_(ada), showtime, "block", "A1", reason="A spring is out.")
    assert statuses(send(as_(ada), showtime, "block", "A1", "A2", reason="wet")) == {"A1": "blocked", "A2": "blocked"}
    assert blocked(showtime) == {"A1": "A spring is out.", "A2": "wet"}


def test_unblocking_what_is_not_blocked_changes_nothing(ada, alice, bob, showtime):
    reserve(alice, showtime, "A1")
    reserve(bob, showtime, "A2", hold=True)
    with nothing_changes():
        response = send(as_(ada), showtime, "unblock", "A1", "A2", "A3")
    assert statuses(response) == {"A1": "reserved", "A2": "held", "A3": "available"}


# Held and reserved seats


def test_held_and_reserved_seats_are_named_and_none_is_blocked(ada, alice, bob, showtime):
    reserve(alice, showtime, "A1")
    reserve(bob, showtime, "C3", hold=True)
    a1, c3 = ids_of(showtime, "A1", "C3")
    with nothing_changes():
        response = send(as_(ada), showtime, "block", "C3", "B1", "A1", "B2")
    assert problem_of(response) == (409, "seats_unavailable")
    assert response.json()["detail"] == "Seats A1 and C3 are not available."
    assert response.json()["seats"] == [
        {"id": a1, "label": "A1", "reason": "reserved"},
        {"id": c3, "label": "C3", "reason": "held"},
    ]


def test_a_seat_that_is_blocked_already_is_not_among_those_named(ada, alice, showtime):
    reserve(alice, showtime, "A1")
    showtime.block(ids_of(showtime, "A2"))
    with nothing_changes():
        response = send(as_(ada), showtime, "block", "A1", "A2")
    assert problem_of(response) == (409, "seats_unavailable")
    assert [seat["label"] for seat in response.json()["seats"]] == ["A1"]


def test_released_seats_and_those_of_an_expired_hold_can_be_blocked(ada, alice, clock, showtime):
    reserve(alice, showtime, "A1").cancel(alice)
    reserve(alice, showtime, "A2", hold=True)
    clock.shift(timedelta(minutes=10))
    assert statuses(send(as_(ada), showtime, "block", "A1", "A2")) == {"A1": "blocked", "A2": "blocked"}
    assert broken_promises() == {}


def test_a_hold_that_expired_under_a_block_cannot_be_confirmed(ada, alice, clock, showtime):
    hold = reserve(alice, showtime, "A1", hold=True)
    clock.shift(timedelta(minutes=10))
    send(as_(ada), showtime, "block", "A1")
    assert problem_of(as_(alice).post(f"{RESERVATIONS}{hold.pk}/confirm/")) == (409, "hold_expired")


# What is refused


@BOTH
def test_unknown_seats_and_those_of_others_are_named_by_their_place_and_none_is_changed(ada, showtime, action):
    other = make_showtime()
    mine, foreign = ids_of(showtime, "A1", "A2"), ids_of(other, "A1")
    showtime.block(mine[:1])
    with nothing_changes():
        response = as_(ada).post(path(showtime, action), {"seat_ids": [mine[0], *foreign, mine[1], 2**63 - 1]})
    assert errors_of(response) == [("seat_ids.1", "does_not_exist"), ("seat_ids.3", "does_not_exist")]


@BOTH
@pytest.mark.parametrize(
    ("seat_ids", "attr", "code"),
    [
        (None, "seat_ids", "null"),
        ([], "seat_ids", "empty"),
        ("1", "seat_ids", "not_a_list"),
        (1, "seat_ids", "not_a_list"),
        ({"0": 1}, "seat_ids", "not_a_list"),
        ([1, 2, 1], "seat_ids", "duplicate"),
        ([1, "1"], "seat_ids", "duplicate"),
        ([1, "A1"], "seat_ids.1", "invalid"),
        ([1, 1.5], "seat_ids.1", "invalid"),
        ([1, True], "seat_ids.1", "invalid"),
        ([1, None], "seat_ids.1", "null"),
        ([1, [2]], "seat_ids.1", "invalid"),
        ([1, {}], "seat_ids.1", "invalid"),
        ([1, 0], "seat_ids.1", "min_value"),
        ([1, -1], "seat_ids.1", "min_value"),
        ([1, str(2**63)], "seat_ids.1", "max_value"),
        (list(range(1, 1002)), "seat_ids", "max_length"),
    ],
)
def test_a_list_that_is_none_of_seats_is_refused(ada, showtime, action, seat_ids, attr, code):
    with nothing_changes():
        response = as_(ada).post(path(showtime, action), {"seat_ids": seat_ids})
    assert errors_of(response) == [(attr, code)]


@pytest.mark.parametrize(
    ("reason", "code"),
    [(None, "null"), ("r" * 201, "max_length"), (["wet"], "invalid"), ({}, "invalid"), (True, "invalid")],
)
def test_a_reason_that_is_no_text_of_200_characters_is_refused(ada, showtime, reason, code):
    with nothing_changes():
        response = send(as_(ada), showtime, "block", "A1", reason=reason)
    assert errors_of(response) == [("reason", code)]


@BOTH
def test_seats_must_be_named(ada, showtime, action):
    assert errors_of(as_(ada).post(path(showtime, action), {})) == [("seat_ids", "required")]
    assert errors_of(as_(ada).post(path(showtime, action), [1])) == [("non_field_errors", "invalid")]


@BOTH
def test_only_admins_may(anonymous, alice, showtime, action):
    showtime.block(ids_of(showtime, "A1"))
    with nothing_changes():
        by_nobody, by_alice = [send(client, showtime, action, "A1", "A2") for client in (anonymous, as_(alice))]
    assert problem_of(by_nobody) == (401, "not_authenticated")
    assert problem_of(by_alice) == (403, "permission_denied")


@BOTH
def test_an_unknown_showtime_is_not_found(ada, showtime, action):
    body = {"seat_ids": ids_of(showtime, "A1")}
    with nothing_changes():
        response = as_(ada).post(f"/api/v1/showtimes/4711/seats/{action}/", body)
    assert problem_of(response) == (404, "not_found")


@BOTH
def test_there_is_no_other_method(ada, showtime, action):
    for method in ("get", "put", "patch", "delete"):
        response = getattr(as_(ada), method)(path(showtime, action))
        assert problem_of(response) == (405, "method_not_allowed")


# At once


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("hold", [False, True])
def test_of_a_block_and_a_booking_of_the_same_seats_one_wins(ada, alice, showtime, hold, monkeypatch):
    meet_after(monkeypatch, Showtime, "taken_seats")  # both have looked before either writes, but for the locks
    asked = {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, "A1", "A2"), "hold": hold}
    block, booking = at_once(
        lambda: send(as_(ada), showtime, "block", "A2", "A3"), lambda: as_(alice).post(RESERVATIONS, asked)
    )
    won, lost = (block, booking) if block.status_code == 200 else (booking, block)
    assert won.status_code in (200, 201)
    assert problem_of(lost) == (409, "seats_unavailable")
    assert [seat["label"] for seat in lost.json()["seats"]] == ["A2"]
    assert sorted(blocked(showtime)) == (["A2", "A3"] if won is block else [])
    assert ReservedSeat.objects.count() == (2 if won is booking else 0)
    assert broken_promises() == {}


@pytest.mark.django_db(transaction=True)
def test_two_blocks_in_opposite_orders_both_succeed(ada, showtime):
    answers = at_once(
        lambda: send(as_(ada), showtime, "block", "A1", "A2", "A3"),
        lambda: send(as_(ada), showtime, "block", "A3", "A2", "A1"),
    )
    assert [answer.status_code for answer in answers] == [200, 200]
    assert sorted(blocked(showtime)) == ["A1", "A2", "A3"]
