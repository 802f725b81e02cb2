import re
import textwrap
from itertools import groupby
from operator import attrgetter

from django.conf import settings
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from showtimes.layouts import Kind
from showtimes.models import Seat, SeatStatus, Showtime, Status

WIDTH = 400  # of the whole picture: about a phone's, so that its words can be read there
LINE = 20
PLACE = 20  # a place's side, before the hall is scaled to the picture's width
LARGEST_SCALE = 1.8  # a small hall is not blown up further than this
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Drawing:
    """
    The seat map as a picture: here is where everything goes, in `templates/showtimes/seat_map.svg` how it looks.

    What is there once for each seat is put together here, forty times as fast as by a template. No word in it comes
    from a person, so that nothing needs escaping.
    """

    width = WIDTH
    middle = WIDTH // 2
    kinds = Kind.values
    statuses = SeatStatus.values

    def __init__(self, showtime: Showtime, seats: list[Seat]):
        self.showtime = showtime
        self.seats = seats
        self.name = NOT_IN_XML.sub("", showtime.movie.title)
        self.rows = [list(row) for _, row in groupby(seats, attrgetter("y"))]
        self.left, self.right = min(seat.x for seat in seats), max(seat.x for seat in seats)
        self.front, self.back = seats[0].y, seats[-1].y
        # The letters at both ends need places too.
        self.scale = min(LARGEST_SCALE, WIDTH / PLACE / (self.right - self.left + 4))

    # From the top: the title, some facts, the screen, the hall, the legend. Each knows where the one before it ends.

    @property
    def title(self) -> list[tuple[int, str]]:
        lines = textwrap.wrap(self.name, 34, max_lines=2, placeholder=" …")
        return [(30 + LINE * n, line) for n, line in enumerate(lines)]

    @property
    def facts(self) -> list[tuple[int, str]]:
        """When and where, and what the seats' own statuses do not tell."""
        lines = [self.starts_at, f"{self.free} of {len(self.seats)} seats are available"]
        if self.showtime.status == Status.CANCELLED:
            lines[1] = "This showtime is cancelled."
        elif self.showtime.has_started:
            lines[1] = "This showtime has started."
        return [(30 + LINE * (len(self.title) + n), line) for n, line in enumerate(lines)]

    @property
    def starts_at(self) -> str:
        return f"Hall {self.showtime.hall_id}, {timezone.localtime(self.showtime.starts_at):%A %d %B %Y, %H:%M}"

    @property
    def free(self) -> int:
        return sum(seat.status == SeatStatus.AVAILABLE for seat in self.seats)

    @property
    def screen(self) -> int:
        return self.facts[-1][0] + LINE

    @property
    def hall(self) -> str:
        """How to come from a place's `x` and `y` in the layout, times PLACE, to the picture."""
        x = WIDTH / 2 - self.scale * PLACE * (self.left + self.right + 1) / 2
        y = self.screen + 2 * LINE - self.scale * PLACE * self.front
        return f"translate({x:.1f} {y:.1f}) scale({self.scale:.3f})"

    @property
    def legend(self) -> int:
        return round(self.screen + 2 * LINE + self.scale * PLACE * (self.back - self.front + 1)) + LINE

    @property
    def prices(self) -> list[tuple[int, Kind, str]]:
        """The kinds of seat that this hall has, and what each costs."""
        here = {seat.kind: seat.price for seat in self.seats}
        kinds = [kind for kind in Kind if kind in here]
        return [(LINE * n, kind, f"{here[kind]} {settings.CURRENCY}") for n, kind in enumerate(kinds)]

    @property
    def reasons(self) -> list[tuple[int, SeatStatus]]:
        """Why a seat is not available."""
        reasons = [status for status in SeatStatus if status != SeatStatus.AVAILABLE]
        return [(LINE * n, status) for n, status in enumerate(reasons)]

    @property
    def height(self) -> int:
        return self.legend + LINE * 3 + 16

    # What is in the hall.

    @property
    def carpet(self) -> SafeString:
        """Under each block of adjacent seats, so that the aisles show."""
        blocks = []
        for row in self.rows:
            for _, block in groupby(enumerate(row), lambda numbered: numbered[1].x - numbered[0]):
                seats = [seat for _, seat in block]
                x, y, width = seats[0].x * PLACE, seats[0].y * PLACE, len(seats) * PLACE
                blocks.append(f'<rect x="{x}" y="{y}" width="{width}" height="{PLACE}"/>')
        return lines(blocks)

    @property
    def letters(self) -> SafeString:
        ends = ((self.left - 1) * PLACE + PLACE // 2, (self.right + 1) * PLACE + PLACE // 2)
        return lines(
            f'<text x="{x}" y="{row[0].y * PLACE + 15}">{row[0].row}</text>' for row in self.rows for x in ends
        )

    @property
    def places(self) -> SafeString:
        currency = escape(settings.CURRENCY)
        return lines(
            f'<g role="group" aria-label="Row {row[0].row}">'
            + "".join(
                f'<use id="seat-{seat.pk}" href="#{seat.kind}-{seat.status}"'
                f' x="{seat.x * PLACE}" y="{seat.y * PLACE}" role="img">'
                f"<title>{seat.label}, {seat.kind}, {seat.price} {currency}, {seat.status}</title></use>\n"
                for seat in row
            )
            + "</g>"
            for row in self.rows
        )

    @property
    def numbers(self) -> SafeString:
        """On the seats that are available; the others show why they are not."""
        return lines(
            f'<text x="{seat.x * PLACE + PLACE // 2}" y="{seat.y * PLACE + 13}">{seat.number}</text>'
            for seat in self.seats
            if seat.status == SeatStatus.AVAILABLE
        )


def lines(elements) -> SafeString:
    return mark_safe("\n".join(elements))  # noqa: S308 - see `Drawing`
