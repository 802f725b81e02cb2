"""What is stored of a person, to hand out and to erase (GDPR, articles 15 and 17): docs/privacy.md."""

import secrets

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from reservations.models import Reservation
from reservations.serializers import ReservationSerializer
from users.models import AuditEntry, Role, User

SECRETS = ("password", "token_id", "previous_token_id")


def export(user: User) -> dict:
    """All that is stored of this user but secrets, which are of no use to anybody else than a thief."""
    reservations = user.reservations.for_display()
    return {
        "account": plain(User.objects.filter(pk=user.pk))[0],
        "logins": plain(user.logins.all()),
        "reservations": ReservationSerializer(reservations, many=True).data,
        "idempotency_keys": plain(user.idempotency_keys.all()),
        "audit_log": plain(entries_about(user)),
        "admin_site_history": plain(history_of(user)),
    }


def plain(rows: QuerySet) -> list[dict]:
    return [{name: value for name, value in row.items() if name not in SECRETS} for row in rows.values()]


def entries_about(user: User) -> QuerySet[AuditEntry]:
    """What this user did, and what was done to them and to their reservations."""
    targets = [f"user/{user.pk}", *(f"reservation/{pk}" for pk in user.reservations.values_list("pk", flat=True))]
    return AuditEntry.objects.filter(Q(actor=user.pk) | Q(target__in=targets))


def history_of(user: User) -> QuerySet[LogEntry]:
    """What Django's admin site remembers of what this user did there, and of what was done to them."""
    return LogEntry.objects.filter(Q(user=user) | done_to(user))


def done_to(user: User) -> Q:
    return Q(content_type=ContentType.objects.get_for_model(User), object_id=str(user.pk))


def upcoming(user: User) -> QuerySet[Reservation]:
    return user.reservations.active().filter(showtime__starts_at__gt=timezone.now()).select_related("showtime__movie")


@transaction.atomic(durable=True)
def erase(user: User) -> None:
    """
    Take the person away; the reservations stay, as somebody's whom nobody knows. Raises LastAdmin.

    The row stays, because reservations and audit entries name it by its key. Those entries hold no name, so that they
    need no change. The new name is one that nobody can have taken.
    """
    user.change(role=Role.USER, is_active=False)
    user.username = f"erased-{secrets.token_hex(8)}"
    user.email = f"{user.username}@erased.invalid"  # RFC 2606: no mail goes there
    user.last_login = None
    user.set_unusable_password()
    user.save()
    user.logins.all().delete()
    user.idempotency_keys.all().delete()  # each with an answer in it, and the name in that
    LogEntry.objects.filter(done_to(user)).update(object_repr=user.username)
    AuditEntry.objects.record("user.erased", user)
