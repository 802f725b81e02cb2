"""`manage.py purge`: what is too old goes, and nothing else."""

from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.utils import timezone

from api.management.commands import purge
from api.models import ThrottleCounter
from reservations.models import IdempotencyKey
from tests.cinema import reserve
from tests.refusals import nothing_changes
from users.models import AuditEntry, Login

pytestmark = pytest.mark.django_db
NAMES = ["logins", "keys", "throttles", "sessions", "history", "audit"]


def run(*options: str) -> dict[str, int]:
    """How many of each kind it says went, or would go."""
    said = StringIO()
    call_command("purge", *options, stdout=said)
    lines = [line.split(": ") for line in said.getvalue().splitlines()]
    return {name: int(rest.split()[0]) for name, rest in lines}


def ago(days: float):
    return timezone.now() - timedelta(days=days)


@pytest.fixture
def make(alice, ada, showtime):
    """Makes one of a kind that has been of no use for so many days."""
    reservation = reserve(alice, showtime, "A1")

    def key(days):
        key = IdempotencyKey.objects.create(
            user=alice, key=f"{days}", fingerprint="", answer="", reservation=reservation, created_at=ago(days)
        )
        return key

    def history(days):
        entry = LogEntry.objects.create(user=ada, object_repr="", action_flag=1, change_message="")
        LogEntry.objects.filter(pk=entry.pk).update(action_time=ago(days))
        return entry

    def audit(days):
        entry = AuditEntry.of("login.failed")
        entry.at = ago(days)
        entry.save()
        return entry

    return {
        "logins": lambda days: alice.logins.create(expires_at=ago(days)),
        "keys": key,
        "throttles": lambda days: ThrottleCounter.objects.create(key=days, hits=1, expires_at=ago(days).timestamp()),
        "sessions": lambda days: Session.objects.create(session_key=f"{days}", expire_date=ago(days)),
        "history": history,
        "audit": audit,
    }


DEFAULTS = {"logins": 30, "keys": 1, "throttles": 0, "sessions": 0, "history": 365, "audit": 365}


def test_there_are_these_kinds():
    assert {kind.name: kind.days for kind in purge.KINDS} == DEFAULTS


@pytest.mark.parametrize("name", NAMES)
def test_what_is_too_old_goes_and_nothing_else(make, name):
    old = make[name](DEFAULTS[name] + 0.1)
    kept = make[name](DEFAULTS[name] - 0.1)
    assert run() == dict.fromkeys(NAMES, 0) | {name: 1}
    model = type(old)
    assert not model.objects.filter(pk=old.pk).exists()
    assert model.objects.filter(pk=kept.pk).exists()


@pytest.mark.parametrize("name", NAMES)
def test_each_age_can_be_another(make, name):
    made = make[name](DEFAULTS[name] + 5)
    assert run(f"--{name}", str(DEFAULTS[name] + 10))[name] == 0
    assert type(made).objects.filter(pk=made.pk).exists()
    assert run(f"--{name}", str(DEFAULTS[name] + 4))[name] == 1


def test_a_login_that_was_ended_goes_before_it_would_have_run_out(alice, bob):
    for user, days in ((alice, 31), (bob, 29)):
        user.logins.create(revoked_at=ago(days), expires_at=ago(-5))
    assert run()["logins"] == 1
    assert Login.objects.get().user == bob


def test_a_dry_run_counts_and_changes_nothing(make):
    for name in NAMES:
        make[name](DEFAULTS[name] + 1)
    with nothing_changes(ThrottleCounter):
        assert run("--dry-run") == dict.fromkeys(NAMES, 1)
    assert ThrottleCounter.objects.count() == 1


@pytest.mark.parametrize("name", NAMES)
def test_in_batches(make, monkeypatch, name):
    monkeypatch.setattr(purge, "BATCH", 2)
    for n in range(5):
        make[name](DEFAULTS[name] + 1 + n / 10)
    assert run()[name] == 5


def test_what_went_of_the_audit_log_is_written_down(make):
    kept = make["audit"](1)
    for days in (400, 500):
        make["audit"](days)
    run()
    [purged, before] = AuditEntry.objects.exclude(action="reservation.made")
    assert before == kept
    assert (purged.action, purged.actor_id, purged.details["entries"]) == ("audit.purged", None, 2)
    run()
    assert AuditEntry.objects.filter(action="audit.purged").count() == 1  # nothing went, nothing is told


@pytest.mark.parametrize("options", [["--audit", "29"], ["--keys", "0"], ["--logins", "-1"], ["--history", "40000"]])
def test_what_is_still_of_use_cannot_be_asked_for(make, options):
    for name in NAMES:
        make[name](DEFAULTS[name] + 1)
    with nothing_changes(), pytest.raises(CommandError, match=f"{options[0]}: give"):
        run(*options)
