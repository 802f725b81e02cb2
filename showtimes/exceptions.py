from users.exceptions import Conflict


class SeatsUnavailable(Conflict):
    """Raised with `seats`: each one that is taken, as `{id, label, reason}`."""

    default_code = "seats_unavailable"
    default_detail = "These seats are not available. Choose others."

    def __init__(self, seats: list[dict] = ()):
        labels = " and ".join(
            [", ".join(s["label"] for s in seats[:-1]), *(s["label"] for s in seats[-1:])]
        ).removeprefix(" and ")
        verb = "is" if len(seats) == 1 else "are"
        noun = "Seat" if len(seats) == 1 else "Seats"
        super().__init__(f"{noun} {labels} {verb} not available." if seats else None, seats=list(seats))


class HallOccupied(Conflict):
    """Raised with `conflicts`: the ids of the showtimes in the way."""

    default_code = "hall_occupied"
    default_detail = "Another showtime occupies the hall at that time, its turnaround included."

    def __init__(self, conflicts: list[int] = ()):
        super().__init__(conflicts=list(conflicts))


class HallInUse(Conflict):
    default_code = "hall_in_use"
    default_detail = "Showtimes use this hall. It can only be deleted before its first one."


class ShowtimeStarted(Conflict):
    default_code = "showtime_started"
    default_detail = "This showtime has started."


class ShowtimeCancelled(Conflict):
    default_code = "showtime_cancelled"
    default_detail = "This showtime was cancelled."


class ShowtimeHasReservations(Conflict):
    default_code = "showtime_has_reservations"
    default_detail = "Seats of this showtime have been reserved. Cancel it instead, or make another one."
