import hashlib

from showtimes.models import Seat, SeatStatus, Showtime


class SeatMap:
    """
    The seats of a showtime at one moment, each with its `price` and `status`.

    Which seats are taken is read once, at first: the ETag and the seats come from the same reading, so they agree.
    """

    def __init__(self, showtime: Showtime, *, only_available: bool = False):
        self.showtime = showtime
        self.only_available = only_available
        self.is_open = showtime.is_open
        self.taken = showtime.taken_seats()

    def etag(self, media_type: str) -> str:
        """
        Made from all that can change and little else, so that telling a client that nothing has costs next to nothing
        (RFC 9110, 8.8.3): the showtime, the title that the picture shows, who has which seat, and whether seats are
        sold at all.
        """
        showtime = self.showtime
        facts = (
            media_type,
            showtime.pk,
            showtime.changed_at,
            showtime.movie.title,
            self.only_available,
            self.is_open,
            sorted(self.taken.items()),
        )
        return f'"{hashlib.sha256(repr(facts).encode()).hexdigest()[:32]}"'

    def seats(self) -> list[Seat]:
        """In layout order. Those that are available are none once the showtime takes no more reservations."""
        if self.only_available and not self.is_open:
            return []
        seats = self.showtime.priced_seats()
        for seat in seats:
            seat.status = self.taken.get(seat.pk, SeatStatus.AVAILABLE)
        return [seat for seat in seats if seat.status == SeatStatus.AVAILABLE] if self.only_available else seats
