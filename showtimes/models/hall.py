from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.http import Http404
from rest_framework.exceptions import ErrorDetail, ValidationError

from showtimes.layouts import capacity, validate_layout
from users.querysets import LockingQuerySet

TURNAROUND_MINUTES = (0, 600)


class Hall(models.Model):
    """A room with a screen, known by its number."""

    number = models.PositiveSmallIntegerField(
        primary_key=True, validators=[MinValueValidator(1), MaxValueValidator(32767)]
    )
    name = models.CharField(max_length=100)
    layout = models.JSONField(validators=[validate_layout])
    turnaround_minutes = models.PositiveSmallIntegerField(
        default=15,
        validators=[MinValueValidator(TURNAROUND_MINUTES[0]), MaxValueValidator(TURNAROUND_MINUTES[1])],
    )

    objects = LockingQuerySet.as_manager()

    class Meta:
        ordering = ("number",)
        constraints = (
            models.CheckConstraint(
                condition=Q(turnaround_minutes__range=TURNAROUND_MINUTES), name="turnaround_in_range"
            ),
        )

    def __str__(self) -> str:
        return f"{self.number}: {self.name}"

    @property
    def capacity(self) -> int:
        return capacity(self.layout)

    def lock_for_showtime(self) -> None:
        """Read it again and keep it locked, so that showtimes come one after the other. Raises ValidationError."""
        try:
            Hall.objects.lock_again(self)
        except Http404:
            raise ValidationError({"hall_number": [ErrorDetail("There is no such hall.", "does_not_exist")]}) from None
