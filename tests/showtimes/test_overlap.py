"""
Two scheduled showtimes never overlap in a hall, the turnaround included, whoever writes.

Here one after the other, by the API and past it; at once in test_overlap_races.py. The film of tests.cinema takes 90
minutes and the hall 15 more, so that the showtime at 20:00 has the hall from 20:00 to 21:45.
"""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from movies.models import Movie
from reservations.cancellations import cancel_showtime
from showtimes.models import Showtime, Status
from tests.cast import as_
from tests.cinema import make_hall, make_movie, make_showtime, tomorrow
from tests.refusals import nothing_changes, problem_of

URL = "/api/v1/showtimes/"

pytestmark = pytest.mark.django_db


def post(client, movie, starts_at: datetime | str, hall_number: int = 1):
    starts_at = starts_at if isinstance(starts_at, str) else starts_at.isoformat()
    body = {"movie_id": movie.pk, "hall_number": hall_number, "starts_at": starts_at, "price": "10.00"}
    return client.post(URL, body)


def occupied_by(response) -> list[int]:
    assert problem_of(response) == (409, "hall_occupied")
    return response.json()["conflicts"]


# Made one after the other


@pytest.mark.parametrize(
    "starts_at",
    [
        "2027-03-02T20:00:00Z",
        "2027-03-02T21:00:00+01:00",
        "2027-03-02T20:30:00Z",
        "2027-03-02T21:30:00Z",
        "2027-03-02T21:44:59.999999Z",
        "2027-03-02T19:00:00Z",
        "2027-03-02T18:30:00Z",
        "2027-03-02T18:15:00.000001Z",
    ],
)
def test_one_that_overlaps_is_refused_and_the_other_named(ada, showtime, starts_at):
    with nothing_changes():
        response = post(as_(ada), showtime.movie, starts_at)
    assert occupied_by(response) == [showtime.pk]


@pytest.mark.parametrize("starts_at", ["2027-03-02T21:45:00Z", "2027-03-02T18:15:00Z", "2027-03-03T20:00:00Z"])
def test_back_to_back_is_fine(ada, showtime, starts_at):
    assert post(as_(ada), showtime.movie, starts_at).status_code == 201


@pytest.mark.parametrize("turnaround", [0, 45])
def test_the_turnaround_is_the_halls(ada, movie, turnaround):
    first = make_showtime(movie, make_hall(1, turnaround_minutes=turnaround))
    free_again = tomorrow() + timedelta(minutes=90 + turnaround)
    assert occupied_by(post(as_(ada), movie, free_again - timedelta(microseconds=1))) == [first.pk]
    assert post(as_(ada), movie, free_again).status_code == 201


def test_another_hall_is_free(ada, showtime):
    make_hall(2)
    assert post(as_(ada), showtime.movie, tomorrow(), hall_number=2).status_code == 201


def test_a_cancelled_one_leaves_the_hall_free(ada, showtime):
    cancel_showtime(showtime)
    again = post(as_(ada), showtime.movie, tomorrow())
    assert again.status_code == 201
    assert occupied_by(post(as_(ada), showtime.movie, tomorrow())) == [again.json()["id"]]


def test_all_that_are_in_the_way_are_named_by_time(ada, movie, hall):
    last, cancelled, first = [make_showtime(movie, hall, starts_at=tomorrow(hour)) for hour in (20, 16, 14)]
    make_showtime(movie, hall, starts_at=tomorrow(23))
    cancel_showtime(cancelled)
    long = make_movie("Long", runtime_minutes=500)
    with nothing_changes():
        response = post(as_(ada), long, tomorrow(13))
    assert occupied_by(response) == [first.pk, last.pk]


def test_the_longest_film_in_the_slowest_hall_is_seen_from_its_other_end(ada, movie):
    hall = make_hall(1, turnaround_minutes=600)
    longest = make_showtime(make_movie("Longest", runtime_minutes=600), hall, starts_at=tomorrow(0))
    assert occupied_by(post(as_(ada), movie, "2027-03-02T19:59:59.999999Z")) == [longest.pk]
    assert post(as_(ada), movie, "2027-03-02T20:00:00Z").status_code == 201


# Moved


@pytest.fixture
def later(showtime) -> Showtime:
    """The next one in the hall, at 22:00."""
    return make_showtime(showtime.movie, showtime.hall, starts_at=tomorrow(22))


def test_it_does_not_move_over_another(ada, showtime, later):
    with nothing_changes():
        response = as_(ada).patch(f"{URL}{showtime.pk}/", {"starts_at": "2027-03-02T21:00:00Z", "price": "1.00"})
    assert occupied_by(response) == [later.pk]


def test_it_moves_right_up_to_another(ada, showtime, later):
    response = as_(ada).patch(f"{URL}{showtime.pk}/", {"starts_at": "2027-03-02T20:15:00Z"})
    assert (response.status_code, response.json()["ends_at"]) == (200, "2027-03-02T21:45:00Z")


def test_it_does_not_move_into_a_hall_that_is_taken(ada, showtime):
    other = make_showtime(showtime.movie, make_hall(2))
    with nothing_changes():
        response = as_(ada).patch(f"{URL}{showtime.pk}/", {"hall_number": 2})
    assert occupied_by(response) == [other.pk]


