import hashlib
import json
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone

from reservations.exceptions import IdempotencyKeyReused
from reservations.models.reservation import Reservation
from users.models import User
from users.prepared import Prepared

LIFETIME = timedelta(hours=24)


def fingerprint(body) -> str:
    """The same for two bodies that are equal as parsed JSON, whatever the order of their members."""
    if isinstance(body, QueryDict):
        body = dict(body.lists())
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


class IdempotencyKeyQuerySet(models.QuerySet):
    def first_answer(self, user: User, key: str, body) -> str | None:
        """
        What the first request with this key was answered. Raises IdempotencyKeyReused when it had another body.

        Whoever asks holds the user's lock, so the first request is over. Keys that are too old go, and mean nothing.
        """
        oldest = timezone.now() - LIFETIME
        found = this_one_and_old_ones(user=user.pk, key=key, oldest=oldest)
        if old := [each.pk for each in found if each.created_at <= oldest]:
            self.filter(pk__in=old).delete()
        first = next((each for each in found if each.pk not in old), None)
        if first and first.fingerprint != fingerprint(body):
            raise IdempotencyKeyReused
        return first and first.answer

    def remember(self, reservation: Reservation, key: str, body, answer: str) -> None:
        self.create(
            user=reservation.user, key=key, fingerprint=fingerprint(body), reservation=reservation, answer=answer
        )


class IdempotencyKey(models.Model):
    """What a POST with this `Idempotency-Key` was answered, so that its repetition is answered the same."""

    user = models.ForeignKey(User, models.CASCADE, related_name="idempotency_keys", db_index=False)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    reservation = models.ForeignKey(Reservation, models.CASCADE, related_name="idempotency_keys")
    answer = models.TextField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = IdempotencyKeyQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "key"), name="idempotency_key_once"),)

    def __str__(self) -> str:
        return self.key


@Prepared
def this_one_and_old_ones(user: int, key: str, oldest: datetime) -> models.QuerySet:
    return IdempotencyKey.objects.filter(Q(key=key) | Q(created_at__lte=oldest), user=user)
