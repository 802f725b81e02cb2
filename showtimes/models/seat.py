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


class SeatQuerySet(LockingQuerySet):
    def lock_each(self, seat_ids: list[int]) -> "list[Seat]":
        """The seats with these ids, locked. Raises ValidationError at `seat_ids.N` for each that is not among these."""
        seats = self.filter(pk__in=seat_ids).lock()
        found = {seat.pk for seat in seats}
        no_such_seat = ErrorDetail("This showtime has no such seat.", "does_not_exist")
        if unknown := {n: [no_such_seat] for n, seat_id in enumerate(seat_ids) if seat_id not in found}:
            raise ValidationError({"seat_ids": unknown})
        return seats


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

    objects = SeatQuerySet.as_manager()

    class Meta:
        ordering = ("showtime", "y", "x")
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
