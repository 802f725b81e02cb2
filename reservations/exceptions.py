from rest_framework.exceptions import APIException

from users.exceptions import Conflict


class NotEnoughSeats(Conflict):
    default_code = "not_enough_seats"
    default_detail = "There are not that many seats left. Ask for fewer, or for another kind."


class HoldExpired(Conflict):
    default_code = "hold_expired"
    default_detail = "This hold has run out. Reserve again."


class ReservationCancelled(Conflict):
    default_code = "reservation_cancelled"
    default_detail = "This reservation was cancelled. Reserve again."


class TooLateToCancel(Conflict):
    default_code = "too_late_to_cancel"
    default_detail = "It is too late to cancel. Ask the cinema."


class SeatLimitExceeded(Conflict):
    default_code = "seat_limit_exceeded"
    default_detail = "That would be more seats than one person can have in one showtime. Ask for fewer."


class HoldLimitExceeded(Conflict):
    default_code = "hold_limit_exceeded"
    default_detail = "You hold as many reservations as one person can. Confirm or cancel one first."


class IdempotencyKeyReused(APIException):
    status_code = 422
    default_code = "idempotency_key_reused"
    default_detail = "This Idempotency-Key came with another body before. Take a new key for a new request."
