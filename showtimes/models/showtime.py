from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models, transaction
from django.db.models import Case, F, OuterRef, Q, Value, When
from django.http import Http404
from django.utils import timezone

from movies.models import RUNTIME_MINUTES, Movie
from showtimes.exceptions import (
    HallOccupied,
    SeatsUnavailable,
    ShowtimeCancelled,
    ShowtimeHasReservations,
    ShowtimeStarted,
)
from showtimes.layouts import Kind, places
from showtimes.models.hall import TURNAROUND_MINUTES, Hall
from showtimes.models.seat import Seat, SeatStatus, refuse_unknown
from users.models import AuditEntry, User
from users.prepared import Prepared
from users.querysets import DisplayedQuerySet, LockingQuerySet, RowCount

LONGEST_OCCUPATION = timedelta(minutes=RUNTIME_MINUTES[1] + TURNAROUND_MINUTES[1])


class Status(models.TextChoices):
    SCHEDULED = "scheduled"
    CANCELLED = "cancelled"


class ShowtimeQuerySet(DisplayedQuerySet, LockingQuerySet):
    def scheduled(self):
        return self.filter(status=Status.SCHEDULED)

    def open(self):
        """Those whose seats can be reserved now."""
        return self.scheduled().filter(starts_at__gt=timezone.now())

    def for_display(self, now: datetime | None = None):
        """With all that an answer shows of them, in one query."""
        return self.with_title().with_available_seats(now)

    def read_for_display(self, pks: list[int]) -> list["Showtime"]:
        """20 of them in 0.4 ms instead of 2.2."""
        return showtimes_to_display(pks=pks, now=timezone.now())

    def with_title(self):
        """With their movies, and no more of those than the title."""
        return self.select_related("movie").only(*(field.name for field in self.model._meta.fields), "movie__title")

    def with_available_seats(self, now: datetime | None = None):
        """Adds `available_seats`, those that can be reserved now, without a query per row."""
        now = now or timezone.now()
        reserved = self.model.reserved_seats.rel.related_model.objects.active(now).filter(showtime=OuterRef("pk"))
        blocked = Seat.objects.filter(showtime=OuterRef("pk"), is_blocked=True)
        left = F("capacity") - RowCount(reserved) - RowCount(blocked)
        return self.annotate(
            available_seats=Case(When(status=Status.SCHEDULED, starts_at__gt=now, then=left), default=0)
        )

    def get_for_map(self, pk: int) -> "Showtime":
        """This one, with no more of its movie than the title. Raises Http404."""
        for showtime in showtimes_with_title(pks=[min(pk, models.BigIntegerField.MAX_BIGINT)]):
            return showtime
        raise Http404

    def with_titles(self, pks: list[int]) -> dict[int, "Showtime"]:
        """These by their keys, with no more of their movies than the titles."""
        return {showtime.pk: showtime for showtime in showtimes_with_title(pks=pks)}

    def on_between(self, start: datetime, end: datetime) -> "list[Showtime]":
        """Those that start then and were not cancelled, for display, by time."""
        return showtimes_on_between(start=start, end=end, now=timezone.now())

    def schedule(
        self, *, movie: Movie, hall: Hall, starts_at: datetime, price: Decimal, premium_price: Decimal | None = None
    ) -> "Showtime":
        """
        A new showtime with its seats, from the hall's layout of this moment. The one way to make one.

        Raises HallOccupied, and ValidationError when the hall is gone.
        """
        with transaction.atomic():
            hall.lock_for_showtime()
            showtime = Showtime(movie=movie, hall=hall, starts_at=starts_at, price=price, premium_price=premium_price)
            showtime.occupy_hall()
            showtime.capacity = hall.capacity
            showtime.save(force_insert=True)
            showtime.make_seats()
        return showtime


