import secrets
from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from operator import attrgetter

from django.conf import settings
from django.db import models, transaction
from django.db.models import Prefetch, Q
from django.utils import timezone
from django.utils.functional import cached_property

from reservations.exceptions import HoldExpired, ReservationCancelled, TooLateToCancel
from showtimes.models import Seat, Showtime, refuse_unknown
from users.models import AuditEntry, User
from users.prepared import Prepared
from users.querysets import DisplayedQuerySet
from users.rows import insert

CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without 0, 1, I and O, which read alike


def new_code() -> str:
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(8))


class Status(models.TextChoices):
    HELD = "held"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


EXPIRED = "expired"
SHOWN_STATUSES = (*Status.values, EXPIRED)


class CancelledBecause(models.TextChoices):
    USER = "user"
    ADMIN = "admin"
    SHOWTIME_CANCELLED = "showtime_cancelled"


class ReservationQuerySet(DisplayedQuerySet):
    def for_display(self):
        """With all that an answer shows of them, in two queries."""
        seats = Prefetch("reserved_seats", ReservedSeat.objects.select_related("seat"))
        return self.select_related("user", "showtime__movie").prefetch_related(seats)

    def read_for_display(self, pks: list[int]) -> list["Reservation"]:
        """
        20 of them with 40 seats in 1.7 ms instead of 3.0. The showtimes come by themselves: to join them, PostgreSQL
        would rather read all that there are, of a few thousand.
        """
        reservations, seats_of = reservations_to_display(pks=pks), defaultdict(list)
        showtimes = Showtime.objects.with_titles([reservation.showtime_id for reservation in reservations])
        for seat in seats_to_display(reservations=pks):
            seats_of[seat.reservation_id].append(seat)
        for reservation in reservations:
            reservation.showtime = showtimes[reservation.showtime_id]
            reservation.seats = seats_of[reservation.pk]
        return reservations

    def live_holds(self, now: datetime | None = None):
        return self.filter(status=Status.HELD, expires_at__gt=now or timezone.now())

    def expired(self):
        return self.filter(status=Status.HELD, expires_at__lte=timezone.now())

    def active(self):
        return self.filter(status=Status.CONFIRMED) | self.live_holds()

    def write(
        self,
        user: User,
        showtime: Showtime,
        seats: list[Seat],
        *,
        hold: bool,
        now: datetime | None = None,
        over_expired: bool = True,
    ) -> "Reservation":
        """
        Write a reservation of `seats`, which are locked and free: whoever calls this holds them all.

        An expired hold is taken over by releasing its rows of these very seats. The old reservation is left alone,
        for nobody here has locked the rest of it. Who has seen, at `now`, that there is none, says so
        (`over_expired=False`), which saves a statement.
        """
        now = now or timezone.now()
        expires_at = now + timedelta(seconds=settings.HOLD_SECONDS) if hold else None
        if over_expired:
            ReservedSeat.objects.filter(seat__in=seats).expired(now).update(released_at=now)
        status = Status.HELD if hold else Status.CONFIRMED
        reservation = self.model(user=user, showtime=showtime, status=status, created_at=now, expires_at=expires_at)
        insert([reservation])
        reservation.seats = [
            ReservedSeat(
                reservation=reservation,
                showtime=showtime,
                seat=seat,
                price=showtime.price_of(seat.kind),
                expires_at=expires_at,
            )
            for seat in sorted(seats, key=attrgetter("pk"))
        ]
        insert(reservation.seats)
        reservation.record("held" if hold else "made", by=user, seat_ids=[seat.pk for seat in seats])
        return reservation


