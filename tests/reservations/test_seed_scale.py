"""`manage.py seed_scale`: what it furnishes, and when it keeps its hands off."""

import re
import shutil
from collections import Counter, namedtuple
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from reservations.invariants import broken_promises
from reservations.management.commands import seed_scale
from reservations.management.scale import BATCH, WORD, Size
from reservations.models import IdempotencyKey, Reservation, ReservedSeat
from showtimes.models import Hall, Seat, Showtime
from tests.cinema import make_hall, make_movie
from tests.refusals import nothing_changes
from users.models import AuditEntry, Login, User

pytestmark = pytest.mark.django_db


def seed(showtimes: int, *options: str) -> str:
    said = StringIO()
    call_command("seed_scale", f"--showtimes={showtimes}", *options, stdout=said)
    return said.getvalue()


@pytest.fixture
def postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("It furnishes PostgreSQL alone.")


def test_not_on_sqlite():
    if connection.vendor == "postgresql":
        pytest.skip("It is SQLite that it refuses.")
    with nothing_changes(), pytest.raises(CommandError, match="This needs PostgreSQL"):
        seed(10)


@pytest.mark.parametrize("showtimes", [-1, 0, 1_000_001])
def test_so_many_cannot_be_asked_for(showtimes):
    with nothing_changes(), pytest.raises(CommandError, match="give 1 to 1000000"):
        seed(showtimes)


def test_not_where_there_are_showtimes(postgresql, showtime):
    with nothing_changes(), pytest.raises(CommandError, match="There are showtimes already"):
        seed(10)


def test_a_dry_run_tells_the_plan(postgresql):
    with nothing_changes():
        said = seed(1_000_000, "--dry-run")
    assert re.search(r"^showtimes_seat +20,000,000 rows ", said, re.MULTILINE)
    assert re.search(r"^reservations_reservedseat +10,000,000 rows ", said, re.MULTILINE)


def test_not_where_the_disk_has_not_the_room(postgresql, monkeypatch):
    usage = namedtuple("usage", "free")(free=10_000_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
    seed(1000, "--dry-run")
    with nothing_changes(), pytest.raises(CommandError, match="There is not the room"):
        seed(1_000_000)


def test_a_disk_elsewhere_is_not_judged(postgresql, monkeypatch):
    monkeypatch.setattr(seed_scale, "free_bytes", lambda: None)
    assert "cannot be seen from here" in seed(1000, "--dry-run")


def test_furnishes_as_many_as_it_said(postgresql):
    said = seed(400)
    promised = {table: int(rows.replace(",", "")) for table, rows in re.findall(r"^(\w+) +([0-9,]+) rows", said, re.M)}
    models = (User, Showtime, Seat, Reservation, ReservedSeat, IdempotencyKey, Login, AuditEntry)
    assert {model._meta.db_table: model.objects.count() for model in models}.items() <= promised.items()
    assert promised == Size(400).rows
    assert promised["reservations_reservedseat"] == 4000


def test_keeps_every_promise(postgresql):
    make_movie(), make_hall(3)  # what there is already stays, and is in nobody's way
    seed(400)
    assert broken_promises() == {}
    assert Hall.objects.filter(pk__in=range(3, 10)).count() == Hall.objects.count() == 7
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert Reservation.objects.values("code").distinct().count() == 2000
    assert Counter(Reservation.objects.values_list("status", flat=True)).keys() == {"confirmed", "held", "cancelled"}
    assert not Reservation.objects.live_holds().exists()
    cells = Seat.objects.filter(showtime=Showtime.objects.first()).values_list("row", "number", "kind", "x", "y")
    assert list(cells[:2]) == [("A", 1, "standard", 0, 0), ("A", 2, "standard", 1, 0)]
    for reserved in ReservedSeat.objects.select_related("seat", "showtime")[:20]:
        assert reserved.price == reserved.showtime.price_of(reserved.seat.kind)


def test_a_day_has_as_many_however_many_there_are(postgresql):
    seed(100)
    days = Counter(starts_at.date() for starts_at in Showtime.objects.values_list("starts_at", flat=True))
    today = timezone.now().date()
    assert days == {today + timedelta(days=n): 30 for n in (0, 1, 2)} | {today + timedelta(days=3): 10}


def test_ten_movies_have_the_word(postgresql):
    seed(100)
    found = Showtime.objects.values("movie").filter(movie__description__contains=WORD).distinct().count()
    assert found == 10


def test_audit_entries_are_written_in_the_order_of_time(postgresql):
    """Filters believe that keys rise with time, but for an hour."""
    seed(400)
    times = list(AuditEntry.objects.order_by("pk").values_list("at", flat=True))
    assert times == sorted(times)


def test_in_batches(postgresql, monkeypatch):
    monkeypatch.setattr("reservations.management.scale.BATCH", 40)
    said = seed(100)
    assert re.findall(r"^([0-9]+) of 100 showtimes", said, re.MULTILINE) == ["40", "80", "100"]
    assert BATCH > 40
    assert broken_promises() == {}


def test_whole_or_not_at_all(postgresql, monkeypatch):
    monkeypatch.setattr("reservations.management.scale.BATCH", 40)
    monkeypatch.setattr(seed_scale.Command, "show", interrupt_after(2))
    with nothing_changes(), pytest.raises(KeyboardInterrupt):
        seed(100)


def interrupt_after(steps: int):
    said = []

    def show(self, progress: str) -> None:
        said.append(progress)
        if len(said) == steps:
            raise KeyboardInterrupt

    return show
