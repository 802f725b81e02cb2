import pytest
from django.db import connection
from django.db.models.deletion import Collector

from movies.models import Genre, Movie, MovieGenre
from movies.views import MovieViewSet
from showtimes.models import Showtime
from tests.cast import as_
from tests.cinema import make_hall, make_movie, make_showtime
from tests.race import meanwhile
from tests.refusals import errors_of, problem_of
from tests.rows import rows

URL = "/api/v1/movies/"
TABLES = (Movie, MovieGenre, Genre)


@pytest.fixture(autouse=True)
def genres(db) -> None:
    Genre.objects.create(slug="war", name="War")
    Genre.objects.create(slug="sci-fi", name="Science Fiction")


@pytest.fixture
def full() -> dict:
    return {
        "title": "Brazil",
        "description": "A clerk dreams.",
        "genres": ["war", "sci-fi"],
        "runtime_minutes": 143,
        "release_date": "1985-02-20",
    }


# Making one


def test_an_admin_makes_one(ada, full, anonymous):
    response = as_(ada).post(URL, full)
    assert response.status_code == 201
    movie = Movie.objects.get()
    made = {
        "id": movie.pk,
        **full,
        "genres": ["sci-fi", "war"],
        "poster": None,
        "poster_thumbnail": None,
    }
    assert response.json() == made
    assert anonymous.get(f"{URL}{movie.pk}/").json() == made


def test_what_it_takes_at_least(ada):
    response = as_(ada).post(URL, {"title": " M ", "genres": ["war", "war"], "runtime_minutes": 1})
    assert response.status_code == 201
    assert response.json() == {
        "id": Movie.objects.get().pk,
        "title": "M",
        "description": "",
        "genres": ["war"],
        "runtime_minutes": 1,
        "release_date": None,
        "poster": None,
        "poster_thumbnail": None,
    }
    assert MovieGenre.objects.count() == 1


@pytest.mark.parametrize("method", ["post", "put", "patch"])
def test_nothing_else_can_be_set(ada, full, method):
    movie = make_movie(full["title"], poster="posters/a.webp", poster_thumbnail="posters/b.webp")
    url = URL if method == "post" else f"{URL}{movie.pk}/"
    more = {"id": 7777, "pk": 7777, "poster": "posters/x.webp", "poster_thumbnail": None, "showtimes": [1]}
    response = getattr(as_(ada), method)(url, full | more)
    assert response.status_code == (201 if method == "post" else 200)
    made = Movie.objects.get(pk=response.json()["id"])
    assert made.pk != 7777
    expected = ("", "") if method == "post" else ("posters/a.webp", "posters/b.webp")
    assert (made.poster, made.poster_thumbnail) == expected


BAD = [
    ({"title": ""}, "title", "blank"),
    ({"title": " "}, "title", "blank"),
    ({"title": None}, "title", "null"),
    ({"title": {"en": "Brazil"}}, "title", "invalid"),
    ({"title": "t" * 201}, "title", "max_length"),
    ({"description": None}, "description", "null"),
    ({"description": "d" * 5001}, "description", "max_length"),
    ({"genres": []}, "genres", "empty"),
    ({"genres": None}, "genres", "null"),
    ({"genres": "war"}, "genres", "not_a_list"),
    ({"genres": {"0": "war"}}, "genres", "not_a_list"),
    ({"genres": ["war", "western"]}, "genres.1", "does_not_exist"),
    ({"genres": ["WAR"]}, "genres.0", "does_not_exist"),
    ({"genres": [None]}, "genres.0", "null"),
    ({"genres": [["war"]]}, "genres.0", "invalid"),
    ({"genres": ["sci fi"]}, "genres.0", "invalid"),
    ({"genres": ["war"] * 51}, "genres", "max_length"),
    ({"genres": [str(n) for n in range(1_000)]}, "genres", "max_length"),
    ({"runtime_minutes": 0}, "runtime_minutes", "min_value"),
    ({"runtime_minutes": 601}, "runtime_minutes", "max_value"),
    ({"runtime_minutes": -(2**63)}, "runtime_minutes", "min_value"),
    ({"runtime_minutes": 90.5}, "runtime_minutes", "invalid"),
    ({"runtime_minutes": "long"}, "runtime_minutes", "invalid"),
    ({"runtime_minutes": True}, "runtime_minutes", "invalid"),
    ({"runtime_minutes": None}, "runtime_minutes", "null"),
    ({"release_date": "1985"}, "release_date", "invalid"),
    ({"release_date": "1985-02-30"}, "release_date", "invalid"),
    ({"release_date": "0000-01-01"}, "release_date", "invalid"),
    ({"release_date": "1985-02-20T10:00:00Z"}, "release_date", "invalid"),
    ({"release_date": ""}, "release_date", "invalid"),
]


