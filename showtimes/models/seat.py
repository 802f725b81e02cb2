from django.db import models
from django.db.models import Q
from rest_framework.exceptions import ErrorDetail, ValidationError

from showtimes.layouts import Kind
from users.querysets import LockingQuerySet


class SeatStatus(models.TextChoices):
    AVAILABLE = "available"
    HELD = "held"
    RESERVED = "reserved"
    BLOCKED = "blocked"


def refuse_unknown(seat_ids: list[int], known: set[int]) -> None:
    """Raises ValidationError at `seat_ids.N` for each that is not known here."""
    no_such_seat = ErrorDetail("There is no such seat here.", "does_not_exist")
    if unknown := {n: [no_such_seat] for n, seat_id in enumerate(seat_ids) if seat_id not in known}:
        raise ValidationError({"seat_ids": unknown})


class Seat(models.Model):
    """One place of one showtime: the row that a booking locks."""

    showtime = models.ForeignKey("showtimes.Showtime", models.CASCADE, related_name="seats", db_index=False)
    row = models.CharField(max_length=2)
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    x = models.PositiveSmallIntegerField()
    y = models.PositiveSmallIntegerField()
    is_blocked = models.BooleanField(default=False)
    blocked_because = models.CharField(max_length=200, blank=True)

    objects = LockingQuerySet.as_manager()

    class Meta:
        ordering = ("showtime_id", "y", "x")
        indexes = (models.Index(fields=("showtime",), condition=Q(is_blocked=True), name="seat_blocked"),)
        constraints = (
            models.UniqueConstraint(fields=("showtime", "y", "x"), name="place_has_one_seat"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="seat_kind_known"),
        )

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return f"{self.row}{self.number}"