class Showtime(models.Model):
    """One film in one hall at one time, with seats to sell."""

    movie = models.ForeignKey(Movie, models.PROTECT, related_name="showtimes", db_index=False)
    hall = models.ForeignKey(Hall, models.PROTECT, related_name="showtimes", db_index=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(editable=False)
    occupied_until = models.DateTimeField(editable=False)
    price = models.DecimalField(max_digits=8, decimal_places=2, validators=[MinValueValidator(0)])
    premium_price = models.DecimalField(
        max_digits=8, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    status = models.CharField(max_length=9, choices=Status, default=Status.SCHEDULED, editable=False)
    capacity = models.PositiveSmallIntegerField(editable=False)
    changed_at = models.DateTimeField(auto_now=True)

    objects = ShowtimeQuerySet.as_manager()

    class Meta:
        ordering = ("starts_at", "pk")
        indexes = (
            models.Index(fields=("starts_at", "id"), name="showtime_starts_at"),
            models.Index(fields=("movie", "starts_at", "id"), name="showtime_movie"),
            models.Index(fields=("hall", "starts_at", "id"), name="showtime_hall"),
            models.Index(fields=("price", "id"), name="showtime_price"),
            models.Index(fields=("-price", "id"), name="showtime_dearest"),
            models.Index(fields=("status", "starts_at", "id"), name="showtime_status"),
        )
        # That no two overlap in a hall is migration 0002's: an exclusion constraint on PostgreSQL, triggers on SQLite.
        constraints = (
            models.CheckConstraint(condition=Q(price__gte=0), name="price_not_negative"),
            models.CheckConstraint(
                condition=Q(premium_price=None) | Q(premium_price__gte=0), name="premium_price_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at"), occupied_until__gte=F("ends_at")), name="showtime_in_order"
            ),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="showtime_status_known"),
        )

    def __str__(self) -> str:
        return f"{self.movie}, hall {self.hall_id}, {timezone.localtime(self.starts_at):%Y-%m-%d %H:%M}"

    @property
    def currency(self) -> str:
        return settings.CURRENCY

    @property
    def has_started(self) -> bool:
        return self.starts_at <= timezone.now()

    @property
    def is_open(self) -> bool:
        """Whether seats can be reserved."""
        return self.status == Status.SCHEDULED and not self.has_started

    def refuse_if_closed(self) -> None:
        """Raises ShowtimeCancelled or ShowtimeStarted when no seat of it can be reserved any more."""
        if self.status == Status.CANCELLED:
            raise ShowtimeCancelled
        if self.has_started:
            raise ShowtimeStarted

    def price_of(self, kind: Kind) -> Decimal:
        return self.premium_price if kind == Kind.PREMIUM and self.premium_price is not None else self.price

    def priced_seats(self) -> list[Seat]:
        """Its seats in layout order, each with its `price`."""
        seats = list(self.seats.order_by("y", "x"))
        for seat in seats:
            seat.price = self.price_of(seat.kind)
        return seats

    def occupy_hall(self) -> None:
        """
        Take the hall, which is locked, for the film and the turnaround after it. Raises HallOccupied.

        The look for others is bounded by the longest that a hall can be occupied, so that it costs the same however
        many showtimes there were.
        """
        self.starts_at = self.starts_at.astimezone(UTC)  # a sum in local time would slip when the clocks change
        self.ends_at = self.starts_at + timedelta(minutes=self.movie.runtime_minutes)
        self.occupied_until = self.ends_at + timedelta(minutes=self.hall.turnaround_minutes)
        in_the_way = self.hall.showtimes.scheduled().filter(
            starts_at__gt=self.starts_at - LONGEST_OCCUPATION,
            starts_at__lt=self.occupied_until,
            occupied_until__gt=self.starts_at,
        )
        if conflicts := list(in_the_way.exclude(pk=self.pk).values_list("pk", flat=True)):
            raise HallOccupied(conflicts)

    def make_seats(self) -> None:
        self.seats.bulk_create(Seat(showtime=self, **place._asdict()) for place in places(self.hall.layout))

    def edit(self, **fields) -> None:
        """
        Change movie, hall, starts_at, price or premium_price.

        A booking reads the showtime after it has locked its seats, so with all seats locked here it sees the whole
        change or nothing of it. Raises ShowtimeCancelled, ShowtimeStarted, ShowtimeHasReservations, HallOccupied,
        Http404 when it is gone, and ValidationError when the new hall is.
        """
        with transaction.atomic():
            Showtime.objects.lock_again(self)
            before = {name: getattr(self, name) for name in ("movie", "hall", "starts_at")}
            moved = {name for name in before if fields.get(name, before[name]) != before[name]}
            if moved:
                fields.get("hall", self.hall).lock_for_showtime()
            self.seats.lock()
            self.refuse_if_closed()
            if "hall" in moved and self.reservations.exists():
                raise ShowtimeHasReservations(
                    "Seats in this hall were reserved, so the hall stays. Make a new showtime."
                )
            if "movie" in moved and self.reservations.active().exists():
                raise ShowtimeHasReservations(
                    "Seats for this movie are reserved, so the movie stays. Make a new showtime."
                )
            for name, value in fields.items():
                setattr(self, name, value)
            if moved:
                self.occupy_hall()
            if "hall" in moved:
                self.seats.all().delete()
                self.capacity = self.hall.capacity
                self.make_seats()
            self.save()

    def delete(self, *args, **kwargs):
        """Raises ShowtimeHasReservations when it ever had one, and Http404 when it is gone."""
        with transaction.atomic():
            Showtime.objects.lock_again(self)
            self.seats.lock()
            if self.reservations.exists():
                raise ShowtimeHasReservations
            return super().delete(*args, **kwargs)

    def taken_seats(self, among: list[Seat] | None = None, now: datetime | None = None) -> dict[int, SeatStatus]:
        """
        Why each seat that cannot be reserved now cannot, by the seat's id. What is not in here is available.

        With `among`, a look at those only: they are locked, so what they say of themselves is true.
        """
        now = now or timezone.now()
        if among is None:
            return dict(seats_taken(showtime=self.pk, now=now))
        blocked = [seat.pk for seat in among if seat.is_blocked]
        reserved = seats_reserved(among=[seat.pk for seat in among], now=now)
        return dict.fromkeys(blocked, SeatStatus.BLOCKED) | {
            pk: SeatStatus.HELD if expires_at else SeatStatus.RESERVED for pk, expires_at in reserved
        }

    def lock_seats(self, seat_ids: list[int]) -> list[Seat]:
        """These seats, locked. Raises ValidationError for those that are not of this showtime."""
        seats = self.seats.filter(pk__in=seat_ids).lock()
        refuse_unknown(seat_ids, {seat.pk for seat in seats})
        return seats

    def block(self, seat_ids: list[int], because: str = "", by: User | None = None) -> None:
        """Take seats out of sale. Raises ValidationError for unknown ones, SeatsUnavailable for reserved ones."""
        with transaction.atomic():
            seats = self.lock_seats(seat_ids)
            taken = self.taken_seats(seats)
            refuse_taken(seats, {pk: why for pk, why in taken.items() if why != SeatStatus.BLOCKED})
            if fresh := [seat.pk for seat in seats if not seat.is_blocked]:
                self.seats.filter(pk__in=fresh).update(is_blocked=True, blocked_because=because)
                AuditEntry.objects.record("showtime.seats_blocked", self, by=by, seat_ids=fresh, reason=because)

    def unblock(self, seat_ids: list[int], by: User | None = None) -> None:
        """Put seats back on sale. Raises ValidationError for unknown ones."""
        with transaction.atomic():
            if blocked := [seat.pk for seat in self.lock_seats(seat_ids) if seat.is_blocked]:
                self.seats.filter(pk__in=blocked).update(is_blocked=False, blocked_because="")
                AuditEntry.objects.record("showtime.seats_unblocked", self, by=by, seat_ids=blocked)