@pytest.mark.parametrize(("bad", "attr", "code"), BAD)
def test_a_bad_one_is_refused(ada, full, bad, attr, code):
    movie = make_movie()
    before = rows(*TABLES)
    client = as_(ada)
    assert errors_of(client.post(URL, full | bad)) == [(attr, code)]
    assert errors_of(client.put(f"{URL}{movie.pk}/", full | bad)) == [(attr, code)]
    assert errors_of(client.patch(f"{URL}{movie.pk}/", bad)) == [(attr, code)]
    assert rows(*TABLES) == before


@pytest.mark.parametrize("missing", ["title", "genres", "runtime_minutes"])
def test_what_is_missing_is_named(ada, full, missing):
    movie = make_movie()
    before = rows(*TABLES)
    del full[missing]
    assert errors_of(as_(ada).post(URL, full)) == [(missing, "required")]
    assert errors_of(as_(ada).put(f"{URL}{movie.pk}/", full)) == [(missing, "required")]
    assert rows(*TABLES) == before


def test_every_unknown_genre_is_named(ada, full, django_assert_max_num_queries):
    with django_assert_max_num_queries(1):
        response = as_(ada).post(URL, full | {"genres": ["a", "war", "b"]})
    assert errors_of(response) == [("genres.0", "does_not_exist"), ("genres.2", "does_not_exist")]


@pytest.mark.parametrize("content_type", ["text/plain", "multipart/form-data; boundary=x", "application/xml"])
def test_only_json_is_taken(ada, content_type):
    before = rows(*TABLES)
    response = as_(ada).generic("POST", URL, b"title=Brazil", content_type=content_type)
    assert problem_of(response) == (415, "unsupported_media_type")
    assert rows(*TABLES) == before


# Changing one


def test_put_replaces_all_of_it(ada, full):
    movie = make_movie("Old", description="Old.", release_date="1920-01-01", poster="posters/a.webp")
    response = as_(ada).put(f"{URL}{movie.pk}/", {"title": "New", "genres": ["war"], "runtime_minutes": 2})
    assert response.status_code == 200
    assert response.json() == {
        "id": movie.pk,
        "title": "New",
        "description": "",
        "genres": ["war"],
        "runtime_minutes": 2,
        "release_date": None,
        "poster": "http://testserver/media/posters/a.webp",
        "poster_thumbnail": None,
    }
    movie.refresh_from_db()
    assert (movie.title, movie.description, movie.release_date, movie.runtime_minutes) == ("New", "", None, 2)
    assert [genre.slug for genre in movie.genres.all()] == ["war"]


@pytest.mark.parametrize(
    "change",
    [
        {"title": "New"},
        {"description": "New."},
        {"description": ""},
        {"genres": ["sci-fi", "war"]},
        {"runtime_minutes": 600},
        {"release_date": "2026-11-24"},
        {"release_date": None},
        {},
    ],
)
def test_patch_changes_what_it_names(ada, anonymous, change):
    movie = make_movie("Old", description="Old.", release_date="1920-01-01")
    before = anonymous.get(f"{URL}{movie.pk}/").json()
    response = as_(ada).patch(f"{URL}{movie.pk}/", change)
    assert response.status_code == 200
    assert response.json() == before | change == anonymous.get(f"{URL}{movie.pk}/").json()


def test_what_has_showtimes_can_be_changed_and_they_stay(ada):
    showtime = make_showtime()
    before = rows(Showtime)
    response = as_(ada).patch(f"{URL}{showtime.movie_id}/", {"runtime_minutes": 300})
    assert response.status_code == 200
    assert rows(Showtime) == before


# Deleting one


def test_an_admin_deletes_one(ada):
    movie, other = make_movie(), make_movie("Other")
    response = as_(ada).delete(f"{URL}{movie.pk}/")
    assert (response.status_code, response.content) == (204, b"")
    assert list(Movie.objects.all()) == [other]
    assert Genre.objects.count() == 3
    assert as_(ada).delete(f"{URL}{movie.pk}/").status_code == 404


