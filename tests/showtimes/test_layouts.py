"""A hall's layout: from strings to places. No database."""

from itertools import islice

import pytest
from django.core.exceptions import ValidationError

from showtimes.layouts import Kind, capacity, places, row_letters, validate_layout


def labels(layout: list[str]) -> list[str]:
    return [f"{place.row}{place.number}" for place in places(layout)]


def test_each_letter_is_a_seat_of_its_kind_and_a_dot_is_none():
    assert list(places(["S.", ".P", "A."])) == [
        ("A", 1, Kind.STANDARD, 0, 0),
        ("B", 1, Kind.PREMIUM, 1, 1),
        ("C", 1, Kind.ACCESSIBLE, 0, 2),
    ]


def test_numbers_count_seats_from_the_left_and_x_counts_places():
    assert [(place.number, place.x) for place in places(["..SS.S"])] == [(1, 2), (2, 3), (3, 5)]


def test_a_row_without_seats_has_a_y_but_no_letter():
    assert [(place.row, place.y) for place in places(["S", "...", "", "S"])] == [("A", 0), ("B", 3)]


def test_places_come_row_by_row_from_the_screen_each_from_the_left():
    assert labels([".SSSS.", "SSSSSS", "AA..AA"]) == [
        *("A1", "A2", "A3", "A4"),
        *("B1", "B2", "B3", "B4", "B5", "B6"),
        *("C1", "C2", "C3", "C4"),
    ]


def test_after_z_comes_aa():
    letters = list(islice(row_letters(), 60))
    assert letters[:3] == ["A", "B", "C"]
    assert letters[25:29] == ["Z", "AA", "AB", "AC"]
    assert letters[51:54] == ["AZ", "BA", "BB"]
    assert letters[59] == "BH"


def test_the_tallest_hall_has_a_letter_for_each_row():
    assert labels(["S"] * 60)[-1] == "BH1"


def test_capacity_counts_seats_of_every_kind():
    assert capacity(["..SSSS..", "SSSSSSSS", "PPPPPPPP", "AA....AA"]) == 24
    assert capacity(["...", ""]) == 0


@pytest.mark.parametrize(
    "layout",
    [
        ["S"],
        ["", "S", ""],
        ["S", "SSSSSS"],
        ["S" * 60],
        ["S"] * 60,
        ["." * 60] * 59 + ["S"],
        ["S" * 50] * 20,
        ["SPA."],
    ],
)
def test_a_layout_within_the_limits_is_fine(layout):
    validate_layout(layout)


@pytest.mark.parametrize(
    ("layout", "complaint"),
    [
        ("SSS", "list of strings"),
        (None, "list of strings"),
        ({"A": "SSS"}, "list of strings"),
        (["SSS", 5], "list of strings"),
        (["SSS", ["S"]], "list of strings"),
        (["S" * 61], "at most 60 rows of at most 60"),
        (["S"] * 61, "at most 60 rows of at most 60"),
        (["SsS"], "'s' is no place"),
        (["S S"], "' ' is no place"),
        (["SXS"], "'X' is no place"),
        (["S\u0405"], "is no place"),
        ([], "1 to 1,000 seats"),
        ([""], "1 to 1,000 seats"),
        (["....", "...."], "1 to 1,000 seats"),
        (["S" * 50] * 20 + ["S"], "1 to 1,000 seats"),
    ],
)
def test_anything_else_is_refused(layout, complaint):
    with pytest.raises(ValidationError, match=complaint):
        validate_layout(layout)
