"""Best available: so many seats, chosen for the guest. First the choice alone, in halls drawn for it; then by POST."""

import random
from datetime import timedelta
from itertools import combinations

import pytest
import time_machine

from reservations.best_available import best_available
from reservations.models import Reservation
from showtimes.layouts import places
from showtimes.models import Seat
from tests.cast import as_
from tests.cinema import ids_of, make_hall, make_showtime, reserve
from tests.refusals import nothing_changes, problem_of

URL = "/api/v1/reservations/"


def best(quantity: int, *drawn: str) -> str | None:
    """The labels of the best seats of a hall drawn from the screen back: `S` is free, `x` is taken, `.` is no seat."""
    seats = [
        Seat(pk=pk, **place._asdict()) for pk, place in enumerate(places([row.replace("x", "S") for row in drawn]))
    ]
    free = [seat for seat in seats if drawn[seat.y][seat.x] != "x"]
    chosen = best_available(seats, free, quantity)
    return (
        None if chosen is None else " ".join(seat.label for seat in sorted(chosen, key=lambda seat: (seat.y, seat.x)))
    )


class TestRow:
    """The row nearest to two thirds back."""

    def test_of_three_rows_it_is_the_second(self):
        assert best(1, "S", "S", "S") == "B1"

    def test_of_four_it_is_the_third(self):
        assert best(1, "S", "S", "S", "S") == "C1"  # 8/3

    def test_of_five_it_is_the_third(self):
        assert best(1, "S", "S", "S", "S", "S") == "C1"  # 10/3

    def test_of_one_it_is_that(self):
        assert best(1, "S") == "A1"

    def test_then_the_next_nearest(self):
        assert best(1, "S", "S", "x", "S") == "B1"  # 8/3 - 2 is less than 4 - 8/3
        assert best(1, "S", "x", "x", "S") == "D1"

    def test_of_two_as_near_the_one_in_front(self):
        assert best(1, "S", "x", "S") == "A1"

    def test_rows_without_seats_do_not_count(self):
        assert best(1, "S", ".", "S", ".", ".", "S", ".") == "B1"

    def test_rows_that_are_sold_out_do(self):
        assert best(1, "x", "x", "x", "S", "S", "S") == "D1"

    def test_the_nearest_that_has_a_block(self):
        assert best(2, "SS", "S.S", "SxS") == "A1 A2"

    def test_the_row_comes_before_the_middle(self):
        assert best(1, "SSSSS", "Sxxxx", "SSSSS") == "B1"


class TestMiddle:
    """Nearest to the middle of the row's places, from its first to its last."""

    def test_an_odd_number_has_a_middle_seat(self):
        assert best(1, "SSSSS") == "A3"

    def test_two_in_the_middle_of_six(self):
        assert best(2, "SSSSSS") == "A3 A4"

    def test_of_two_as_near_the_one_on_the_left(self):
        assert best(1, "SSSS") == "A2"
        assert best(2, "SSSSS") == "A2 A3"

    def test_taken_seats_do_not_move_the_middle(self):
        assert best(1, "SSSxxxx") == "A3"
        assert best(2, "xxxxxSS.SS") == "A6 A7"

    def test_places_without_a_seat_at_the_ends_do(self):
        assert best(1, "....SSS") == "A2"

    def test_an_aisle_is_a_place(self):
        assert best(1, "SSS....S") == "A3"

    def test_of_two_rows_as_near_the_one_with_seats_nearer_to_the_middle(self):
        assert best(1, "Sxx", "xxx", "xSx") == "C2"

    def test_of_two_that_are_alike_the_one_in_front_then_left(self):
        assert best(1, "SxS", "xxx", "SxS") == "A1"


class TestBlock:
    """One block in one row, if any row has one."""

    def test_an_aisle_breaks_it(self):
        assert best(3, "SSS", "SS.SS") == "A1 A2 A3"

    def test_a_taken_seat_breaks_it(self):
        assert best(3, "SSS", "SSxSS") == "A1 A2 A3"

    def test_the_end_of_a_row_breaks_it(self):
        assert best(4, "SSSS", "SSS", "SSS") == "A1 A2 A3 A4"

    def test_seats_at_the_edge_of_the_last_row_rather_than_two_blocks(self):
        assert best(3, "xxxxxx", "SSxxSS", "xxxxxx", "SSSxxx") == "D1 D2 D3"

    def test_all_the_seats_there_are(self):
        assert best(3, "SSS") == "A1 A2 A3"

    def test_with_no_block_as_few_as_can_be(self):
        assert best(4, "S.S.S", "S.S.S", "SSS") == "B2 C1 C2 C3"

    def test_whole_blocks_first_the_longest(self):
        assert best(5, "SS.SSSS", "SSS") == "A2 A3 A4 A5 A6"

    def test_fewer_seats_than_asked(self):
        assert best(3, "S.x", "S") is None
        assert best(1, "x") is None

    def test_never_more_blocks_than_needed_in_any_hall(self):
        """Against all ways to choose, in halls at random."""
        dice = random.Random(20)
        for _ in range(300):
            drawn = ["".join(dice.choice("SSSx.") for _ in range(5)) for _ in range(3)]
            spots = [(y, x) for y, row in enumerate(drawn) for x, place in enumerate(row) if place == "S"]
            quantity = dice.randint(1, 5)
            if len(spots) < quantity:
                continue
            labels = {(place.y, place.x): f"{place.row}{place.number}" for place in places(as_seats(drawn))}
            fewest = min(blocks(chosen) for chosen in combinations(spots, quantity))
            chosen = best(quantity, *drawn).split()
            assert len(chosen) == quantity
            assert blocks([spot for spot in spots if labels[spot] in chosen]) == fewest, drawn


