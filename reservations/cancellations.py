from django.db import transaction
from django.utils import timezone

from reservations.models import CancelledBecause, Status
from showtimes import models as showtimes
from users.models import AuditEntry, User


def cancel_showtime(showtime: showtimes.Showtime, by: User | None = None) -> None:
    """
    Cancel a showtime and its active reservations, in one transaction; a cancelled one stays as it is.

    The showtime is locked against edits, and all its seats against bookings: a booking reads the showtime after it
    has locked its seats. A foreign key's lock would not keep it out. Raises ShowtimeStarted, and Http404 when it
    is gone.
    """
    with transaction.atomic():
        showtimes.Showtime.objects.lock_again(showtime)
        showtime.seats.lock()
        if showtime.status == showtimes.Status.CANCELLED:
            return
        showtime.refuse_if_closed()
        showtime.status = showtimes.Status.CANCELLED
        showtime.save(update_fields=["status", "changed_at"])
        AuditEntry.objects.record("showtime.cancelled", showtime, by=by)
        now, because = timezone.now(), CancelledBecause.SHOWTIME_CANCELLED
        active = list(showtime.reservations.active())
        showtime.reserved_seats.filter(reservation__in=active, released_at=None).update(released_at=now)
        showtime.reservations.filter(pk__in=[reservation.pk for reservation in active]).update(
            status=Status.CANCELLED, cancelled_at=now, cancelled_because=because
        )
        AuditEntry.objects.bulk_create(
            AuditEntry.of("reservation.cancelled", each, by=by, user_id=each.user_id, because=because)
            for each in active
        )
