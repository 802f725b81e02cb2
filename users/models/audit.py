from datetime import datetime

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.utils import timezone

from users.request_id import request_id
from users.rows import insert


class AuditEntryManager(models.Manager):
    def record(self, action: str, target: models.Model | None = None, *, by=None, **details) -> None:
        """Write down that `by` did `action` to `target`, in the transaction that does it: both stay, or neither."""
        insert([AuditEntry.of(action, target, by=by, **details)])

    def purge(self, before: datetime, at_most: int) -> int:
        """
        Remove the oldest entries that were written before then; how many they were.

        The one way through: PostgreSQL's trigger looks for this setting, which ends with the transaction. What is
        younger than 30 days neither database lets go of: raises IntegrityError.
        """
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL cinema.purging_audit = 'on'")
            old = self.filter(at__lt=before).order_by("at").values_list("pk", flat=True)[:at_most]
            return self.filter(pk__in=list(old)).delete()[0]


class AuditEntry(models.Model):
    """
    Who did what, to whom or what, and when. Written once: migration 0002 has the database refuse every change.

    The actor's key has no constraint, for three reasons: an entry outlives its actor, a deleted user takes no entry
    along, and writing one takes no lock on anybody's row.
    """

    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    action = models.CharField(max_length=40)
    target = models.CharField(max_length=60, blank=True)
    details = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    request_id = models.CharField(max_length=64, blank=True)

    objects = AuditEntryManager()

    class Meta:
        ordering = ("-pk",)
        verbose_name_plural = "audit entries"
        indexes = (
            models.Index(fields=("at",), name="audit_at"),
            models.Index(fields=("actor", "-id"), name="audit_actor"),
            models.Index(fields=("action", "-id"), name="audit_action"),
            models.Index(fields=("target", "-id"), name="audit_target"),
        )

    def __str__(self) -> str:
        return f"{self.action} {self.target}".strip()

    @classmethod
    def of(cls, action: str, target: models.Model | None = None, *, by=None, **details) -> "AuditEntry":
        """
        To be saved by `record`, or many in one statement.

        `by` is the user who asked, None where nobody was logged in. No secret and nobody's name or mail address goes
        into the details (OWASP Logging Cheat Sheet): who somebody is is looked up when the entry is read.
        """
        return cls(
            actor_id=by and by.pk,
            action=action,
            target=f"{target._meta.model_name}/{target.pk}" if target else "",
            details=details,
            request_id=request_id.get(),
        )