def test_it_does_not_take_a_film_that_is_too_long(ada, showtime, later):
    long = make_movie("Long", runtime_minutes=106)
    with nothing_changes():
        response = as_(ada).patch(f"{URL}{showtime.pk}/", {"movie_id": long.pk})
    assert occupied_by(response) == [later.pk]
    Movie.objects.filter(pk=long.pk).update(runtime_minutes=105)
    assert as_(ada).patch(f"{URL}{showtime.pk}/", {"movie_id": long.pk}).status_code == 200


def test_the_place_that_it_left_is_free(ada, showtime):
    as_(ada).patch(f"{URL}{showtime.pk}/", {"starts_at": "2027-03-05T20:00:00Z"})
    assert post(as_(ada), showtime.movie, tomorrow()).status_code == 201


def test_a_price_can_change_in_a_hall_that_has_become_slower(ada, showtime):
    """What it occupies was settled when it was made: nothing is asked again."""
    make_showtime(showtime.movie, showtime.hall, starts_at=tomorrow(21) + timedelta(minutes=45))
    as_(ada).patch("/api/v1/halls/1/", {"turnaround_minutes": 60})
    assert as_(ada).patch(f"{URL}{showtime.pk}/", {"price": "1.00"}).status_code == 200


# Past the polite check: the database itself


def unchecked(movie, hall, starts_at: datetime, **fields) -> Showtime:
    """A showtime as it would be written by somebody who does not ask whether the hall is free."""
    ends_at = starts_at + timedelta(minutes=movie.runtime_minutes)
    return Showtime(
        movie=movie,
        hall=hall,
        starts_at=starts_at,
        ends_at=ends_at,
        occupied_until=ends_at + timedelta(minutes=hall.turnaround_minutes),
        price=10,
        capacity=hall.capacity,
        **fields,
    )


OVERLAPPING = [
    datetime(2027, 3, 2, 20, tzinfo=UTC),
    datetime(2027, 3, 2, 21, 44, 59, 999999, tzinfo=UTC),
    datetime(2027, 3, 2, 18, 15, 0, 1, tzinfo=UTC),
]


@pytest.mark.parametrize("starts_at", OVERLAPPING)
def test_the_database_refuses_a_new_one(showtime, starts_at):
    with nothing_changes(), pytest.raises(IntegrityError, match="showtimes_never_overlap"), transaction.atomic():
        unchecked(showtime.movie, showtime.hall, starts_at).save()


@pytest.mark.parametrize("starts_at", OVERLAPPING)
def test_the_database_refuses_a_move(showtime, starts_at):
    other = unchecked(showtime.movie, showtime.hall, tomorrow(10))
    other.save()
    moved = unchecked(showtime.movie, showtime.hall, starts_at, pk=other.pk)
    with nothing_changes(), pytest.raises(IntegrityError, match="showtimes_never_overlap"), transaction.atomic():
        moved.save(force_update=True)


def test_the_database_refuses_a_move_to_another_hall(showtime):
    unchecked(showtime.movie, make_hall(2), tomorrow()).save()
    with nothing_changes(), pytest.raises(IntegrityError, match="showtimes_never_overlap"), transaction.atomic():
        Showtime.objects.update(hall=2)


def test_the_database_refuses_to_schedule_a_cancelled_one_again(showtime):
    unchecked(showtime.movie, showtime.hall, tomorrow(), status=Status.CANCELLED).save()
    with nothing_changes(), pytest.raises(IntegrityError, match="showtimes_never_overlap"), transaction.atomic():
        Showtime.objects.update(status=Status.SCHEDULED)


def test_the_database_refuses_the_longest_from_its_other_end(movie):
    hall = make_hall(1, turnaround_minutes=600)
    unchecked(make_movie("Longest", runtime_minutes=600), hall, tomorrow(0)).save()
    with nothing_changes(), pytest.raises(IntegrityError, match="showtimes_never_overlap"), transaction.atomic():
        unchecked(movie, hall, tomorrow(20) - timedelta(microseconds=1)).save()


def test_the_database_has_nothing_against_neighbours_other_halls_and_cancelled_ones(showtime):
    unchecked(showtime.movie, showtime.hall, tomorrow(21) + timedelta(minutes=45)).save()
    unchecked(showtime.movie, showtime.hall, tomorrow(18) + timedelta(minutes=15)).save()
    unchecked(showtime.movie, make_hall(2), tomorrow()).save()
    unchecked(showtime.movie, showtime.hall, tomorrow(), status=Status.CANCELLED).save()
    showtime.save()
    assert Showtime.objects.count() == 5


@pytest.fixture
def no_check(monkeypatch) -> None:
    """`occupy_hall` takes the hall without asking."""

    def take_it(showtime):
        showtime.ends_at = showtime.starts_at + timedelta(minutes=showtime.movie.runtime_minutes)
        showtime.occupied_until = showtime.ends_at + timedelta(minutes=showtime.hall.turnaround_minutes)

    monkeypatch.setattr(Showtime, "occupy_hall", take_it)


def test_without_the_check_the_answer_is_the_same_but_names_nobody(ada, showtime, no_check):
    with nothing_changes():
        response = post(as_(ada), showtime.movie, tomorrow())
    assert occupied_by(response) == []


def test_without_the_check_the_answer_to_a_move_is_the_same_too(ada, showtime, later, no_check):
    with nothing_changes():
        response = as_(ada).patch(f"{URL}{showtime.pk}/", {"starts_at": "2027-03-02T21:00:00Z"})
    assert occupied_by(response) == []
