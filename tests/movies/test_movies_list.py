from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from movies.models import Genre, Movie
from showtimes.models import Status
from tests.cinema import make_hall, make_movie, make_showtime, tomorrow
from tests.refusals import errors_of, problem_of

URL = "/api/v1/movies/"


def titles(client, query: str) -> list[str]:
    response = client.get(f"{URL}?{query}")
    assert response.status_code == 200, response.content
    body = response.json()
    assert body["count"] == len(body["results"])
    return [movie["title"] for movie in body["results"]]


@pytest.fixture
def films(db) -> dict[str, Movie]:
    """Alien (horror, sci-fi; 1979), Brazil (sci-fi, comedy; 1985), Clue (comedy; without a date)."""
    genres = {slug: Genre.objects.create(slug=slug, name=slug.title()) for slug in ("horror", "sci-fi", "comedy")}
    films = {}
    for title, description, released, slugs in [
        ("Clue", "Six guests, 100% suspects.", None, ["comedy"]),
        ("Alien", "In space no one can hear you scream.", date(1979, 5, 25), ["sci-fi", "horror"]),
        ("Brazil", "A clerk dreams of SPACE, and of_a woman.", date(1985, 2, 20), ["sci-fi", "comedy"]),
    ]:
        films[title] = Movie.objects.create(
            title=title, description=description, release_date=released, runtime_minutes=100
        )
        films[title].genres.set(genres[slug] for slug in slugs)
    return films


def test_anyone_lists_them_by_title_then_id(anonymous, films, django_assert_num_queries):
    second_alien = make_movie("Alien")
    with django_assert_num_queries(3):  # which, the movies, the genres of all of them
        response = anonymous.get(URL)
    assert response.status_code == 200
    body = response.json()
    assert (body["count"], body["next"], body["previous"]) == (4, None, None)
    assert [movie["id"] for movie in body["results"]] == [
        films["Alien"].pk,
        second_alien.pk,
        films["Brazil"].pk,
        films["Clue"].pk,
    ]
    assert body["results"][0] == {
        "id": films["Alien"].pk,
        "title": "Alien",
        "description": "In space no one can hear you scream.",
        "genres": ["horror", "sci-fi"],
        "runtime_minutes": 100,
        "release_date": "1979-05-25",
        "poster": None,
        "poster_thumbnail": None,
    }


def test_pages(anonymous, films):
    assert problem_of(anonymous.get(URL, {"page_size": 2, "page": 2, "genre": "comedy"})) == (404, "not_found")
    body = anonymous.get(URL, {"page_size": 2, "ordering": "-title"}, headers={"Host": "localhost"}).json()
    assert [movie["title"] for movie in body["results"]] == ["Clue", "Brazil"]
    assert body["next"] == f"http://localhost{URL}?ordering=-title&page=2&page_size=2"


def test_anyone_sees_one(anonymous, films, django_assert_num_queries):
    with django_assert_num_queries(3):
        response = anonymous.get(f"{URL}{films['Clue'].pk}/")
    assert response.status_code == 200
    assert response.json() == {
        "id": films["Clue"].pk,
        "title": "Clue",
        "description": "Six guests, 100% suspects.",
        "genres": ["comedy"],
        "runtime_minutes": 100,
        "release_date": None,
        "poster": None,
        "poster_thumbnail": None,
    }


def test_one_is_there_whatever_its_address_asks(anonymous, films):
    response = anonymous.get(f"{URL}{films['Clue'].pk}/?genre=horror&showing_on=never&ordering=x")
    assert response.status_code == 200


@pytest.mark.parametrize("pk", [0, 2**31, 2**63, 10**30, "x", "1.0", "-1", "%00", "%D9%A3"])
def test_an_unknown_one_is_not_found(anonymous, films, pk):
    assert problem_of(anonymous.get(f"{URL}{pk}/")) == (404, "not_found")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("genre=horror", ["Alien"]),
        ("genre=comedy", ["Brazil", "Clue"]),
        ("genre=comedy&genre=sci-fi", ["Alien", "Brazil", "Clue"]),
        ("genre=horror&genre=western", ["Alien"]),
        ("genre=western", []),
        ("genre=COMEDY", []),
        ("genre=", ["Alien", "Brazil", "Clue"]),
        ("search=ali", ["Alien"]),
        ("search=SPACE", ["Alien", "Brazil"]),
        ("search=%20space%20brazil", ["Brazil"]),
        ("search=100%25", ["Clue"]),
        ("search=%25", ["Clue"]),
        ("search=f_a", ["Brazil"]),
        ("search=nothing", []),
        ("search=", ["Alien", "Brazil", "Clue"]),
        ("search=space&genre=horror&genre=comedy", ["Alien", "Brazil"]),
        ("ordering=title", ["Alien", "Brazil", "Clue"]),
        ("ordering=-title", ["Clue", "Brazil", "Alien"]),
        ("ordering=release_date", ["Alien", "Brazil", "Clue"]),
        ("ordering=-release_date", ["Brazil", "Alien", "Clue"]),
        ("ordering=", ["Alien", "Brazil", "Clue"]),
        ("showing_on=", ["Alien", "Brazil", "Clue"]),
        ("showing_on=0001-01-01", []),
        ("showing_on=9999-12-31", []),
        ("colour=red&runtime_minutes=x", ["Alien", "Brazil", "Clue"]),
    ],
)
def test_filters(anonymous, films, query, found):
    assert titles(anonymous, query) == found


