import json
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from rest_framework import serializers
from rest_framework.settings import api_settings

from reservations import lookups, reports
from reservations.best_available import best_available
from reservations.exceptions import HoldLimitExceeded, NotEnoughSeats, SeatLimitExceeded
from reservations.models import SHOWN_STATUSES, CancelledBecause, IdempotencyKey, Reservation, ReservedSeat
from showtimes.fields import DayField, IdField
from showtimes.layouts import Kind
from showtimes.models import Seat, Showtime, refuse_taken, refuse_unknown
from showtimes.serializers import SeatIdsField
from users.filters import LARGEST_ID
from users.models import User
from users.representation import Prebuilt, Shared


class BookerSerializer(Prebuilt, serializers.ModelSerializer):
    """Who reserved."""

    class Meta:
        model = User
        fields = ("id", "username")


class BookedShowtimeSerializer(Prebuilt, serializers.ModelSerializer):
    """What was reserved a seat of."""

    movie_id = serializers.IntegerField(read_only=True)
    movie_title = serializers.CharField(source="movie.title", read_only=True)
    hall_number = serializers.IntegerField(source="hall_id", read_only=True)

    class Meta:
        model = Showtime
        fields = ("id", "movie_id", "movie_title", "hall_number", "starts_at", "ends_at", "status")
        read_only_fields = fields


class ReservedSeatSerializer(Prebuilt, serializers.ModelSerializer):
    """A seat of a reservation, at the price of the moment of booking."""

    id = serializers.IntegerField(source="seat_id", read_only=True)
    label = serializers.CharField(source="seat.label", read_only=True)
    row = serializers.CharField(source="seat.row", read_only=True)
    number = serializers.IntegerField(source="seat.number", read_only=True)
    kind = serializers.ChoiceField(source="seat.kind", choices=Kind.choices, read_only=True)
    status = serializers.ChoiceField(choices=("active", "released"), read_only=True)

    class Meta:
        model = ReservedSeat
        fields = ("id", "label", "row", "number", "kind", "price", "status")
        read_only_fields = fields


class ReservationSerializer(Prebuilt, serializers.ModelSerializer):
    user = BookerSerializer(read_only=True)
    showtime = BookedShowtimeSerializer(read_only=True)
    seats = ReservedSeatSerializer(many=True, read_only=True)
    status = serializers.ChoiceField(source="shown_status", choices=SHOWN_STATUSES, read_only=True)
    total = serializers.DecimalField(max_digits=10, decimal_places=2, read_only=True)
    currency = serializers.CharField(read_only=True)
    cancelled_because = serializers.ChoiceField(choices=CancelledBecause.choices, allow_null=True, read_only=True)

    class Meta:
        model = Reservation
        fields = (
            "id",
            "code",
            "user",
            "showtime",
            "seats",
            "status",
            "total",
            "currency",
            "created_at",
            "expires_at",
            "cancelled_at",
            "cancelled_because",
        )
        read_only_fields = fields


class Answer(NamedTuple):
    """What a booking is answered: by itself, or by the first request with the same `Idempotency-Key`."""

    body: dict
    is_replayed: bool = False