def test_one_that_has_showtimes_stays(ada):
    showtime = make_showtime()
    before = rows(*TABLES, Showtime)
    response = as_(ada).delete(f"{URL}{showtime.movie_id}/")
    assert problem_of(response) == (409, "movie_in_use")
    assert response.json()["detail"] == (
        "This movie has showtimes. Delete them first; where seats were reserved, both have to stay."
    )
    assert rows(*TABLES, Showtime) == before


# Who may


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nobody_else_writes(alice, anonymous, full, method):
    url = URL if method == "post" else f"{URL}{make_movie().pk}/"
    before = rows(*TABLES)
    assert problem_of(getattr(anonymous, method)(url, full)) == (401, "not_authenticated")
    assert problem_of(getattr(as_(alice), method)(url, full)) == (403, "permission_denied")
    assert rows(*TABLES) == before


# Races


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("method", ["post", "put", "patch"])
def test_a_genre_that_goes_between_the_check_and_the_write(ada, full, monkeypatch, method):
    movie = make_movie()
    url = URL if method == "post" else f"{URL}{movie.pk}/"
    name = "perform_create" if method == "post" else "perform_update"
    write = getattr(MovieViewSet, name)

    def delete_genre_and_write(*args):
        Genre.objects.get(slug="war").delete()
        return write(*args)

    monkeypatch.setattr(MovieViewSet, name, delete_genre_and_write)
    before = rows(Movie, MovieGenre)
    assert errors_of(getattr(as_(ada), method)(url, full)) == [("non_field_errors", "does_not_exist")]
    assert rows(Movie, MovieGenre) == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("method", ["put", "patch"])
def test_a_movie_that_goes_between_the_check_and_the_write(ada, full, monkeypatch, method):
    movie = make_movie()
    update = MovieViewSet.perform_update

    def delete_movie_and_update(*args):
        Movie.objects.get().delete()
        return update(*args)

    monkeypatch.setattr(MovieViewSet, "perform_update", delete_movie_and_update)
    assert problem_of(getattr(as_(ada), method)(f"{URL}{movie.pk}/", full)) == (404, "not_found")
    assert rows(Movie, MovieGenre) == [[], []]


@pytest.fixture
def after_the_look(monkeypatch):
    """
    Has something done between the look for what protects a row and its deletion. On SQLite nothing can happen there,
    since a transaction that writes is alone from its beginning.
    """
    if connection.vendor == "sqlite":
        pytest.skip("SQLite lets nobody in between")

    def do(action):
        delete = Collector.delete
        monkeypatch.setattr(Collector, "delete", lambda self: (meanwhile(action), delete(self))[1])

    return do


@pytest.mark.django_db(transaction=True)
def test_a_genre_that_a_movie_gets_while_it_is_deleted_stays(ada, full, after_the_look):
    answers = []
    after_the_look(lambda: answers.append(as_(ada).post(URL, full | {"genres": ["war"]}).status_code))
    response = as_(ada).delete("/api/v1/genres/war/")
    assert answers == [201]
    assert problem_of(response) == (409, "genre_in_use")
    assert [genre.slug for genre in Movie.objects.get().genres.all()] == ["war"]


@pytest.mark.django_db(transaction=True)
def test_a_movie_that_gets_a_showtime_while_it_is_deleted_stays(ada, after_the_look):
    movie, hall = make_movie(), make_hall()
    before = rows(*TABLES)
    after_the_look(lambda: make_showtime(movie, hall))
    response = as_(ada).delete(f"{URL}{movie.pk}/")
    assert problem_of(response) == (409, "movie_in_use")
    assert rows(*TABLES) == before
    assert Showtime.objects.get().movie == movie


@pytest.mark.django_db(transaction=True)
def test_two_changes_at_once_both_hold(ada, full, monkeypatch):
    """One that began before another and ends after it does not write the other's fields back."""
    movie = make_movie("Old", description="Old.")
    update = MovieViewSet.perform_update

    def change_description_and_update(view, serializer):
        monkeypatch.undo()
        meanwhile(lambda: as_(ada).patch(f"{URL}{movie.pk}/", {"description": "New.", "genres": ["war"]}))
        return update(view, serializer)

    monkeypatch.setattr(MovieViewSet, "perform_update", change_description_and_update)
    body = as_(ada).patch(f"{URL}{movie.pk}/", {"title": "New"}).json()
    assert (body["title"], body["description"], body["genres"]) == ("New", "New.", ["war"])
    assert Movie.objects.values_list("title", "description").get() == ("New", "New.")
