"""What the system promises, as queries for whatever breaks it: each must find nothing, at any time."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Exists, F, OuterRef, Q, Window
from django.db.models.functions import Lag

from reservations.models import IdempotencyKey, Reservation, ReservedSeat, Status
from showtimes.models import Seat, Showtime
from showtimes.models import Status as ShowtimeStatus

SHOWN = 20  # offenders that are named, of each promise


class Promise(NamedTuple):
    name: str
    text: str
    offenders: Callable[[], Iterable]


def unreleased():
    return ReservedSeat.objects.filter(released_at=None)


def seats_with_two_holders():
    return (
        unreleased()
        .values("seat_id")
        .annotate(n=Count("*"))
        .filter(n__gt=1)
        .order_by()
        .values_list("seat_id", flat=True)
    )


def active_without_seats():
    return Reservation.objects.active().filter(~Exists(unreleased().filter(reservation=OuterRef("pk"))))


def cancelled_with_seats():
    return Reservation.objects.filter(Exists(unreleased().filter(reservation=OuterRef("pk"))), status=Status.CANCELLED)


def seats_of_another_showtime():
    """Asked for what is missing, and not for what differs: a planner takes two unequal columns for the usual case."""
    same = {"showtime": OuterRef("showtime")}
    of_seat = ReservedSeat.objects.filter(~Exists(Seat.objects.filter(pk=OuterRef("seat"), **same)))
    of_reservation = ReservedSeat.objects.filter(
        ~Exists(Reservation.objects.filter(pk=OuterRef("reservation"), **same))
    )
    return of_seat.order_by().union(of_reservation.order_by())


def seats_that_expire_apart():
    same = Q(expires_at=F("reservation__expires_at")) | Q(expires_at=None, reservation__expires_at=None)
    return unreleased().exclude(same)


def active_on_cancelled_showtimes():
    return Reservation.objects.active().filter(showtime__status=ShowtimeStatus.CANCELLED)


def overlapping_showtimes():
    """Of any two that overlap, one also overlaps the next to start, so neighbours are enough to look at."""
    before = Window(Lag("occupied_until"), partition_by=F("hall"), order_by=("starts_at", "pk"))
    return Showtime.objects.scheduled().annotate(before=before).filter(before__gt=F("starts_at"))


def showtimes_without_all_their_seats():
    return Showtime.objects.annotate(n=Count("seats")).exclude(n=F("capacity"))


def users_with_too_many_seats():
    each = ReservedSeat.objects.active().values("reservation__user", "showtime").annotate(n=Count("*")).order_by()
    return each.filter(n__gt=settings.MAX_SEATS_PER_SHOWTIME).values_list("reservation__user", flat=True)


def users_with_too_many_holds():
    each = Reservation.objects.live_holds().values("user").annotate(n=Count("*")).order_by()
    return each.filter(n__gt=settings.MAX_HOLDS_PER_USER).values_list("user", flat=True)


def keys_of_somebody_else():
    return IdempotencyKey.objects.exclude(user=F("reservation__user"))


PROMISES = (
    Promise("seat_has_one_holder", "No seat has two active holders.", seats_with_two_holders),
    Promise("reservation_has_seats", "No active reservation is without seats.", active_without_seats),
    Promise("cancelled_has_no_seats", "No cancelled reservation keeps a seat.", cancelled_with_seats),
    Promise(
        "seats_are_of_one_showtime", "Reserved seats are of their reservation's showtime.", seats_of_another_showtime
    ),
    Promise("seats_expire_together", "Reserved seats expire with their reservation.", seats_that_expire_apart),
    Promise(
        "cancelled_showtime_is_empty", "No cancelled showtime has an active reservation.", active_on_cancelled_showtimes
    ),
    Promise("showtimes_do_not_overlap", "No two showtimes are in one hall at once.", overlapping_showtimes),
    Promise(
        "showtime_has_its_seats", "Each showtime has as many seats as its capacity.", showtimes_without_all_their_seats
    ),
    Promise("seat_limit_holds", "Nobody has more seats of a showtime than allowed.", users_with_too_many_seats),
    Promise("hold_limit_holds", "Nobody holds more reservations than allowed.", users_with_too_many_holds),
    Promise("key_is_of_its_user", "Each idempotency key is of its reservation's user.", keys_of_somebody_else),
)


def broken_promises() -> dict[str, list[int]]:
    """By the name of each promise that is broken, the ids of its first offenders. Empty when all is well."""
    with unhurried():
        found = {name: [getattr(each, "pk", each) for each in offenders()[:SHOWN]] for name, _, offenders in PROMISES}
    return {name: ids for name, ids in found.items() if ids}


@contextmanager
def unhurried() -> Iterator[None]:
    """Lets a query over all rows take longer than one that a customer waits for."""
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        yield
