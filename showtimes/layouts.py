"""A hall's layout: one string a row, from the screen back, one character a place."""

from collections.abc import Iterator
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import models

MAX_ROWS = MAX_PLACES = 60
MAX_SEATS = 1000
NO_SEAT = "."


class Kind(models.TextChoices):
    STANDARD = "standard"
    PREMIUM = "premium"
    ACCESSIBLE = "accessible"


KINDS = {"S": Kind.STANDARD, "P": Kind.PREMIUM, "A": Kind.ACCESSIBLE}


class Place(NamedTuple):
    row: str
    number: int
    kind: Kind
    x: int
    y: int


def places(layout: list[str]) -> Iterator[Place]:
    """The places with a seat, row by row from the screen back, each from the left."""
    letters = row_letters()
    for y, line in enumerate(layout):
        seats = [(x, KINDS[character]) for x, character in enumerate(line) if character != NO_SEAT]
        if seats:
            row = next(letters)
            for number, (x, kind) in enumerate(seats, start=1):
                yield Place(row, number, kind, x, y)


def row_letters() -> Iterator[str]:
    """A, B, … Z, AA, AB, …"""
    alphabet = [chr(code) for code in range(ord("A"), ord("Z") + 1)]
    yield from alphabet
    yield from (first + second for first in alphabet for second in alphabet)


def validate_layout(layout: list[str]) -> None:
    """Raises ValidationError unless `layout` is rows of S, P, A and `.`, with 1 to 1,000 seats in them."""
    if not isinstance(layout, list) or not all(isinstance(line, str) for line in layout):
        raise ValidationError("Give a list of strings, one for each row from the screen back.")
    if len(layout) > MAX_ROWS or any(len(line) > MAX_PLACES for line in layout):
        raise ValidationError(f"A hall has at most {MAX_ROWS} rows of at most {MAX_PLACES} places.")
    if unknown := sorted(set("".join(layout)) - KINDS.keys() - {NO_SEAT}):
        raise ValidationError(f"{unknown[0]!r} is no place: write S, P, A, or a dot for no seat.")
    if not 1 <= capacity(layout) <= MAX_SEATS:
        raise ValidationError(f"A hall has 1 to {MAX_SEATS:,} seats.")


def capacity(layout: list[str]) -> int:
    return sum(character != NO_SEAT for line in layout for character in line)
