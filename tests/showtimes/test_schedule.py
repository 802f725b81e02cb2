"""GET schedule/: what is on, on one day."""

from datetime import UTC, datetime, timedelta

import pytest

from movies.models import Genre
from reservations.cancellations import cancel_showtime
from tests.cast import as_
from tests.cinema import make_hall, make_movie, make_showtime, reserve
from tests.refusals import errors_of, nothing_changes, problem_of

URL = "/api/v1/schedule/"
DAY = {"date": "2027-03-02"}

pytestmark = pytest.mark.django_db


def at(starts_at: str) -> datetime:
    return datetime.fromisoformat(starts_at).replace(tzinfo=UTC)


def seen(client, **query) -> list[tuple[str, list[str]]]:
    """Each title and the times of its showtimes."""
    response = client.get(URL, query)
    assert response.status_code == 200
    return [(one["movie"]["title"], [show["starts_at"] for show in one["showtimes"]]) for one in response.json()]


# What it shows


def test_anyone_sees_whole_movies_and_whole_showtimes(anonymous, alice, showtime):
    reserve(alice, showtime, "A1")
    response = anonymous.get(URL, DAY)
    assert response.status_code == 200
    assert response.json() == [
        {
            "movie": {
                "id": showtime.movie_id,
                "title": "The Long Shot",
                "description": "",
                "genres": ["drama"],
                "runtime_minutes": 90,
                "release_date": None,
                "poster": None,
                "poster_thumbnail": None,
            },
            "showtimes": [
                {
                    "id": showtime.pk,
                    "movie_id": showtime.movie_id,
                    "movie_title": "The Long Shot",
                    "hall_number": 1,
                    "starts_at": "2027-03-02T20:00:00Z",
                    "ends_at": "2027-03-02T21:30:00Z",
                    "price": "10.00",
                    "premium_price": "14.50",
                    "currency": "EUR",
                    "status": "scheduled",
                    "capacity": 20,
                    "available_seats": 19,
                }
            ],
        }
    ]


def test_they_are_the_same_objects_as_everywhere(anonymous, showtime):
    type(showtime.movie).objects.update(poster="ab/cd.webp", poster_thumbnail="ab/cd-small.webp")
    [on] = anonymous.get(URL, DAY).json()
    assert on["movie"] == anonymous.get(f"/api/v1/movies/{showtime.movie_id}/").json()
    assert on["movie"]["poster"] == "http://testserver/media/ab/cd.webp"
    assert on["showtimes"] == [anonymous.get(f"/api/v1/showtimes/{showtime.pk}/").json()]


def test_movies_come_by_title_and_their_showtimes_by_time(anonymous):
    zulu, alien, amarcord = make_movie("Zulu"), make_movie("Alien"), make_movie("Amarcord")
    for movie, hour in ((zulu, 10), (alien, 20), (amarcord, 15), (alien, 12), (zulu, 8), (alien, 16)):
        make_showtime(movie, starts_at=at(f"2027-03-02T{hour:02}:00"))
    assert seen(anonymous, **DAY) == [
        ("Alien", ["2027-03-02T12:00:00Z", "2027-03-02T16:00:00Z", "2027-03-02T20:00:00Z"]),
        ("Amarcord", ["2027-03-02T15:00:00Z"]),
        ("Zulu", ["2027-03-02T08:00:00Z", "2027-03-02T10:00:00Z"]),
    ]


def test_ties_come_by_id(anonymous):
    first, second = make_movie("Solaris"), make_movie("Solaris")
    later, sooner = [make_showtime(movie, starts_at=at("2027-03-02T20:00")) for movie in (second, first)]
    another = make_showtime(first, starts_at=at("2027-03-02T20:00"))
    on = anonymous.get(URL, DAY).json()
    assert [one["movie"]["id"] for one in on] == [first.pk, second.pk]
    assert [[show["id"] for show in one["showtimes"]] for one in on] == [[sooner.pk, another.pk], [later.pk]]


def test_cancelled_ones_are_left_out_and_so_are_movies_without_another(anonymous, showtime):
    cancel_showtime(make_showtime(make_movie("Alien"), starts_at=at("2027-03-02T10:00")))
    cancel_showtime(make_showtime(showtime.movie, starts_at=at("2027-03-02T12:00")))
    assert seen(anonymous, **DAY) == [("The Long Shot", ["2027-03-02T20:00:00Z"])]


def test_those_that_have_started_are_still_on(anonymous, clock, showtime):
    clock.move_to(at("2027-03-02T23:00"))
    [on] = anonymous.get(URL).json()
    assert [(show["id"], show["available_seats"]) for show in on["showtimes"]] == [(showtime.pk, 0)]


def test_a_day_without_any_is_empty(anonymous, showtime):
    response = anonymous.get(URL, {"date": "2027-03-03"})
    assert (response.status_code, response.json()) == (200, [])


def test_there_are_no_pages(anonymous, movie):
    for n in range(30):
        make_showtime(movie, starts_at=at("2027-03-02T20:00") + timedelta(minutes=n))
    [(_, times)] = seen(anonymous, **DAY, page_size="1", page="7")
    assert len(times) == 30


# Which day