class Reservation(models.Model):
    """Seats of one showtime that somebody holds (until `expires_at`), has for sure, or had."""

    code = models.CharField(max_length=8, default=new_code, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="reservations", db_index=False)
    showtime = models.ForeignKey(Showtime, models.PROTECT, related_name="reservations", db_index=False)
    status = models.CharField(max_length=9, choices=Status, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(null=True, editable=False)
    cancelled_at = models.DateTimeField(null=True, editable=False)
    cancelled_because = models.CharField(max_length=18, choices=CancelledBecause, null=True, editable=False)  # noqa: DJ001

    objects = ReservationQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        indexes = (
            models.Index(fields=("user", "-id"), name="reservation_user"),
            models.Index(fields=("showtime", "-id"), name="reservation_showtime"),
            models.Index(fields=("user", "showtime"), name="reservation_user_showtime"),
            models.Index(fields=("user", "expires_at"), condition=Q(status=Status.HELD), name="reservation_held"),
            # Holds alone, so that a booking without one costs nothing more: which are alive, and which have run out.
            models.Index(fields=("expires_at",), condition=Q(status=Status.HELD), name="reservation_expiry"),
            models.Index(fields=("-id",), condition=Q(status=Status.HELD), name="reservation_newest_hold"),
        )
        constraints = (
            models.UniqueConstraint(fields=("code",), name="reservation_code_unique"),
            models.CheckConstraint(
                condition=Q(status=Status.HELD, expires_at__isnull=False)
                | Q(status=Status.CONFIRMED, expires_at__isnull=True)
                | Q(status=Status.CANCELLED),
                name="only_holds_expire",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.CANCELLED, cancelled_at__isnull=False, cancelled_because__isnull=False)
                | Q(~Q(status=Status.CANCELLED), cancelled_at__isnull=True, cancelled_because__isnull=True),
                name="cancelled_says_when_and_why",
            ),
        )

    def __str__(self) -> str:
        return self.code

    @property
    def has_expired(self) -> bool:
        return self.status == Status.HELD and self.expires_at <= timezone.now()

    @property
    def shown_status(self) -> str:
        """The status as everybody sees it: that a hold has run out is computed, no job has to store it."""
        return EXPIRED if self.has_expired else self.status

    @property
    def currency(self) -> str:
        return settings.CURRENCY

    @cached_property
    def seats(self) -> list["ReservedSeat"]:
        """Those that it has and had, in the order of their ids."""
        return list(self.reserved_seats.all())

    @property
    def total(self) -> Decimal:
        return sum((seat.price for seat in self.seats if seat.is_active), Decimal("0.00"))

    def lock(self) -> None:
        """Lock all seats of this reservation, whose list never changes, and read it and its showtime again."""
        seats_to_lock.lock(reservation=self.pk)
        self.read_again()

    def read_again(self) -> None:
        """Raises Reservation.DoesNotExist."""
        for now in reservation_and_showtime(pk=self.pk):
            vars(self).update(vars(now))
            return
        raise self.DoesNotExist

    def record(self, what: str, by: User, **details) -> None:
        """Write it down, with whose reservation it is."""
        AuditEntry.objects.record(f"reservation.{what}", self, by=by, user_id=self.user_id, **details)

    def refuse_if_expired(self) -> None:
        """Raises HoldExpired; also when a server whose clock runs ahead of this one's gave a seat of it to others."""
        if self.status != Status.HELD:
            return
        if self.has_expired or seats_given_away(reservation=self.pk, expired_at=self.expires_at):
            raise HoldExpired

    def confirm(self, by: User) -> None:
        """
        Make the hold a reservation for good; a confirmed one stays as it is.

        Raises ShowtimeStarted, ShowtimeCancelled, ReservationCancelled, HoldExpired.
        """
        with transaction.atomic(durable=True):
            self.lock()
            if self.status == Status.CONFIRMED:
                return
            self.showtime.refuse_if_closed()
            if self.status == Status.CANCELLED:
                raise ReservationCancelled
            self.refuse_if_expired()
            self.status, self.expires_at = Status.CONFIRMED, None
            self.save(update_fields=["status", "expires_at"])
            self.reserved_seats.update(expires_at=None)
            self.record("confirmed", by=by)

    def cancel(self, by: User, seat_ids: list[int] | None = None) -> None:
        """
        Release these seats, or all; with its last seat the reservation is cancelled. A cancelled one stays as it is.

        Raises ValidationError for a seat of somebody else, ShowtimeStarted, ShowtimeCancelled, TooLateToCancel (never
        for an admin who cancels for somebody), HoldExpired.
        """
        with transaction.atomic(durable=True):
            self.lock()
            seats = list(self.reserved_seats.all())
            refuse_unknown(seat_ids or [], {seat.seat_id for seat in seats})
            if self.status == Status.CANCELLED:
                return
            self.showtime.refuse_if_closed()
            now = timezone.now()
            cutoff = timedelta(minutes=settings.CANCELLATION_CUTOFF_MINUTES)
            if not by.is_admin and now >= self.showtime.starts_at - cutoff:
                raise TooLateToCancel
            self.refuse_if_expired()
            active = [seat for seat in seats if seat.released_at is None]
            chosen = [seat for seat in active if seat_ids is None or seat.seat_id in seat_ids]
            self.reserved_seats.filter(pk__in=[seat.pk for seat in chosen]).update(released_at=now)
            given_back = [seat.seat_id for seat in chosen]
            if len(chosen) == len(active):
                self.status, self.cancelled_at = Status.CANCELLED, now
                self.cancelled_because = CancelledBecause.USER if by.pk == self.user_id else CancelledBecause.ADMIN
                self.save(update_fields=["status", "cancelled_at", "cancelled_because"])
                self.record("cancelled", by=by, because=self.cancelled_because, seat_ids=given_back)
            elif chosen:
                self.record("seats_cancelled", by=by, seat_ids=given_back)