class ReserveSerializer(Shared):
    """Seats to reserve: these very ones (`seat_ids`), or so many of the best (`quantity`)."""

    showtime_id = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    seat_ids = SeatIdsField(required=False, help_text="These seats; or else give `quantity`.")
    quantity = serializers.IntegerField(
        min_value=1, max_value=LARGEST_ID, required=False, help_text="So many of the best available seats."
    )
    kind = serializers.ChoiceField(
        choices=Kind.choices, required=False, help_text="With `quantity`: only seats of this kind."
    )
    hold = serializers.BooleanField(default=False, help_text="Only hold them, until `expires_at`: confirm before.")

    def validate(self, attrs):
        if ("seat_ids" in attrs) == ("quantity" in attrs):
            raise serializers.ValidationError("Give either seat_ids or quantity.")
        if "kind" in attrs and "quantity" not in attrs:
            raise serializers.ValidationError({"kind": "A kind goes with quantity only."})
        most = settings.MAX_SEATS_PER_RESERVATION
        if len(attrs.get("seat_ids", ())) > most or attrs.get("quantity", 0) > most:
            field = "seat_ids" if "seat_ids" in attrs else "quantity"
            raise serializers.ValidationError({field: f"At most {most} seats at a time."})
        return attrs

    def create(self, validated_data) -> Answer:
        """
        Lock, look again, write. All of it or nothing; on any doubt the database's constraints have the last word.

        The locks: the user's own row, on which limits and idempotency keys hang, then the seats; never the showtime, so
        that bookings of different seats run side by side. Whatever else is read is read after them, for until then it
        could be stale. Raises ValidationError, IdempotencyKeyReused, ShowtimeCancelled, ShowtimeStarted,
        SeatLimitExceeded, HoldLimitExceeded, SeatsUnavailable, NotEnoughSeats.
        """
        user, key, hold = validated_data["user"], validated_data["key"], validated_data["hold"]
        with transaction.atomic(durable=True):
            lookups.user_row.lock(pk=user.pk)
            if key and (answer := IdempotencyKey.objects.first_answer(user, key, self.initial_data)):
                return Answer(json.loads(answer), is_replayed=True)
            # None are left when we waited for a showtime that moved to another hall: there it has new ones.
            locked = self.lock_seats() or self.lock_seats()
            now = timezone.now()
            showtime = self.read_showtime(user, now)
            refuse_unknown(validated_data.get("seat_ids", ()), {seat.pk for seat in locked})
            showtime.refuse_if_closed()
            refuse_over_limits(user, showtime, validated_data.get("quantity") or len(locked), hold, now)
            seats = self.choose(showtime, locked, now)
            reservation = Reservation.objects.write(
                user, showtime, seats, hold=hold, now=now, over_expired=showtime.has_expired_holds
            )
            body = ReservationSerializer(reservation).data
            if key:
                render = api_settings.DEFAULT_RENDERER_CLASSES[0]().render
                IdempotencyKey.objects.remember(reservation, key, self.initial_data, render(body).decode())
        return Answer(body)

    def lock_seats(self) -> list[Seat]:
        """The asked seats; for the best available, all of them."""
        showtime, seat_ids = self.validated_data["showtime_id"], self.validated_data.get("seat_ids")
        if seat_ids:
            return lookups.seats_named.lock(showtime=showtime, pks=seat_ids)
        return lookups.seats_of.lock(showtime=showtime)

    def read_showtime(self, user: User, now: datetime) -> Showtime:
        for showtime in lookups.showtime_to_book(pk=self.validated_data["showtime_id"], user=user.pk, now=now):
            return showtime
        missing = serializers.ErrorDetail("There is no such showtime.", "does_not_exist")
        raise serializers.ValidationError({"showtime_id": [missing]})

    def choose(self, showtime: Showtime, locked: list[Seat], now: datetime) -> list[Seat]:
        if "seat_ids" in self.validated_data:
            refuse_taken(locked, showtime.taken_seats(locked, now))
            return locked
        taken, quantity = showtime.taken_seats(now=now), self.validated_data["quantity"]
        free = [seat for seat in locked if seat.pk not in taken]
        asked = self.validated_data.get("kind")
        for kinds in [{asked}] if asked else [{Kind.STANDARD}, {Kind.PREMIUM}, {Kind.STANDARD, Kind.PREMIUM}]:
            if seats := best_available(locked, [seat for seat in free if seat.kind in kinds], quantity):
                return seats
        raise NotEnoughSeats


def refuse_over_limits(user: User, showtime: Showtime, quantity: int, hold: bool, now: datetime) -> None:
    """Raises SeatLimitExceeded or HoldLimitExceeded. The user's row is locked, so nobody counts beside us."""
    if showtime.mine + quantity > settings.MAX_SEATS_PER_SHOWTIME:
        most, mine = settings.MAX_SEATS_PER_SHOWTIME, showtime.mine
        raise SeatLimitExceeded(f"One person can have {most} seats in a showtime; you have {mine}. Ask for fewer.")
    if hold and len(lookups.live_holds(user=user.pk, now=now)) >= settings.MAX_HOLDS_PER_USER:
        raise HoldLimitExceeded


class CancelSerializer(Shared):
    """Which seats to give back; without `seat_ids`, all."""

    seat_ids = SeatIdsField(required=False)


class SalesQuerySerializer(serializers.Serializer):
    """What the sales report can be asked."""

    date_from = DayField(required=False, help_text="First day of the showtimes' start.")
    date_to = DayField(required=False, help_text="Last day of the showtimes' start.")
    movie_id = IdField(required=False)
    hall_number = IdField(required=False)
    group_by = serializers.ChoiceField(
        choices=tuple(reports.GROUPS), default="showtime", help_text="`showtime` by default."
    )


class FiguresSerializer(serializers.Serializer):
    """How well something sold."""

    showtimes = serializers.IntegerField()
    capacity = serializers.IntegerField(help_text="All seats.")
    reserved = serializers.IntegerField(help_text="Seats of confirmed reservations.")
    occupancy = serializers.FloatField(min_value=0, max_value=1, help_text="reserved / capacity")
    revenue = serializers.DecimalField(max_digits=20, decimal_places=2)


class SalesRowSerializer(FiguresSerializer):
    key = serializers.CharField()
    label = serializers.CharField()

    def get_fields(self):
        fields = super().get_fields()
        return {name: fields.pop(name) for name in ("key", "label")} | fields


class SalesSerializer(serializers.Serializer):
    """The sales report."""

    currency = serializers.CharField()
    totals = FiguresSerializer()
    rows = SalesRowSerializer(many=True)
