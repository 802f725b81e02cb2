"""
POST reservations/: what cannot be meant is 400, says where and why, and changes nothing.

Bodies that cannot be read at all are in `tests/corpus/`.
"""

import pytest

from tests.cast import as_
from tests.cinema import ids_of
from tests.refusals import errors_of, nothing_changes

URL = "/api/v1/reservations/"
TOO_LARGE = "9223372036854775808"  # for 64 bits


@pytest.mark.parametrize("how", [{}, {"seat_ids": [1], "quantity": 1}])
def test_exactly_one_of_seat_ids_and_quantity(alice, showtime, how):
    with nothing_changes():
        response = as_(alice).post(URL, {"showtime_id": showtime.pk} | how)
    assert errors_of(response) == [("non_field_errors", "invalid")]


@pytest.mark.parametrize(
    ("seat_ids", "error"),
    [
        ([], ("seat_ids", "empty")),
        (None, ("seat_ids", "null")),
        ("1,2", ("seat_ids", "not_a_list")),
        (1, ("seat_ids", "not_a_list")),
        ({"1": 2}, ("seat_ids", "not_a_list")),
        ([None], ("seat_ids.0", "null")),
        (["A1"], ("seat_ids.0", "invalid")),
        ([True], ("seat_ids.0", "invalid")),
        ([1.5], ("seat_ids.0", "invalid")),
        ([[1]], ("seat_ids.0", "invalid")),
        ([{"id": 1}], ("seat_ids.0", "invalid")),
        ([0], ("seat_ids.0", "min_value")),
        ([-1], ("seat_ids.0", "min_value")),
        ([TOO_LARGE], ("seat_ids.0", "max_value")),
        (["9" * 2000], ("seat_ids.0", "max_string_length")),
        ([1, 2, 1], ("seat_ids", "duplicate")),
        ([1, "1"], ("seat_ids", "duplicate")),
        ([*range(1, 12)], ("seat_ids", "invalid")),
        ([*range(1, 1002)], ("seat_ids", "max_length")),
    ],
)
def test_seat_ids(alice, showtime, seat_ids, error):
    with nothing_changes():
        response = as_(alice).post(URL, {"showtime_id": showtime.pk, "seat_ids": seat_ids})
    assert errors_of(response) == [error]


@pytest.mark.parametrize(
    ("quantity", "error"),
    [
        (0, "min_value"),
        (-1, "min_value"),
        (11, "invalid"),
        (2**63 - 1, "invalid"),
        (TOO_LARGE, "max_value"),
        ("two", "invalid"),
        ("", "invalid"),
        (1.5, "invalid"),
        (True, "invalid"),
        ([1], "invalid"),
        (None, "null"),
    ],
)
def test_quantity(alice, showtime, quantity, error):
    with nothing_changes():
        response = as_(alice).post(URL, {"showtime_id": showtime.pk, "quantity": quantity})
    assert errors_of(response) == [("quantity", error)]


@pytest.mark.parametrize(
    ("kind", "error"),
    [("box", "invalid_choice"), ("Standard", "invalid_choice"), ("", "invalid_choice"), (None, "null")],
)
def test_kind(alice, showtime, kind, error):
    with nothing_changes():
        response = as_(alice).post(URL, {"showtime_id": showtime.pk, "quantity": 1, "kind": kind})
    assert errors_of(response) == [("kind", error)]


def test_a_kind_goes_with_quantity_only(alice, showtime):
    asked = {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, "A1"), "kind": "standard"}
    with nothing_changes():
        response = as_(alice).post(URL, asked)
    assert errors_of(response) == [("kind", "invalid")]


@pytest.mark.parametrize(("hold", "error"), [("maybe", "invalid"), (2, "invalid"), ([], "invalid"), (None, "null")])
def test_hold(alice, showtime, hold, error):
    asked = {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, "A1"), "hold": hold}
    with nothing_changes():
        response = as_(alice).post(URL, asked)
    assert errors_of(response) == [("hold", error)]


@pytest.mark.parametrize(
    ("showtime_id", "error"),
    [
        ("tonight", "invalid"),
        (True, "invalid"),
        ([1], "invalid"),
        (None, "null"),
        (0, "min_value"),
        (-1, "min_value"),
        (TOO_LARGE, "max_value"),
    ],
)
def test_showtime_id(alice, showtime, showtime_id, error):
    with nothing_changes():
        response = as_(alice).post(URL, {"showtime_id": showtime_id, "quantity": 1})
    assert errors_of(response) == [("showtime_id", error)]


def test_all_that_is_wrong_is_told_at_once(alice, showtime):
    with nothing_changes():
        response = as_(alice).post(URL, {"seat_ids": [1, "x", 0], "hold": "maybe"})
    assert errors_of(response) == [
        ("showtime_id", "required"),
        ("seat_ids.1", "invalid"),
        ("seat_ids.2", "min_value"),
        ("hold", "invalid"),
    ]


def test_no_body_at_all(alice, showtime):
    with nothing_changes():
        response = as_(alice).post(URL)
    assert errors_of(response) == [("showtime_id", "required")]
