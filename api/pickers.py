"""
What people choose by its name in the forms of the browsable API, where programs send an id.

Each list costs a page one query, and ends at `MOST`, so that no page gets slow by a table's growing. What can also grow
is only suggested: any other id may be typed.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from django.db.models import QuerySet

from api.forms import Input
from movies.models import Genre, Movie
from showtimes.models import Hall, Showtime

MOST = 100


class Picker(NamedTuple):
    rows: Callable[[], QuerySet]
    type: str
    key: str = "pk"

    def choices(self) -> dict[str, str]:
        return {str(getattr(row, self.key)): str(row) for row in self.rows()[:MOST]}


GENRES = Picker(Genre.objects.all, "checkboxes", "slug")
PICKERS = {
    "genre": GENRES,
    "genres": GENRES,
    "hall_number": Picker(lambda: Hall.objects.only("name"), "select"),
    "movie_id": Picker(lambda: Movie.objects.only("title").order_by("-pk"), "suggestions"),
    "showtime_id": Picker(lambda: Showtime.objects.open().with_title(), "suggestions"),
}


def let_choose(inputs: Iterable[Input]) -> None:
    """Offers each of these inputs that has a picker its choices, and keeps what is filled in already."""
    read = {}
    for each in inputs:
        if picker := PICKERS.get(each.name):
            if picker not in read:
                read[picker] = picker.choices()
            each.type, each.choices = picker.type, read[picker]
            if picker.type == "suggestions":
                each.hints = [each.choices.get(each.value, "Type a part of the name and choose, or give any id.")]
            else:
                each.hints = []
                each.choices = each.choices | {value: each.choices.get(value, value) for value in each.chosen[:MOST]}
