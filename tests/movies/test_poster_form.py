"""The form that a poster comes in, and who may send it."""

import pytest

from movies import posters
from movies.models import Movie
from tests.cast import as_
from tests.movies.pictures import (
    encoded,
    files,
    picture,
    put,
    upload,
)
from tests.refusals import errors_of, problem_of
from tests.rows import rows

# Pillow warns where we refuse a picture, and where we take one that has broken EXIF.
pytestmark = [
    pytest.mark.usefixtures("at_commit"),
    pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning:PIL"),
]


def test_a_name_or_type_that_lies_does_not_matter(ada, media, url):
    response = put(ada, url, encoded(picture()), name="../../evil.html\0.php", content_type="text/html")
    assert response.status_code == 200
    assert all(posters.NAME.fullmatch(name) for name in files(media))


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "required"),
        ({"picture": upload(encoded(picture()))}, "required"),
        ({"poster": "a text"}, "invalid"),
        ({"poster": [upload(encoded(picture())), upload(encoded(picture()))]}, "too_many_files"),
        ({"poster": upload(encoded(picture())), "more": upload(b"x")}, "too_many_files"),
    ],
)
def test_it_takes_one_file(ada, movie, media, url, fields, code):
    for file in fields.get("poster", []) if isinstance(fields.get("poster"), list) else fields.values():
        if not isinstance(file, str):
            file.seek(0)
    before = rows(Movie)
    assert errors_of(as_(ada).put(url, fields, format="multipart")) == [("poster", code)]
    assert (rows(Movie), files(media)) == (before, [])


def test_other_fields_are_ignored(ada, movie, url):
    fields = {"poster": upload(encoded(picture())), "title": "Other", "id": 7}
    response = as_(ada).put(url, fields, format="multipart")
    assert (response.status_code, response.json()["title"]) == (200, movie.title)


@pytest.mark.parametrize("content_type", ["application/json", "image/png", "application/x-www-form-urlencoded", ""])
def test_only_multipart_is_taken(ada, movie, media, url, content_type):
    before = rows(Movie)
    response = as_(ada).generic("PUT", url, encoded(picture()), content_type=content_type)
    assert problem_of(response) == (415, "unsupported_media_type")
    assert (rows(Movie), files(media)) == (before, [])


@pytest.mark.parametrize(
    "body", [b"", b"--x--\r\n", b"--x\r\nContent-Disposition: form-data\r\n\r\nx\r\n--x--\r\n", b"\0" * 100]
)
@pytest.mark.parametrize("boundary", ["; boundary=x", "", "; boundary="])
def test_a_broken_form(ada, movie, media, url, body, boundary):
    before = rows(Movie)
    response = as_(ada).generic("PUT", url, body, content_type=f"multipart/form-data{boundary}")
    assert response.status_code == 400
    assert (rows(Movie), files(media)) == (before, [])


def test_there_is_nothing_else_to_do_with_it(ada, url):
    for method in ("get", "post", "patch"):
        assert getattr(as_(ada), method)(url).status_code == 405


@pytest.mark.parametrize("method", ["put", "delete"])
def test_nobody_else_may(alice, ada, anonymous, media, url, method):
    put(ada, url, encoded(picture()))
    before = rows(Movie), files(media)
    for client, status, code in [(anonymous, 401, "not_authenticated"), (as_(alice), 403, "permission_denied")]:
        response = getattr(client, method)(url, {"poster": upload(encoded(picture()))}, format="multipart")
        assert problem_of(response) == (status, code)
    assert (rows(Movie), files(media)) == before


def test_a_movie_that_is_not_there(ada, media, url):
    for method in ("put", "delete"):
        response = getattr(as_(ada), method)("/api/v1/movies/0/poster/", {"poster": upload(b"")}, format="multipart")
        assert response.status_code == 404
    assert files(media) == []
