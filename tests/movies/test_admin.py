"""The admin site's pages of genres and movies, in real transactions: files go when one is committed."""

import pytest

from movies.models import Genre, Movie, MovieGenre
from tests.cast import as_
from tests.cinema import make_movie
from tests.movies.pictures import encoded, picture, upload
from tests.refusals import nothing_changes

pytestmark = pytest.mark.django_db(transaction=True)

MOVIES, GENRES = "/admin/movies/movie/", "/admin/movies/genre/"


@pytest.fixture
def site(client, ada):
    client.force_login(ada)
    return client


@pytest.fixture
def shown(movie, ada, media) -> Movie:
    """A movie that has a poster."""
    as_(ada).put(f"/api/v1/movies/{movie.pk}/poster/", {"poster": upload(encoded(picture()))}, format="multipart")
    movie.refresh_from_db()
    return movie


def form_of(movie: Movie, *genres: Genre, **fields) -> dict:
    """What the browser sends of a movie's page; the genres are given as its only ones."""
    rows = list(MovieGenre.objects.filter(movie=movie.pk))
    form = {
        "title": movie.title,
        "description": movie.description,
        "runtime_minutes": movie.runtime_minutes,
        "release_date": "",
        "moviegenre_set-TOTAL_FORMS": max(len(rows), len(genres)),
        "moviegenre_set-INITIAL_FORMS": len(rows),
        **fields,
    }
    for number, genre in enumerate(genres):
        form[f"moviegenre_set-{number}-genre"] = genre.pk
        form[f"moviegenre_set-{number}-movie"] = movie.pk or ""
        form[f"moviegenre_set-{number}-id"] = rows[number].pk if number < len(rows) else ""
    return form


def test_movies_are_listed_with_their_thumbnails(site, shown):
    make_movie("Other")
    page = site.get(MOVIES).content.decode()
    assert f'<img src="/media/{shown.poster_thumbnail.name}" alt="" height="90">' in page
    assert page.count('height="90"') == 1


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=long", True),
        ("q=nothing", False),
        ("genres__id__exact={genre}", True),
        ("release_date__isnull=False", False),
    ],
)
def test_movies_are_searched_and_filtered(site, movie, query, found):
    page = site.get(f"{MOVIES}?{query.format(genre=movie.genres.get().pk)}").content.decode()
    assert (f">{movie.title}</a>" in page) is found


def test_a_movie_is_made(site, db):
    genre = Genre.objects.create(name="War", slug="war")
    assert site.get(f"{MOVIES}add/").status_code == 200
    assert site.post(f"{MOVIES}add/", form_of(Movie(title="New", runtime_minutes=9), genre)).status_code == 302
    assert list(Movie.objects.get(title="New").genres.all()) == [genre]


def test_a_movie_needs_a_genre(site, db):
    page = site.post(f"{MOVIES}add/", form_of(Movie(title="New", runtime_minutes=9)))
    assert page.status_code == 200
    assert "Please submit at least 1 form" in page.content.decode()
    assert not Movie.objects.exists()


def test_a_movie_is_changed_and_its_poster_only_shown(site, shown, media):
    url = f"{MOVIES}{shown.pk}/change/"
    assert shown.poster_thumbnail.name in site.get(url).content.decode()
    sent = form_of(shown, shown.genres.get(), title="New", poster="posters/x.webp", poster_thumbnail="")
    assert site.post(url, sent).status_code == 302
    changed = Movie.objects.get()
    assert (changed.title, changed.poster, changed.poster_thumbnail) == ("New", shown.poster, shown.poster_thumbnail)


def test_a_poster_that_comes_meanwhile_stays(site, shown, monkeypatch):
    """Between the look at the movie and the end of its change."""
    save = Movie.save

    def replace_poster_and_save(movie, *args, **kwargs):
        Movie.objects.update(poster="posters/newer.webp")
        return save(movie, *args, **kwargs)

    monkeypatch.setattr(Movie, "save", replace_poster_and_save)
    sent = form_of(shown, shown.genres.get(), title="New")
    assert site.post(f"{MOVIES}{shown.pk}/change/", sent).status_code == 302
    assert Movie.objects.values_list("title", "poster").get() == ("New", "posters/newer.webp")


def delete_selected(site, url: str, *rows, confirmed: bool):
    sent = {"action": "delete_selected", "_selected_action": [row.pk for row in rows]}
    return site.post(url, sent | ({"post": "yes"} if confirmed else {}))


@pytest.mark.parametrize("selected", [True, False])
def test_a_deleted_movie_takes_its_poster_along(site, shown, media, selected):
    assert len(list(media.rglob("*.webp"))) == 2
    if selected:
        response = delete_selected(site, MOVIES, shown, confirmed=True)
    else:
        response = site.post(f"{MOVIES}{shown.pk}/delete/", {"post": "yes"})
    assert response.status_code == 302
    assert not Movie.objects.exists()
    assert list(media.rglob("*.webp")) == []


def test_a_movie_with_showtimes_stays_and_they_are_shown(site, showtime):
    with nothing_changes():
        for page in (
            site.get(f"{MOVIES}{showtime.movie_id}/delete/"),
            site.post(f"{MOVIES}{showtime.movie_id}/delete/", {"post": "yes"}),
            delete_selected(site, MOVIES, showtime.movie, confirmed=False),
            delete_selected(site, MOVIES, showtime.movie, confirmed=True),
        ):
            assert page.status_code == 200
            assert str(showtime) in page.content.decode()


def test_a_genre_with_movies_stays_and_they_are_shown(site, movie):
    genre = movie.genres.get()
    with nothing_changes():
        for page in (
            site.get(f"{GENRES}{genre.pk}/delete/"),
            site.post(f"{GENRES}{genre.pk}/delete/", {"post": "yes"}),
            delete_selected(site, GENRES, genre, confirmed=False),
            delete_selected(site, GENRES, genre, confirmed=True),
        ):
            assert page.status_code == 200
            assert f"{movie.title}: {genre.name}" in page.content.decode()


def test_genres_are_listed_made_and_deleted(site, db):
    assert site.post(f"{GENRES}add/", {"name": "War", "slug": "war"}).status_code == 302
    assert ">War</a>" in site.get(f"{GENRES}?q=wa").content.decode()
    page = site.post(f"{GENRES}add/", {"name": "WAR", "slug": "battle"})
    assert "There is a genre of this name." in page.content.decode()
    assert site.post(f"{GENRES}{Genre.objects.get().pk}/delete/", {"post": "yes"}).status_code == 302
    assert not Genre.objects.exists()


def test_nobody_else_comes_in(client, alice, movie):
    client.force_login(alice)
    with nothing_changes():
        for url in (MOVIES, f"{MOVIES}{movie.pk}/delete/", GENRES):
            assert client.post(url, {"post": "yes"}).status_code == 302
