from functools import cache

from django.db import transaction
from django.utils import timezone
from rest_framework import serializers

from movies.models import Movie
from movies.serializers import MovieSerializer
from showtimes.fields import DayField, InstantField
from showtimes.layouts import MAX_PLACES, MAX_ROWS, validate_layout
from showtimes.models import Hall, Seat, SeatStatus, Showtime
from users.days import LAST
from users.filters import LARGEST_ID
from users.representation import Prebuilt


def validated(serializer_class: type[serializers.Serializer], data) -> dict:
    """What was asked, checked. Raises ValidationError."""
    return dict(nothing_asked(serializer_class)) if data == {} else checked(serializer_class, data)


@cache
def nothing_asked(serializer_class: type[serializers.Serializer]) -> dict:
    """What comes of no input at all, looked at once: it took a twelfth of the answer that a seat map is unchanged."""
    return checked(serializer_class, {})


def checked(serializer_class: type[serializers.Serializer], data) -> dict:
    serializer = serializer_class(data=data)
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data


class HallSerializer(Prebuilt, serializers.ModelSerializer):
    layout = serializers.ListField(
        child=serializers.CharField(max_length=MAX_PLACES, trim_whitespace=False, allow_blank=True),
        max_length=MAX_ROWS,
        validators=[validate_layout],
        help_text="A string a row, from the screen back: S standard, P premium, A accessible, . no seat.",
    )
    capacity = serializers.IntegerField(read_only=True)

    class Meta:
        model = Hall
        fields = ("number", "name", "layout", "capacity", "turnaround_minutes")

    @transaction.atomic
    def update(self, hall: Hall, validated_data) -> Hall:
        Hall.objects.lock_again(hall)
        return super().update(hall, validated_data)

    def validate_number(self, number: int) -> int:
        if self.instance and number != self.instance.number:
            raise serializers.ValidationError("A hall keeps its number. Add another hall.")
        return number


class IdOfField(serializers.PrimaryKeyRelatedField):
    """What has this id, which is a whole number: the database would look up 1.5 as 1."""

    def to_internal_value(self, data):
        if isinstance(data, float):
            self.fail("incorrect_type", data_type=type(data).__name__)
        return super().to_internal_value(data)


class ShowtimeSerializer(Prebuilt, serializers.ModelSerializer):
    movie_id = IdOfField(source="movie", queryset=Movie.objects.all())
    movie_title = serializers.CharField(source="movie.title", read_only=True)
    hall_number = IdOfField(source="hall", queryset=Hall.objects.all())
    starts_at = InstantField()
    currency = serializers.CharField(read_only=True)
    available_seats = serializers.IntegerField(read_only=True)

    class Meta:
        model = Showtime
        fields = (
            "id",
            "movie_id",
            "movie_title",
            "hall_number",
            "starts_at",
            "ends_at",
            "price",
            "premium_price",
            "currency",
            "status",
            "capacity",
            "available_seats",
        )
        read_only_fields = ("ends_at", "status", "capacity")

    def validate_starts_at(self, starts_at):
        if starts_at <= timezone.now():
            raise serializers.ValidationError("This is in the past. Choose a later time.", "in_the_past")
        if starts_at.date() >= LAST:
            raise serializers.ValidationError("This is too far away. Choose an earlier time.", "too_far")
        return starts_at

    def create(self, validated_data) -> Showtime:
        return self.read_again(Showtime.objects.schedule(**validated_data))

    def update(self, showtime: Showtime, validated_data) -> Showtime:
        showtime.edit(**validated_data)
        return self.read_again(showtime)

    def read_again(self, showtime: Showtime) -> Showtime:
        """
        As it is stored, with its available seats. Within the view's transaction, since a moment later it could be
        deleted; not its movie, which could be gone already: then the foreign key refuses at COMMIT, and says so.
        """
        stored = Showtime.objects.with_available_seats().get(pk=showtime.pk)
        stored.movie = showtime.movie
        return stored


class SeatSerializer(Prebuilt, serializers.ModelSerializer):
    """A seat as the `SeatMap` shows it."""

    label = serializers.CharField(read_only=True)
    price = serializers.DecimalField(max_digits=8, decimal_places=2, read_only=True)
    status = serializers.ChoiceField(choices=SeatStatus.choices, read_only=True)

    class Meta:
        model = Seat
        fields = ("id", "row", "number", "label", "kind", "x", "y", "price", "status")
        read_only_fields = fields


class SeatIdsField(serializers.ListField):
    """Ids of seats of one showtime, each once."""

    def __init__(self, **kwargs):
        super().__init__(
            child=serializers.IntegerField(min_value=1, max_value=LARGEST_ID),
            allow_empty=False,
            max_length=1000,
            **kwargs,
        )

    def run_validation(self, data=serializers.empty):
        seat_ids = super().run_validation(data)
        if seat_ids and len(set(seat_ids)) < len(seat_ids):
            raise serializers.ValidationError("Name each seat once.", "duplicate")
        return seat_ids


class UnblockSerializer(serializers.Serializer):
    seat_ids = SeatIdsField()


class BlockSerializer(UnblockSerializer):
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class AvailableSerializer(serializers.Serializer):
    """What `seats/` can be asked."""

    available = serializers.BooleanField(required=False, default=False, help_text="`true`: only the free ones.")


class DaySerializer(serializers.Serializer):
    """What `schedule/` can be asked."""

    date = DayField(required=False, help_text="A day in the cinema's time zone; today by default.")


class ScheduleSerializer(Prebuilt):
    """A movie and its showtimes of one day."""

    movie = MovieSerializer()
    showtimes = ShowtimeSerializer(many=True)
