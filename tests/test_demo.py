"""`manage.py demo`: what it loads, and when it keeps its hands off."""

import io
from datetime import timedelta

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone

from movies import posters
from movies.models import Genre, Movie
from reservations.management.commands import demo as command
from reservations.management.commands.demo import GUESTS, LOGINS, is_loaded
from reservations.management.demo import canvas
from reservations.management.demo.films import FILMS
from reservations.management.demo.halls import HALLS
from reservations.models import Reservation
from showtimes.models import Hall, Seat, Showtime
from tests.cast import make_user
from tests.cinema import make_hall, make_movie
from users.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_small(monkeypatch):
    """To save time: coarse posters, and only a few days unless a test says otherwise."""
    monkeypatch.setattr(canvas, "FINER", 1)
    monkeypatch.setattr(posters, "POSTER", (120, 180))
    monkeypatch.setattr(command, "DAYS", 4)  # of which one is over in the evening, and the scenes need two


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def demo(stdout=None) -> str:
    stdout = stdout or io.StringIO()
    call_command("demo", stdout=stdout)
    return stdout.getvalue()


def everything() -> list[int]:
    return [model.objects.count() for model in (User, Genre, Movie, Hall, Showtime, Seat, Reservation)]


@time_machine.travel("2026-11-27T19:40:00Z")
def test_loads_a_cinema_once(monkeypatch):
    """On a Friday evening: what has started by then is not made."""
    monkeypatch.setattr(command, "DAYS", 14)
    now = timezone.now()

    said = demo()

    assert said.splitlines()[-1].startswith("Loaded demo data: 3 halls, 12 films, ")
    assert is_loaded()
    assert sorted(hall.capacity for hall in Hall.objects.all()) == [40, 120, 300]
    assert {seat["kind"] for seat in Seat.objects.values("kind")} == {"standard", "premium", "accessible"}
    for movie in Movie.objects.prefetch_related("genres"):
        assert movie.genres.all()
        assert default_storage.exists(movie.poster.name)
        assert default_storage.exists(movie.poster_thumbnail.name)

    starts = [showtime.starts_at for showtime in Showtime.objects.all()]
    assert min(starts) > now
    assert max(starts) < now + timedelta(days=15)
    assert len({timezone.localdate(start) for start in starts}) == 14
    assert not Showtime.objects.filter(movie__release_date__gt=now + timedelta(days=14)).exists()

    shown = {reservation.shown_status for reservation in Reservation.objects.all()}
    assert shown == {"confirmed", "held", "cancelled"}
    assert {because for (because,) in Reservation.objects.values_list("cancelled_because")} == {
        *(None, "user", "admin", "showtime_cancelled")
    }
    partly = Reservation.objects.filter(status="confirmed", reserved_seats__released_at__isnull=False)
    assert partly.count() == 1
    assert Seat.objects.filter(is_blocked=True).count() == 4
    sold = [showtime.available_seats for showtime in Showtime.objects.scheduled().with_available_seats()]
    assert min(sold) <= 4

    before = everything()
    assert demo().startswith("The demo data is loaded already: log in as admin, alice or bob")
    assert everything() == before


def test_its_log_ins_work(client):
    demo()
    for username, password, role in LOGINS:
        answer = client.post("/api/v1/auth/token/", {"login": username, "password": password}, "application/json")
        assert answer.status_code == 200, answer.content
        assert User.objects.get(username=username).role == role
    assert not any(user.has_usable_password() for user in User.objects.filter(username__in=GUESTS))


@pytest.mark.parametrize("make", [make_movie, make_hall, lambda: make_user("somebody")], ids=["movie", "hall", "user"])
def test_leaves_other_data_alone(make):
    make()
    before = everything()

    assert demo() == (
        "There is data already, so no demo data was loaded. Name an empty one (SQLITE_PATH), and migrate it.\n"
    )

    assert everything() == before
    assert not is_loaded()


def test_tells_how_far_it_is_in_one_line_of_a_terminal():
    said = demo(Terminal())

    assert said.count("\n") == 1
    assert f"\r\033[KLoading demo data: {len(FILMS)} films and their posters …" in said
    assert f"\r\033[KLoaded demo data: {len(HALLS)} halls" in said


def test_needs_no_wide_limits(settings):
    settings.MAX_SEATS_PER_RESERVATION, settings.MAX_SEATS_PER_SHOWTIME = 2, 3
    settings.MAX_HOLDS_PER_USER = 1
    settings.CANCELLATION_CUTOFF_MINUTES = 60 * 24 * 30

    assert "Loaded demo data" in demo()


def test_leaves_no_files_behind_when_it_fails(monkeypatch, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(Showtime.objects, "schedule", lambda **fields: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        demo()

    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
