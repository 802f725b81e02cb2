from django.utils.text import get_text_list

from users.exceptions import Conflict


class SeatsUnavailable(Conflict):
    """Raised with `seats`: each one that is taken, as `{id, label, reason}`."""

    default_code = "seats_unavailable"
    default_detail = "These seats are not available. Choose others."

    def __init__(self, seats: list[dict] = ()):
        labels = get_text_list([seat["label"] for seat in seats], "and")
        named = f"Seat {labels} is" if len(seats) == 1 else f"Seats {labels} are"
        super().__init__(f"{named} not available." if seats else None, seats=list(seats))


class HallOccupied(Conflict):
    """Raised with `conflicts`: the ids of the showtimes in the way."""

    default_code = "hall_occupied"
    default_detail = "Another showtime occupies the hall at that time, its turnaround included. Choose another."

    def __init__(self, conflicts: list[int] = ()):
        super().__init__(conflicts=list(conflicts))


class HallInUse(Conflict):
    default_code = "hall_in_use"
    default_detail = "Showtimes use this hall. Delete them first; where seats were reserved, both have to stay."


class ShowtimeStarted(Conflict):
    default_code = "showtime_started"
    default_detail = "This showtime has started: nothing of it can change any more. Choose a later one."


class ShowtimeCancelled(Conflict):
    default_code = "showtime_cancelled"
    default_detail = "This showtime was cancelled. Choose another one."


class ShowtimeHasReservations(Conflict):
    default_code = "showtime_has_reservations"
    default_detail = "Seats of this showtime have been reserved. Cancel it instead, or make another one."
