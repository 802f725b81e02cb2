import pytest

from movies.models import Genre, Movie, MovieGenre
from tests.cast import as_
from tests.cinema import make_movie
from tests.refusals import errors_of, problem_of
from tests.rows import rows

URL = "/api/v1/genres/"
NEVER_GIVEN = 7_700_000_000  # as an id by any sequence, however many tests came before


@pytest.fixture(autouse=True)
def genres(db) -> None:
    Genre.objects.create(slug="war", name="War")
    Genre.objects.create(slug="sci-fi", name="Science Fiction")


def test_anyone_lists_them_by_name(anonymous, django_assert_num_queries):
    with django_assert_num_queries(1):
        response = anonymous.get(URL)
    assert response.status_code == 200
    assert response.json() == {
        "count": 2,
        "next": None,
        "previous": None,
        "results": [{"slug": "sci-fi", "name": "Science Fiction"}, {"slug": "war", "name": "War"}],
    }


def test_anyone_sees_one(anonymous, django_assert_num_queries):
    with django_assert_num_queries(1):
        response = anonymous.get(f"{URL}war/")
    assert response.status_code == 200
    assert response.json() == {"slug": "war", "name": "War"}


@pytest.mark.parametrize("slug", ["peace", "WAR", "w" * 51, "%00", "a%20b"])
def test_an_unknown_one_is_not_found(anonymous, slug):
    assert problem_of(anonymous.get(f"{URL}{slug}/")) == (404, "not_found")


@pytest.mark.parametrize(
    ("sent", "made"),
    [
        ({"name": "Film Noir"}, {"slug": "film-noir", "name": "Film Noir"}),
        ({"name": " Comédie ", "id": NEVER_GIVEN, "movies": [1]}, {"slug": "comedie", "name": "Comédie"}),
        ({"name": "Дра́ма", "slug": "Drama_2"}, {"slug": "Drama_2", "name": "Дра́ма"}),
        ({"name": "n" * 50}, {"slug": "n" * 50, "name": "n" * 50}),
    ],
)
def test_an_admin_makes_one(ada, sent, made):
    response = as_(ada).post(URL, sent)
    assert response.status_code == 201
    assert response.json() == made
    assert Genre.objects.filter(**made).exists()
    assert not Genre.objects.filter(pk=NEVER_GIVEN).exists()


@pytest.mark.parametrize(
    ("sent", "attr", "code"),
    [
        ({}, "name", "required"),
        ({"slug": "noir"}, "name", "required"),
        ({"name": ""}, "name", "blank"),
        ({"name": "  "}, "name", "blank"),
        ({"name": None}, "name", "null"),
        ({"name": ["Noir"]}, "name", "invalid"),
        ({"name": "n" * 51}, "name", "max_length"),
        ({"name": "WAR"}, "name", "unique"),
        ({"name": "恐怖"}, "slug", "blank"),
        ({"name": "Sci Fi"}, "slug", "unique"),
        ({"name": "Noir", "slug": "war"}, "slug", "unique"),
        ({"name": "Noir", "slug": ""}, "slug", "blank"),
        ({"name": "Noir", "slug": None}, "slug", "null"),
        ({"name": "Noir", "slug": "film noir"}, "slug", "invalid"),
        ({"name": "Noir", "slug": "n/r"}, "slug", "invalid"),
        ({"name": "Noir", "slug": "n" * 51}, "slug", "max_length"),
        ([], "non_field_errors", "invalid"),
    ],
)
def test_a_bad_one_is_refused(ada, sent, attr, code):
    before = rows(Genre)
    assert errors_of(as_(ada).post(URL, sent)) == [(attr, code)]
    assert rows(Genre) == before


def test_a_name_without_a_slug_asks_for_one(ada):
    error = as_(ada).post(URL, {"name": "恐怖"}).json()["errors"][0]
    assert error["detail"] == "The name has no letters or digits for a slug. Give one."


@pytest.mark.parametrize(
    ("sent", "made"),
    [
        ({"name": "Battle"}, {"slug": "war", "name": "Battle"}),
        ({"name": "WAR"}, {"slug": "war", "name": "WAR"}),
        ({"slug": "battle"}, {"slug": "battle", "name": "War"}),
        ({"slug": "war", "name": "War"}, {"slug": "war", "name": "War"}),
        ({}, {"slug": "war", "name": "War"}),
    ],
)
def test_an_admin_changes_one(ada, sent, made):
    pk = Genre.objects.get(slug="war").pk
    response = as_(ada).patch(f"{URL}war/", sent)
    assert response.status_code == 200
    assert response.json() == made
    assert Genre.objects.filter(pk=pk).values("slug", "name").get() == made


@pytest.mark.parametrize(
    ("sent", "attr", "code"),
    [
        ({"name": "science FICTION"}, "name", "unique"),
        ({"slug": "sci-fi"}, "slug", "unique"),
        ({"name": ""}, "name", "blank"),
    ],
)
def test_a_bad_change_is_refused(ada, sent, attr, code):
    before = rows(Genre)
    assert errors_of(as_(ada).patch(f"{URL}war/", sent)) == [(attr, code)]
    assert rows(Genre) == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attr", ["name", "slug"])
def test_the_constraint_answers_like_the_check_when_two_race(ada, monkeypatch, attr):
    """The one who loses the race has seen no genre of that name or slug."""
    sent = {"name": "Noir", "slug": "noir"}
    monkeypatch.setattr("rest_framework.validators.qs_exists", lambda queryset: False)
    assert as_(ada).post(URL, sent).status_code == 201
    before = rows(Genre)
    response = as_(ada).post(URL, sent | {"name": "other", "slug": "other"} | {attr: sent[attr]})
    assert errors_of(response) == [(attr, "unique")]
    assert rows(Genre) == before


def test_there_is_no_put(ada):
    before = rows(Genre)
    response = as_(ada).put(f"{URL}war/", {"name": "Battle", "slug": "battle"})
    assert problem_of(response) == (405, "method_not_allowed")
    assert rows(Genre) == before


def test_an_admin_deletes_one_that_no_movie_has(ada):
    response = as_(ada).delete(f"{URL}war/")
    assert (response.status_code, response.content) == (204, b"")
    assert [genre.slug for genre in Genre.objects.all()] == ["sci-fi"]


def test_one_that_a_movie_has_stays(ada):
    make_movie()
    before = rows(Genre, Movie, MovieGenre)
    response = as_(ada).delete(f"{URL}drama/")
    assert problem_of(response) == (409, "genre_in_use")
    assert response.json()["detail"] == "Movies have this genre. Give them another one first."
    assert rows(Genre, Movie, MovieGenre) == before


@pytest.mark.parametrize(("method", "path"), [("post", URL), ("patch", f"{URL}war/"), ("delete", f"{URL}war/")])
def test_nobody_else_writes(alice, anonymous, method, path):
    before = rows(Genre)
    assert problem_of(getattr(anonymous, method)(path, {"name": "Noir"})) == (401, "not_authenticated")
    assert problem_of(getattr(as_(alice), method)(path, {"name": "Noir"})) == (403, "permission_denied")
    assert rows(Genre) == before