def refuse_taken(seats: list[Seat], taken: dict[int, SeatStatus]) -> None:
    """Raises SeatsUnavailable that names each of `seats` that is taken, and why."""
    refused = [{"id": seat.pk, "label": seat.label, "reason": taken[seat.pk]} for seat in seats if seat.pk in taken]
    if refused:
        raise SeatsUnavailable(refused)


@Prepared
def showtimes_with_title(pks: list[int]) -> models.QuerySet:
    return Showtime.objects.filter(pk__in=pks).with_title().order_by()


@Prepared
def showtimes_to_display(pks: list[int], now: datetime) -> models.QuerySet:
    return Showtime.objects.filter(pk__in=pks).for_display(now).order_by()


@Prepared
def showtimes_on_between(start: datetime, end: datetime, now: datetime) -> models.QuerySet:
    on = Showtime.objects.scheduled().filter(starts_at__gte=start, starts_at__lt=end)
    return on.for_display(now).order_by("starts_at", "pk")


@Prepared
def seats_taken(showtime: int, now: datetime) -> models.QuerySet:
    """The id of each seat that cannot be reserved, and why."""
    reserved = Showtime.reserved_seats.rel.related_model.objects.active(now).filter(showtime=showtime)
    held_or_reserved = Case(When(expires_at=None, then=Value(SeatStatus.RESERVED)), default=Value(SeatStatus.HELD))
    blocked = Seat.objects.filter(showtime=showtime, is_blocked=True).order_by()
    return (
        reserved.order_by()
        .values_list("seat_id", held_or_reserved)
        .union(blocked.values_list("pk", Value(SeatStatus.BLOCKED)), all=True)
    )


@Prepared
def seats_reserved(among: list[int], now: datetime) -> models.QuerySet:
    """Those of these seats that somebody has, and until when."""
    reserved = Showtime.reserved_seats.rel.related_model.objects.active(now)
    return reserved.filter(seat__pk__in=among).order_by().values_list("seat_id", "expires_at")