@pytest.mark.parametrize("query", [{}, {"date": ""}])
def test_it_is_today_unless_asked_for_another(anonymous, clock, movie, query):
    for day in (1, 2, 3):
        make_showtime(movie, starts_at=at(f"2027-03-0{day}T20:00"))
    assert seen(anonymous, **query) == [("The Long Shot", ["2027-03-01T20:00:00Z"])]
    clock.move_to(at("2027-03-02T00:00"))
    assert seen(anonymous, **query) == [("The Long Shot", ["2027-03-02T20:00:00Z"])]


@pytest.mark.parametrize(
    ("time_zone", "now", "today"),
    [
        ("Europe/Berlin", "2027-03-01T22:59:59", "2027-03-01"),
        ("Europe/Berlin", "2027-03-01T23:00:00", "2027-03-02"),
        ("Pacific/Kiritimati", "2027-03-01T12:00:00", "2027-03-02"),
        ("America/Los_Angeles", "2027-03-02T07:59:59", "2027-03-01"),
    ],
)
def test_today_is_the_cinemas(anonymous, clock, settings, time_zone, now, today):
    settings.TIME_ZONE = time_zone
    movie = make_movie()
    for hours in range(0, 96, 6):
        make_showtime(movie, starts_at=at("2027-03-01T12:30") + timedelta(hours=hours))
    clock.move_to(at(now))
    assert seen(anonymous) == seen(anonymous, date=today) != []


def test_a_day_is_from_midnight_to_midnight_in_the_cinemas_time_zone(anonymous, settings, movie):
    for starts_at in ("2027-03-01T22:59:59", "2027-03-01T23:00:00", "2027-03-02T22:59:59", "2027-03-02T23:00:00"):
        make_showtime(movie, starts_at=at(starts_at))
    settings.TIME_ZONE = "Europe/Berlin"
    assert seen(anonymous, **DAY) == [("The Long Shot", ["2027-03-01T23:00:00Z", "2027-03-02T22:59:59Z"])]


@pytest.mark.parametrize(
    ("day", "first", "end"),
    [
        ("2027-03-28", "2027-03-27T23:00:00", "2027-03-28T22:00:00"),
        ("2027-10-31", "2027-10-30T22:00:00", "2027-10-31T23:00:00"),
    ],
)
def test_a_day_of_23_or_25_hours(anonymous, settings, movie, day, first, end):
    settings.TIME_ZONE = "Europe/Berlin"
    moment = timedelta(seconds=1)
    times = (at(first) - moment, at(first), at(end) - moment, at(end))
    for starts_at in times:
        make_showtime(movie, starts_at=starts_at)
    assert seen(anonymous, date=day) == [
        ("The Long Shot", [f"{starts_at:%Y-%m-%dT%H:%M:%SZ}" for starts_at in times[1:3]])
    ]


@pytest.mark.parametrize("time_zone", ["UTC", "Europe/Berlin", "Pacific/Kiritimati", "America/Los_Angeles"])
@pytest.mark.parametrize("day", ["0001-01-01", "1582-10-10", "1900-01-01", "9000-01-01", "9999-12-31"])
def test_days_of_other_ages_are_empty(anonymous, settings, showtime, time_zone, day):
    settings.TIME_ZONE = time_zone
    assert seen(anonymous, date=day) == []


@pytest.mark.parametrize(
    "value",
    [
        *("today", "1", "2027", "2027-02-30", "2027-13-01", "0000-01-01", "10000-01-01", "02.03.2027", "\0"),
        *("2027-03-02T20:00:00Z", "2027-03-02 ", "20270302", "2027-W09-2", "2027-3-2", "٢٠٢٧-٠٣-٠٢"),
    ],
)
def test_a_day_that_is_none_is_refused(anonymous, showtime, value):
    assert errors_of(anonymous.get(URL, {"date": value})) == [("date", "invalid")]


def test_other_parameters_are_ignored(anonymous, showtime):
    plain = seen(anonymous, **DAY)
    assert seen(anonymous, **DAY, day="x", movie_id="x", starts_at="x", ordering="x", status="x") == plain


# What it costs, and who may


def test_as_many_queries_for_a_full_day_as_for_one_showtime(anonymous, alice, showtime, django_assert_num_queries):
    with django_assert_num_queries(3):  # the showtimes, their movies, the genres of those
        anonymous.get(URL, DAY)
    Genre.objects.create(name="War", slug="war")
    for n in range(30):
        movie = make_movie(f"Film {n}")
        movie.genres.add(Genre.objects.get(slug="war"))
        reserve(alice, make_showtime(movie, make_hall(100 + n), starts_at=at("2027-03-02T10:00")), "A1")
    with django_assert_num_queries(3):
        assert len(anonymous.get(URL, DAY).json()) == 31


def test_a_day_without_any_costs_one_query(anonymous, showtime, django_assert_num_queries):
    with django_assert_num_queries(1):
        anonymous.get(URL, {"date": "2027-03-03"})


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_it_is_only_read(ada, showtime, method):
    with nothing_changes():
        response = getattr(as_(ada), method)(URL)
    assert problem_of(response) == (405, "method_not_allowed")
