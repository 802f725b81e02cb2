import uuid
from datetime import datetime

from django.conf import settings
from django.db import models, transaction
from django.db.models import F
from django.utils import timezone

from users.exceptions import RefreshSuperseded
from users.models.audit import AuditEntry
from users.prepared import Prepared


class LoginQuerySet(models.QuerySet):
    def alive(self, now: datetime | None = None):
        return self.filter(revoked_at=None, expires_at__gt=now or timezone.now())

    def get_alive(self, pk: int, user_pk: int) -> "Login":
        """This living login of this active user, with the user. Raises Login.DoesNotExist."""
        for login in alive_of_active_user(pk=pk, user_pk=user_pk, now=timezone.now()):
            return login
        raise self.model.DoesNotExist

    def revoke(self) -> int:
        return self.filter(revoked_at=None).update(revoked_at=timezone.now())


def new_token_id() -> str:
    return uuid.uuid4().hex


def login_expiry():
    return timezone.now() + settings.LOGIN_LIFETIME


class Login(models.Model):
    """One log-in on one device: the family of all refresh tokens that descend from it (RFC 9700, 4.14.2)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="logins")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_refreshed_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(default=login_expiry, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)
    user_agent = models.CharField(max_length=255, blank=True, editable=False)
    token_id = models.CharField(max_length=32, default=new_token_id, editable=False)
    previous_token_id = models.CharField(max_length=32, blank=True, editable=False)

    objects = LoginQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.user_id} at {self.created_at:%Y-%m-%d %H:%M}"

    def rotate(self, token_id: str) -> bool:
        """
        Use up the refresh token `token_id`; the login then names a new one. False when that token has no life left.

        One UPDATE with conditions on its own columns decides who is first. Who comes second with the token that was
        just replaced (two tabs, a lost answer) gets RefreshSuperseded and no harm done; any other reuse means that a
        copy of the token is about, and ends the whole login.
        """
        now = timezone.now()
        successor = new_token_id()
        mine = Login.objects.filter(pk=self.pk)
        if mine.filter(token_id=token_id, revoked_at=None, expires_at__gt=now).update(
            token_id=successor, previous_token_id=F("token_id"), last_refreshed_at=now
        ):
            self.token_id = successor
            return True
        self.refresh_from_db()
        just_replaced = (
            self.revoked_at is None
            and token_id == self.previous_token_id
            and timezone.now() - self.last_refreshed_at <= settings.REFRESH_GRACE
        )
        if just_replaced:
            raise RefreshSuperseded
        with transaction.atomic():
            if mine.revoke():
                AuditEntry.objects.record("login.refresh_reused", self.user, login_id=self.pk)
        return False

    def end(self, by) -> None:
        """Log out: no token of it works from now on. One that has ended already stays as it is."""
        with transaction.atomic():
            if Login.objects.filter(pk=self.pk).revoke():
                AuditEntry.objects.record("login.ended", self.user, by=by, login_id=self.pk)


@Prepared
def alive_of_active_user(pk: int, user_pk: int, now: datetime) -> models.QuerySet:
    return Login.objects.alive(now).filter(pk=pk, user=user_pk, user__is_active=True).select_related("user").order_by()
