from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import accumulate
from typing import NamedTuple

from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError
from django.db.models import Q, QuerySet
from django.utils import timezone

from api.models import ThrottleCounter
from api.throttles import sweep
from reservations.models import IdempotencyKey
from users.models import AuditEntry, Login

BATCH = 1000  # rows in one transaction, so that nobody waits for long


def old_logins(before: datetime) -> QuerySet:
    return Login.objects.filter(Q(expires_at__lt=before) | Q(revoked_at__lt=before))


def old_keys(before: datetime) -> QuerySet:
    return IdempotencyKey.objects.filter(created_at__lt=before)


def old_throttles(before: datetime) -> QuerySet:
    return ThrottleCounter.objects.filter(expires_at__lt=before.timestamp())


def old_sessions(before: datetime) -> QuerySet:
    return Session.objects.filter(expire_date__lt=before)


def old_history(before: datetime) -> QuerySet:
    return LogEntry.objects.filter(action_time__lt=before)


def old_entries(before: datetime) -> QuerySet:
    return AuditEntry.objects.filter(at__lt=before)


def delete(old: QuerySet, before: datetime) -> Iterator[int]:
    """How many at each step, by primary key: what is gone already is not looked at again."""
    rest = old.order_by("pk")
    while pks := list(rest.values_list("pk", flat=True)[:BATCH]):
        yield old.filter(pk__in=pks).delete()[0]
        rest = rest.filter(pk__gt=pks[-1])


def sweep_throttles(old: QuerySet, before: datetime) -> Iterator[int]:
    """Those that somebody counts with at this moment are left alone."""
    while removed := sweep(before.timestamp()):
        yield removed


def purge_audit(old: QuerySet, before: datetime) -> Iterator[int]:
    total = 0
    while removed := AuditEntry.objects.purge(before, BATCH):
        total += removed
        yield removed
    if total:
        AuditEntry.objects.record("audit.purged", entries=total, before=before)


class Kind(NamedTuple):
    """What grows, and may go so many days after it is of no use any more; `least` of them at any rate."""

    name: str
    what: str
    days: int
    old: Callable[[datetime], QuerySet]
    least: int = 0
    remove: Callable[[QuerySet, datetime], Iterator[int]] = delete


KINDS = (
    Kind("logins", "logins, after their end", 30, old_logins),
    Kind("keys", "idempotency keys, after the reservation", 1, old_keys, least=1),
    Kind("throttles", "throttle counters, after their window", 0, old_throttles, remove=sweep_throttles),
    Kind("sessions", "sessions of the admin site, after their end", 0, old_sessions),
    Kind("history", "the admin site's own history", 365, old_history),
    Kind("audit", "audit entries", 365, old_entries, least=30, remove=purge_audit),
)


class Command(BaseCommand):
    help = (
        "Removes what is too old to be of use, a thousand rows at a time: once a week is often enough. See first with "
        "--dry-run how much that is. The audit log needs the role that migrates: docs/operations.md."
    )

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="Only count.")
        for kind in KINDS:
            least = f", at least {kind.least}" if kind.least else ""
            text = f"Days to keep {kind.what} (by default {kind.days}{least})."
            parser.add_argument(f"--{kind.name}", metavar="DAYS", type=int, default=kind.days, help=text)

    def handle(self, *, dry_run: bool, **options):
        now = timezone.now()
        for kind in KINDS:
            if not kind.least <= options[kind.name] <= 36_500:
                raise CommandError(f"--{kind.name}: give {kind.least} to 36500 days.")
        for kind in KINDS:
            before = now - timedelta(days=options[kind.name])
            old = kind.old(before)
            count = old.count()
            removed = 0
            try:
                for removed in () if dry_run else accumulate(kind.remove(old, before)):
                    self.show(f"{kind.name}: {removed:,} of {count:,} …")
            except ProgrammingError as refusal:  # the role that serves may only add to the audit log
                raise CommandError(f"{kind.name}: {refusal}Run this as the role that migrates.") from None
            verb, number = ("would go", count) if dry_run else ("removed", removed)
            self.tell(f"{kind.name}: {number:,} {verb}, from before {before:%Y-%m-%d %H:%M} UTC.")

    def show(self, progress: str) -> None:
        if self.stdout.isatty():
            self.stdout.write(f"\r\033[K{progress}", ending="")
            self.stdout.flush()

    def tell(self, result: str) -> None:
        self.stdout.write(f"\r\033[K{result}" if self.stdout.isatty() else result)
