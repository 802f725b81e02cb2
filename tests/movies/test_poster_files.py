"""What becomes of the files of old posters. All in real transactions, since files go when one is committed."""

import pytest
from django.core.files.storage import default_storage

from movies import posters
from movies.models import Movie
from movies.views import MovieViewSet
from tests.cast import as_
from tests.cinema import make_movie
from tests.movies.pictures import encoded, files, picture, put
from tests.race import at_once
from tests.rows import rows

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_replaced_poster_goes(ada, media, url):
    put(ada, url, encoded(picture()))
    old = files(media)
    body = put(ada, url, encoded(picture())).json()
    assert len(old) == len(files(media)) == 2
    assert not set(old) & set(files(media))
    assert body["poster"].endswith(files(media)[1])


def test_a_poster_taken_away_goes(ada, anonymous, movie, media, url):
    put(ada, url, encoded(picture()))
    response = as_(ada).delete(url)
    assert (response.status_code, response.content) == (204, b"")
    assert files(media) == []
    body = anonymous.get(f"/api/v1/movies/{movie.pk}/").json()
    assert (body["poster"], body["poster_thumbnail"]) == (None, None)
    assert as_(ada).delete(url).status_code == 204


def test_a_deleted_movie_takes_its_poster_along(ada, movie, media, url):
    put(ada, f"/api/v1/movies/{make_movie('Other').pk}/poster/", encoded(picture()))
    others = files(media)
    put(ada, url, encoded(picture()))
    assert as_(ada).delete(f"/api/v1/movies/{movie.pk}/").status_code == 204
    assert files(media) == others


def test_so_do_many(ada, movie, media, url):
    put(ada, url, encoded(picture()))
    put(ada, f"/api/v1/movies/{make_movie('Other').pk}/poster/", encoded(picture()))
    make_movie("Without")
    Movie.objects.all().delete()
    assert (files(media), rows(Movie)) == ([], [[]])


def test_one_that_cannot_be_deleted_keeps_it(ada, showtime, media):
    put(ada, f"/api/v1/movies/{showtime.movie_id}/poster/", encoded(picture()))
    before = rows(Movie), files(media)
    assert as_(ada).delete(f"/api/v1/movies/{showtime.movie_id}/").status_code == 409
    assert (rows(Movie), files(media)) == before


def test_a_transaction_that_fails_leaves_the_old_one(ada, media, url, monkeypatch):
    put(ada, url, encoded(picture()))
    before = rows(Movie), files(media)

    def fail(*args, **kwargs):
        raise OSError("The lights went out.")

    monkeypatch.setattr(Movie, "save", fail)
    with pytest.raises(OSError, match="The lights went out"):
        put(ada, url, encoded(picture()))
    assert (rows(Movie), files(media)) == before


def test_so_does_a_full_disk(ada, media, url, monkeypatch):
    put(ada, url, encoded(picture()))
    before = rows(Movie), files(media)
    save = default_storage.save

    def save_but_one(name, content):
        if "thumbnail" in name:
            raise OSError("No space left on device")
        return save(name, content)

    monkeypatch.setattr(default_storage, "save", save_but_one)
    with pytest.raises(OSError, match="No space"):
        put(ada, url, encoded(picture()))
    assert (rows(Movie), files(media)) == before


def test_a_movie_that_goes_meanwhile(ada, media, url, monkeypatch):
    read = posters.read

    def delete_movie_and_read(upload):
        Movie.objects.get().delete()
        return read(upload)

    monkeypatch.setattr(posters, "read", delete_movie_and_read)
    assert put(ada, url, encoded(picture())).status_code == 404
    assert files(media) == []


def test_an_edit_does_not_bring_an_old_poster_back(ada, movie, media, url, monkeypatch):
    put(ada, url, encoded(picture()))
    update = MovieViewSet.perform_update

    def replace_poster_and_update(*args):
        put(ada, url, encoded(picture()))
        return update(*args)

    monkeypatch.setattr(MovieViewSet, "perform_update", replace_poster_and_update)
    body = as_(ada).patch(f"/api/v1/movies/{movie.pk}/", {"title": "New"}).json()
    movie.refresh_from_db()
    assert [movie.poster_thumbnail.name, movie.poster.name] == files(media)
    assert body["poster"].endswith(movie.poster.name)


def test_many_at_once_leave_one_poster_and_no_orphan(ada, movie, media, url):
    content = encoded(picture())

    def put_some() -> list[int]:
        return [put(ada, url, content).status_code for _ in range(4)]

    assert at_once(*[put_some] * 4) == [[200] * 4] * 4
    movie.refresh_from_db()
    assert files(media) == [movie.poster_thumbnail.name, movie.poster.name]