class ReservedSeatQuerySet(models.QuerySet):
    def active(self, now: datetime | None = None):
        """Those that keep others away: not released, and not of a hold that has run out."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now or timezone.now()), released_at=None)

    def sold(self):
        """Those of confirmed reservations."""
        return self.filter(expires_at=None, released_at=None)

    def expired(self, now: datetime | None = None):
        """Those of a hold that has run out, which nobody has taken over yet."""
        return self.filter(expires_at__lte=now or timezone.now(), released_at=None)


class ReservedSeat(models.Model):
    """
    A seat in a reservation; kept after its release, as history.

    `showtime` and `expires_at` repeat the seat's and the reservation's, so that the taken seats of a showtime are one
    look into one index. A seat's showtime never changes, and `expires_at` only under the locks of all the seats.
    """

    reservation = models.ForeignKey(Reservation, models.PROTECT, related_name="reserved_seats")
    showtime = models.ForeignKey(Showtime, models.PROTECT, related_name="reserved_seats", db_index=False)
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="reserved_seats")
    price = models.DecimalField(max_digits=8, decimal_places=2)
    expires_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)

    objects = ReservedSeatQuerySet.as_manager()

    class Meta:
        ordering = ("seat_id",)
        indexes = (models.Index(fields=("showtime", "released_at"), name="reservedseat_showtime"),)
        constraints = (
            models.UniqueConstraint(fields=("seat",), condition=Q(released_at=None), name="seat_reserved_once"),
            models.UniqueConstraint(fields=("reservation", "seat"), name="seat_listed_once"),
            models.CheckConstraint(condition=Q(price__gte=0), name="reserved_price_not_negative"),
        )

    def __str__(self) -> str:
        return str(self.seat)

    @property
    def is_active(self) -> bool:
        return self.released_at is None and (self.expires_at is None or self.expires_at > timezone.now())

    @property
    def status(self) -> str:
        return "active" if self.is_active else "released"


@Prepared
def seats_to_lock(reservation: int) -> models.QuerySet:
    return Seat.objects.filter(reserved_seats__reservation=reservation)


@Prepared
def reservation_and_showtime(pk: int) -> models.QuerySet:
    return Reservation.objects.filter(pk=pk).select_related("showtime")


@Prepared
def seats_given_away(reservation: int, expired_at: datetime) -> models.QuerySet:
    return ReservedSeat.objects.filter(reservation=reservation, released_at__gte=expired_at).values_list("pk")


@Prepared
def reservations_to_display(pks: list[int]) -> models.QuerySet:
    own = (field.name for field in Reservation._meta.fields)
    return Reservation.objects.filter(pk__in=pks).select_related("user").only(*own, "user__username").order_by()


@Prepared
def seats_to_display(reservations: list[int]) -> models.QuerySet:
    """Those that any of these has or had."""
    shown = ("reservation", "price", "expires_at", "released_at", "seat__row", "seat__number", "seat__kind")
    return ReservedSeat.objects.filter(reservation__pk__in=reservations).select_related("seat").only(*shown)