def as_seats(drawn: list[str]) -> list[str]:
    return [row.replace("x", "S") for row in drawn]


def blocks(spots) -> int:
    return sum((y, x - 1) not in spots for y, x in spots)


class TestPosted:
    """In the hall of the tests: A1 to A4, B1 to B6, C1 to C6 premium, D1 and D2, D3 and D4 accessible."""

    def labels(self, user, showtime, quantity: int, **fields) -> str:
        response = as_(user).post(URL, {"showtime_id": showtime.pk, "quantity": quantity} | fields)
        assert response.status_code == 201
        return " ".join(seat["label"] for seat in response.json()["seats"])

    def test_the_body_is_that_of_any_reservation(self, alice, showtime):
        response = as_(alice).post(URL, {"showtime_id": showtime.pk, "quantity": 2})
        assert response.status_code == 201
        assert as_(alice).get(response["Location"]).json() == response.json()
        assert [seat["label"] for seat in response.json()["seats"]] == ["B3", "B4"]
        assert (response.json()["status"], response.json()["total"]) == ("confirmed", "20.00")

    def test_a_hold_of_the_best(self, alice, showtime):
        response = as_(alice).post(URL, {"showtime_id": showtime.pk, "quantity": 2, "hold": True})
        assert (response.status_code, response.json()["status"]) == (201, "held")

    def test_without_a_kind_standard_while_there_are_enough(self, alice, showtime):
        assert self.labels(alice, showtime, 10) == "A1 A2 A3 A4 B1 B2 B3 B4 B5 B6"

    def test_rather_standard_seats_apart_than_premium_ones_together(self, alice, bob, showtime):
        reserve(bob, showtime, "A1", "A2", "A3", "B2", "B3", "B5", "B6")
        assert self.labels(alice, showtime, 3) == "A4 B1 B4"

    def test_then_premium(self, alice, bob, showtime):
        reserve(bob, showtime, "A1", "A2", "A3", "A4", "B1", "B2", "B3", "B4", "B5")
        assert self.labels(alice, showtime, 2) == "C3 C4"

    def test_then_both_mixed(self, alice, bob, showtime):
        reserve(bob, showtime, "A2", "A3", "A4", "B1", "B2", "B3", "B4", "B5", "C4", "C5", "C6")
        assert self.labels(alice, showtime, 5) == "A1 B6 C1 C2 C3"

    def test_mixed_seats_are_neighbours_too(self, alice):
        showtime = make_showtime(hall=make_hall(2, layout=["SPS"]))
        assert self.labels(alice, showtime, 3) == "A1 A2 A3"

    def test_a_kind_that_is_asked_for(self, alice, showtime):
        assert self.labels(alice, showtime, 1, kind="premium") == "C3"
        assert self.labels(alice, showtime, 2, kind="accessible") == "D1 D2"
        assert self.labels(alice, showtime, 2, kind="standard") == "B3 B4"

    def test_seats_of_another_kind_break_a_block(self, alice):
        showtime = make_showtime(hall=make_hall(2, layout=["SS", "SPSAS"]))
        assert self.labels(alice, showtime, 2) == "A1 A2"

    def test_all_seats_make_the_rows_and_the_middle(self, alice):
        showtime = make_showtime(hall=make_hall(2, layout=["SS", "AAASS", "PP"]))
        assert self.labels(alice, showtime, 1) == "B4"

    def test_held_reserved_and_blocked_seats_are_left_out(self, alice, bob, showtime):
        reserve(bob, showtime, "B3", hold=True)
        reserve(bob, showtime, "B4")
        showtime.block(ids_of(showtime, "B5"))
        assert self.labels(alice, showtime, 1) == "B2"

    def test_expired_and_released_ones_are_free(self, alice, bob, showtime):
        reserve(bob, showtime, "B4").cancel(bob)
        with time_machine.travel(showtime.starts_at - timedelta(hours=2), tick=False):
            reserve(bob, showtime, "B3", hold=True)
        with time_machine.travel(showtime.starts_at - timedelta(hours=1), tick=False):
            assert self.labels(alice, showtime, 2) == "B3 B4"

    def test_it_costs_as_many_queries_as_seats_that_are_named(self, alice, showtime, django_assert_num_queries):
        client = as_(alice)
        with django_assert_num_queries(9):
            assert client.post(URL, {"showtime_id": showtime.pk, "quantity": 10}).status_code == 201

    @pytest.mark.parametrize(("kind", "there"), [("standard", 6), ("premium", 6), ("accessible", 4), (None, 6)])
    def test_fewer_than_asked_is_none(self, alice, bob, kind, there, settings):
        layout = {"accessible": ["AA.AA"]}.get(kind, ["SSSSSS", "PPPPPP", "A"])
        showtime = make_showtime(hall=make_hall(2, layout=layout))
        if kind is None:
            reserve(bob, showtime, "B1", "B2", "B3", "B4", "B5", "B6")
        asked = {"showtime_id": showtime.pk} | ({"kind": kind} if kind else {})
        with nothing_changes():
            response = as_(alice).post(URL, asked | {"quantity": there + 1})
        assert problem_of(response) == (409, "not_enough_seats")
        assert as_(alice).post(URL, asked | {"quantity": there}).status_code == 201
        assert Reservation.objects.filter(user=alice).get().reserved_seats.count() == there

    def test_accessible_seats_are_never_given_unasked(self, alice):
        showtime = make_showtime(hall=make_hall(2, layout=["A"]))
        with nothing_changes():
            response = as_(alice).post(URL, {"showtime_id": showtime.pk, "quantity": 1})
        assert problem_of(response) == (409, "not_enough_seats")
