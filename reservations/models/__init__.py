from reservations.models.idempotency import IdempotencyKey
from reservations.models.reservation import (
    EXPIRED,
    SHOWN_STATUSES,
    CancelledBecause,
    Reservation,
    ReservedSeat,
    Status,
)

__all__ = ["EXPIRED", "SHOWN_STATUSES", "CancelledBecause", "IdempotencyKey", "Reservation", "ReservedSeat", "Status"]
