"""Prepared querysets find what the querysets would, and cannot be used where that would be unsafe."""

from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection, transaction
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reservations.lookups import showtime_to_book
from reservations.models.reservation import reservations_to_display, seats_to_display
from tests.cast import make_user
from tests.cinema import reserve
from users.models import AuditEntry, Login, User
from users.models.login import alive_of_active_user
from users.prepared import Prepared

named = Prepared(lambda usernames: User.objects.filter(username__in=usernames).order_by("username"))
written = Prepared(lambda pk: AuditEntry.objects.filter(pk=pk).select_related("actor"))
joined_since = Prepared(
    lambda since, role: (
        User.objects.filter(date_joined__gte=since, role=role).order_by("username").values_list("username")
    )
)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 8, 9])
def test_a_list_of_any_length(db, count):
    users = [make_user(f"user{number}") for number in range(count)]
    make_user("somebody-else")
    assert named(usernames=[user.username for user in users]) == users


def test_an_empty_list_finds_nothing_and_asks_nothing(db, alice, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert named(usernames=[]) == []


def test_other_values_at_each_call(db, alice, ada):
    now = timezone.now()
    alice.date_joined = now - timedelta(days=2)
    alice.save()
    assert joined_since(since=now - timedelta(days=1), role="user") == []
    assert joined_since(since=now - timedelta(days=3), role="user") == [("alice",)]
    assert joined_since(since=now - timedelta(days=3), role="admin") == [("ada",)]


def test_the_statement_is_the_querysets_own(db, alice):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        named(usernames=["alice", "bob"])
        list(User.objects.filter(username__in=["alice", "bob"]).order_by("username"))
    prepared, by_queryset = [query["sql"] for query in asked]
    assert prepared == by_queryset


def facts(made: Model | None):
    """All that an object knows, and that which was read along with it."""
    if made is None:
        return None
    known = {name: value for name, value in vars(made).items() if name != "_state"}
    state = made._state
    related = {name: facts(each) for name, each in state.fields_cache.items()}
    return type(made), list(known), known, state.adding, state.db, related


@pytest.mark.parametrize(
    ("prepared", "asked"),
    [
        (alive_of_active_user, {"pk": "login", "user_pk": "alice", "now": "now"}),
        (showtime_to_book, {"pk": "showtime", "user": "alice", "now": "now"}),
        (reservations_to_display, {"pks": "reservations"}),
        (seats_to_display, {"reservations": "reservations"}),
        (written, {"pk": "by_nobody"}),
    ],
)
def test_objects_know_what_the_querysets_would(showtime, alice, prepared, asked):
    there_are = {
        "now": timezone.now(),
        "alice": alice.pk,
        "login": Login.objects.create(user=alice).pk,
        "showtime": showtime.pk,
        "reservations": [reserve(alice, showtime, "A1", "A2").pk],
        "by_nobody": AuditEntry.objects.create(action="lights.went_out", details={"rows": [1, 2]}).pk,
    }
    values = {name: there_are[what] for name, what in asked.items()}
    made = prepared(**values)
    assert made
    assert [facts(each) for each in made] == [facts(each) for each in prepared.build(**values)]


def test_what_only_django_could_make_is_refused(db):
    with pytest.raises(TypeError, match=r"ask for objects or for `values_list`"):
        Prepared(lambda role: User.objects.filter(role=role).values("username"))(role="user")


def test_every_call_reads_anew(db, alice):
    [found] = named(usernames=["alice"])
    User.objects.filter(pk=alice.pk).update(email="new@example.org")
    assert named(usernames=["alice"])[0].email == "new@example.org"
    assert found.email == "alice@example.org"


@pytest.mark.django_db(transaction=True)
def test_each_thread_asks_by_its_own_connection(alice):
    found = []

    def ask() -> None:
        found.append((named(usernames=["alice"]), connection.connection))
        connection.close()

    thread = Thread(target=ask)
    thread.start()
    thread.join()
    [(users, connection_of_thread)] = found
    assert users == named(usernames=["alice"])
    assert connection_of_thread is not connection.connection


@pytest.mark.django_db(transaction=True)
def test_a_lock_needs_a_transaction_at_every_call(alice):
    if not connection.features.has_select_for_update:
        pytest.skip("SQLite has no row locks.")
    locked = Prepared(lambda pk: User.objects.filter(pk=pk).select_for_update())
    with transaction.atomic():
        assert locked(pk=alice.pk) == [alice]
    with pytest.raises(transaction.TransactionManagementError, match="Only a transaction can keep a lock"):
        locked(pk=alice.pk)


def test_a_time_that_would_stand_still_is_refused(db):
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has times as text, like much else.")
    late = Prepared(lambda role: User.objects.filter(role=role, date_joined__gte=timezone.now()))
    with pytest.raises(ValueError, match="This time would stand still"):
        late(role="user")
