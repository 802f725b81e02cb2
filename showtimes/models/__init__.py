from showtimes.models.hall import Hall
from showtimes.models.seat import Seat, SeatStatus, refuse_unknown
from showtimes.models.showtime import Showtime, Status, refuse_taken

__all__ = ["Hall", "Seat", "SeatStatus", "Showtime", "Status", "refuse_taken", "refuse_unknown"]