@pytest.mark.parametrize("ordering", ["title", "-title", "release_date", "-release_date"])
def test_those_that_tie_come_by_id(anonymous, db, ordering):
    pks = [make_movie("Twins").pk for _ in range(3)]
    response = anonymous.get(URL, {"ordering": ordering})
    assert [movie["id"] for movie in response.json()["results"]] == pks


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ("genre=sci%20fi", [("genre", "invalid")]),
        ("genre=comedy&genre=%C3%A9", [("genre", "invalid")]),
        ("genre=" + "g" * 51, [("genre", "max_length")]),
        ("search=%00", [("search", "null_characters_not_allowed")]),
        ("search=" + "s" * 201, [("search", "max_length")]),
        ("showing_on=tomorrow", [("showing_on", "invalid")]),
        ("showing_on=2026-02-30", [("showing_on", "invalid")]),
        ("showing_on=24.11.2026", [("showing_on", "invalid")]),
        ("showing_on=11/24/2026", [("showing_on", "invalid")]),
        ("showing_on=2026-3-2", [("showing_on", "invalid")]),
        ("showing_on=0000-01-01", [("showing_on", "invalid")]),
        ("showing_on=10000-01-01", [("showing_on", "invalid")]),
        ("ordering=id", [("ordering", "invalid_choice")]),
        ("ordering=--title", [("ordering", "invalid_choice")]),
        ("ordering=title&showing_on=x&genre=!", [("genre", "invalid"), ("showing_on", "invalid")]),
    ],
)
def test_a_malformed_value_is_refused(anonymous, films, query, errors):
    assert errors_of(anonymous.get(f"{URL}?{query}")) == errors


def test_a_genre_with_a_nul_is_refused(anonymous, films):
    refused = errors_of(anonymous.get(f"{URL}?genre=%00"))
    assert refused == [("genre", "invalid"), ("genre", "null_characters_not_allowed")]


def test_showing_on_a_day(anonymous, films):
    day = tomorrow().date()
    make_showtime(films["Alien"])
    make_showtime(films["Alien"])
    make_showtime(films["Brazil"], starts_at=tomorrow() + timedelta(days=1))
    cancelled = make_showtime(films["Clue"])
    cancelled.status = Status.CANCELLED
    cancelled.save()
    assert titles(anonymous, f"showing_on={day}") == ["Alien"]
    assert titles(anonymous, f"showing_on={day + timedelta(days=1)}") == ["Brazil"]
    assert titles(anonymous, f"showing_on={day + timedelta(days=2)}") == []


def test_a_day_is_one_of_the_cinemas_time_zone(anonymous, films, settings):
    """Summer time begins on this one in Berlin: it lasts from 23:00 to 22:00 UTC."""
    settings.TIME_ZONE = "Europe/Berlin"
    assert timezone.get_default_timezone_name() == "Europe/Berlin"
    for title, starts_at in [
        ("Alien", datetime(2027, 3, 27, 22, 59, 59, tzinfo=UTC)),
        ("Brazil", datetime(2027, 3, 27, 23, tzinfo=UTC)),
        ("Clue", datetime(2027, 3, 28, 22, tzinfo=UTC)),
    ]:
        make_showtime(films[title], starts_at=starts_at)
    assert titles(anonymous, "showing_on=2027-03-27") == ["Alien"]
    assert titles(anonymous, "showing_on=2027-03-28") == ["Brazil"]
    assert titles(anonymous, "showing_on=2027-03-29") == ["Clue"]


def test_filters_cost_no_further_query(anonymous, films, django_assert_num_queries):
    hall = make_hall()
    for n in range(5):
        make_showtime(make_movie(f"Film {n}"), hall, starts_at=tomorrow() + timedelta(hours=3 * n))
    query = f"showing_on={tomorrow().date()}&genre=drama&genre=comedy&search=film&ordering=-release_date"
    with django_assert_num_queries(3):
        assert titles(anonymous, query) == ["Film 0", "Film 1"]
