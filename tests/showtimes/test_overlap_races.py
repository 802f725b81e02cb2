"""
Two scheduled showtimes never overlap in a hall, however many are made or moved at once.

Two guards see to it, the hall's lock and the database's constraint, and either is enough. That a race would be lost
without both is shown last, or the others would prove nothing.
"""

from collections.abc import Callable
from importlib import import_module

import pytest
from django.db import connection

from reservations.invariants import broken_promises
from showtimes.models import Hall, Seat, Showtime
from tests.cast import as_
from tests.cinema import make_hall, make_showtime, tomorrow
from tests.race import at_once, meet_after
from tests.refusals import problem_of
from users.querysets import LockingQuerySet

URL = "/api/v1/showtimes/"
SLOT = "2027-03-02T20:00:00Z"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def new(ada, movie, hall) -> Callable:
    """Makes a request for a showtime in hall 1, to be let loose."""

    def request(starts_at: str = SLOT, hall_number: int = 1) -> Callable:
        body = {"movie_id": movie.pk, "hall_number": hall_number, "starts_at": starts_at, "price": "10.00"}
        return lambda: as_(ada).post(URL, body)

    return request


def assert_one_won(answers: list, won: int = 201) -> None:
    """One has the hall; each other is told so, and by whom if there was time to see."""
    [winner] = [answer for answer in answers if answer.status_code == won]
    for answer in answers:
        if answer is not winner:
            assert problem_of(answer) == (409, "hall_occupied")
            assert answer.json()["conflicts"] in ([winner.json()["id"]], [])
    assert broken_promises() == {}


@pytest.mark.parametrize("many", [2, 8])
def test_of_many_who_want_the_same_time_one_has_it(new, many):
    assert_one_won(at_once(*[new()] * many))
    assert (Showtime.objects.count(), Seat.objects.count()) == (1, 20)


def test_of_two_who_overlap_by_a_minute_one_has_the_hall(new):
    assert_one_won(at_once(new(), new("2027-03-02T21:44:00Z")))
    assert Showtime.objects.count() == 1


def test_who_want_different_halls_or_times_do_not_hinder_each_other(new):
    make_hall(2)
    answers = at_once(new(), new("2027-03-02T21:45:00Z"), new("2027-03-02T18:15:00Z"), new(hall_number=2))
    assert [answer.status_code for answer in answers] == [201] * 4
    assert broken_promises() == {}


def test_of_two_that_move_to_the_same_time_one_has_it(ada, movie, hall):
    day, night = [make_showtime(movie, hall, starts_at=tomorrow(hour)) for hour in (10, 15)]

    def move(showtime):
        return lambda: as_(ada).patch(f"{URL}{showtime.pk}/", {"starts_at": SLOT})

    assert_one_won(at_once(move(day), move(night)), won=200)
    assert Showtime.objects.filter(starts_at=tomorrow()).count() == 1


def test_of_two_that_move_to_the_same_hall_one_has_it(ada, movie):
    first, second = make_showtime(movie), make_showtime(movie)
    make_hall(3)

    def move(showtime):
        return lambda: as_(ada).patch(f"{URL}{showtime.pk}/", {"hall_number": 3})

    assert_one_won(at_once(move(first), move(second)), won=200)
    assert Showtime.objects.filter(hall=3).count() == 1


def test_two_that_would_change_places_are_both_refused_and_do_not_wait_in_a_ring(ada, movie):
    first, second = make_showtime(movie), make_showtime(movie)
    answers = at_once(
        lambda: as_(ada).patch(f"{URL}{first.pk}/", {"hall_number": 2}),
        lambda: as_(ada).patch(f"{URL}{second.pk}/", {"hall_number": 1}),
    )
    assert [problem_of(answer) for answer in answers] == [(409, "hall_occupied")] * 2
    assert sorted(Showtime.objects.values_list("pk", "hall")) == [(first.pk, 1), (second.pk, 2)]


def test_one_that_moves_and_one_that_is_made_at_once(ada, new, movie, hall):
    showtime = make_showtime(movie, hall, starts_at=tomorrow(10))
    made, moved = at_once(new(), lambda: as_(ada).patch(f"{URL}{showtime.pk}/", {"starts_at": SLOT}))
    assert sorted((made.status_code, moved.status_code)) in ([200, 409], [201, 409])
    assert problem_of(made if made.status_code == 409 else moved) == (409, "hall_occupied")
    assert broken_promises() == {}


# Guard by guard. All have looked before anybody writes, unless the lock keeps them from it.


@pytest.fixture
def no_constraint(transactional_db):
    """Until the end of the test, the database takes whatever comes."""
    guard = import_module("showtimes.migrations.0002_showtimes_never_overlap")
    with connection.schema_editor() as editor:
        guard.backwards(None, editor)
    yield
    Seat.objects.all().delete()
    Showtime.objects.all()._raw_delete("default")
    with connection.schema_editor() as editor:
        guard.forwards(None, editor)


@pytest.fixture
def no_lock(monkeypatch) -> None:
    monkeypatch.setattr(LockingQuerySet, "lock", lambda rows: list(rows.order_by("pk")))


@pytest.fixture
def duel(new, monkeypatch) -> Callable:
    def run() -> list:
        meet_after(monkeypatch, Showtime, "occupy_hall")
        return at_once(new(), new())

    return run


def test_the_lock_alone_is_enough(duel, no_constraint):
    assert_one_won(duel())
    assert Showtime.objects.count() == 1


def test_the_lock_alone_is_enough_for_two_that_move(ada, movie, hall, no_constraint, monkeypatch):
    day, night = [make_showtime(movie, hall, starts_at=tomorrow(hour)) for hour in (10, 15)]
    meet_after(monkeypatch, Showtime, "occupy_hall")
    moves = [lambda one=one: as_(ada).patch(f"{URL}{one.pk}/", {"starts_at": SLOT}) for one in (day, night)]
    assert_one_won(at_once(*moves), won=200)
    assert Showtime.objects.filter(starts_at=tomorrow()).count() == 1


def test_the_constraint_alone_is_enough(duel, no_lock):
    """But it is not always polite: two that wait for each other's row while it is checked are a deadlock, so 503."""
    won, lost = sorted(duel(), key=lambda answer: answer.status_code)
    assert won.status_code == 201
    assert problem_of(lost) in [(409, "hall_occupied"), (503, "service_unavailable")]
    assert Showtime.objects.count() == 1


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one transaction write at a time")
def test_without_both_there_are_two(duel, no_lock, no_constraint):
    assert [answer.status_code for answer in duel()] == [201, 201]
    assert sorted(broken_promises()) == ["showtimes_do_not_overlap"]
    assert Hall.objects.get().showtimes.count() == 2
