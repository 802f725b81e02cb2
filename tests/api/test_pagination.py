"""Lists come in pages, by number or, where they only ever grow, by cursor; none gets slow by growing."""

from base64 import b64encode
from urllib.parse import parse_qs, urlsplit

import pytest

from movies.models import Genre
from reservations.models import Reservation
from tests.cast import as_
from tests.cinema import make_showtime, reserve
from tests.refusals import errors_of, problem_of

GENRES, RESERVATIONS = "/api/v1/genres/", "/api/v1/reservations/"
# Every list with numbered pages.
LISTS = ("genres/", "movies/", "halls/", "showtimes/", "users/", "users/me/logins/")
MALFORMED = ("x", "1.0", "1e1", "+1", " 1", "1_0", "٣", "0x1", "1" * 19, str(2**63), "1,2", "%00", "true")


@pytest.fixture
def genres(db) -> None:
    Genre.objects.bulk_create(Genre(name=f"genre {n:03}", slug=f"genre-{n:03}") for n in range(205))


def slugs_in(response) -> list[str]:
    assert response.status_code == 200
    return [genre["slug"] for genre in response.json()["results"]]


def page_of(link: str | None) -> dict | None:
    """What a link to another page asks."""
    return link and {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}


def test_a_page_has_twenty_unless_asked_otherwise(anonymous, genres, django_assert_num_queries):
    with django_assert_num_queries(2):
        response = anonymous.get(GENRES)
    assert slugs_in(response) == [f"genre-{n:03}" for n in range(20)]
    assert response.json()["count"] == 205
    assert response.json()["next"] == "http://testserver/api/v1/genres/?page=2"
    assert response.json()["previous"] is None


def test_a_page_in_the_middle_knows_both_neighbours_and_keeps_what_was_asked(anonymous, genres):
    body = anonymous.get(GENRES, {"page": 2, "page_size": 100, "colour": "green"}).json()
    assert [genre["slug"] for genre in body["results"]] == [f"genre-{n:03}" for n in range(100, 200)]
    assert page_of(body["next"]) == {"page": "3", "page_size": "100", "colour": "green"}
    assert page_of(body["previous"]) == {"page_size": "100", "colour": "green"}


def test_the_last_page_has_the_rest(anonymous, genres):
    body = anonymous.get(GENRES, {"page": 3, "page_size": 100}).json()
    assert (len(body["results"]), body["next"]) == (5, None)


@pytest.mark.parametrize(("size", "page", "statements"), [(5, 40, 2), (5, 41, 1), (100, 2, 2), (100, 3, 1)])
def test_the_last_page_tells_the_count_by_itself(anonymous, genres, django_assert_num_queries, size, page, statements):
    with django_assert_num_queries(statements):
        body = anonymous.get(GENRES, {"page": page, "page_size": size}).json()
    assert body["count"] == 205


def test_an_empty_list_is_one_empty_page(anonymous, db):
    assert anonymous.get(GENRES).json() == {"count": 0, "next": None, "previous": None, "results": []}
    assert problem_of(anonymous.get(GENRES, {"page": 2})) == (404, "not_found")


@pytest.mark.parametrize("size", [1, 7, 100])
def test_a_page_has_as_many_as_asked(anonymous, genres, size):
    assert len(slugs_in(anonymous.get(GENRES, {"page_size": size}))) == size


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("size", ["0", "-1", "101", "1000000", *MALFORMED])
def test_any_other_size_is_refused(ada, path, size):
    assert errors_of(as_(ada).get(f"/api/v1/{path}?page_size={size.replace('+', '%2B')}")) == [("page_size", "invalid")]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("page", MALFORMED)
def test_a_malformed_page_is_refused(ada, path, page):
    assert errors_of(as_(ada).get(f"/api/v1/{path}?page={page.replace('+', '%2B')}")) == [("page", "invalid")]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("page", ["0", "-1", "2", "9" * 18])
def test_a_page_that_is_not_there_is_not_found(ada, path, page):
    assert problem_of(as_(ada).get(f"/api/v1/{path}?page={page}")) == (404, "not_found")


@pytest.mark.parametrize("query", ["page=", "page_size=", "page=&page_size="])
def test_an_empty_value_is_as_none(anonymous, genres, query):
    assert len(slugs_in(anonymous.get(f"{GENRES}?{query}"))) == 20


class TestCount:
    @pytest.fixture(autouse=True)
    def count_to_forty(self, monkeypatch, genres):
        monkeypatch.setattr("api.pagination.COUNTED", 40)

    def test_it_goes_no_further_than_so_many(self, anonymous):
        assert anonymous.get(GENRES).json()["count"] == 40

    def test_the_pages_end_there(self, anonymous):
        body = anonymous.get(GENRES, {"page": 2}).json()
        assert (len(body["results"]), body["next"]) == (20, None)
        assert problem_of(anonymous.get(GENRES, {"page": 3})) == (404, "not_found")

    def test_the_last_page_ends_there_too(self, anonymous):
        body = anonymous.get(GENRES, {"page": 6, "page_size": 7}).json()
        assert (len(body["results"]), body["count"], body["next"]) == (5, 40, None)
        assert problem_of(anonymous.get(GENRES, {"page": 7, "page_size": 7})) == (404, "not_found")

    def test_below_it_is_exact(self, anonymous):
        Genre.objects.filter(slug__gte="genre-039").delete()
        assert anonymous.get(GENRES).json()["count"] == 39


def test_the_count_ends_at_ten_thousand(anonymous, db):
    Genre.objects.bulk_create(Genre(name=f"genre {n}", slug=f"genre-{n}") for n in range(10_001))
    assert anonymous.get(GENRES).json()["count"] == 10_000
    assert len(slugs_in(anonymous.get(GENRES, {"page": 100, "page_size": 100}))) == 100
    assert problem_of(anonymous.get(GENRES, {"page": 101, "page_size": 100})) == (404, "not_found")


class TestCursor:
    """Reservations: whoever walks along sees each once, whatever is added meanwhile."""

    @pytest.fixture(autouse=True)
    def five(self, alice) -> list[int]:
        self.showtime = make_showtime()
        self.client = as_(alice)
        self.ids = [reserve(alice, self.showtime, f"B{n}").pk for n in range(1, 6)][::-1]
        return self.ids

    def get(self, link: str = RESERVATIONS, **query) -> tuple[list[int], str | None, str | None]:
        body = self.client.get(link, query).json()
        assert body.keys() == {"next", "previous", "results"}
        return [reservation["id"] for reservation in body["results"]], body["next"], body["previous"]

    def test_the_newest_come_first(self, django_assert_num_queries):
        with django_assert_num_queries(4):
            assert self.get() == (self.ids, None, None)

    def test_it_leads_there_and_back(self):
        first, onward, before = self.get(page_size=2)
        assert (first, before) == (self.ids[:2], None)
        second, onward, back = self.get(onward)
        assert second == self.ids[2:4]
        assert self.get(back)[0] == first
        third, end, _ = self.get(onward)
        assert (third, end) == (self.ids[4:], None)

    def test_what_is_added_meanwhile_moves_nothing(self, alice):
        _, onward, _ = self.get(page_size=2)
        newest = reserve(alice, self.showtime, "C1").pk
        assert self.get(onward)[0] == self.ids[2:4]
        assert self.get(page_size=1)[0] == [newest]

    def test_what_goes_meanwhile_moves_nothing(self, bob):
        _, onward, _ = self.get(page_size=2)
        Reservation.objects.filter(pk=self.ids[1]).update(user=bob)
        assert self.get(onward)[0] == self.ids[2:4]

    def test_it_keeps_the_filters(self):
        _, onward, _ = self.get(page_size=2, status="confirmed")
        assert page_of(onward).keys() == {"cursor", "page_size", "status"}

    @pytest.mark.parametrize("size", ["0", "-1", "101", *MALFORMED])
    def test_a_bad_size_is_refused(self, size):
        response = self.client.get(f"{RESERVATIONS}?page_size={size.replace('+', '%2B')}")
        assert errors_of(response) == [("page_size", "invalid")]

    @pytest.mark.parametrize("token", ["p=x", "p=1.5", f"p={2**63}", "p=%00", "o=x", "o=-1", "p=-1", "p=٣", "p=1%27--"])
    def test_a_made_up_cursor_is_refused(self, token):
        response = self.client.get(RESERVATIONS, {"cursor": b64encode(token.encode()).decode()})
        assert errors_of(response) == [("cursor", "invalid")]

    @pytest.mark.parametrize("cursor", ["x", "!", "é", "%00", "a" * 5000, "////"])
    def test_what_is_no_cursor_is_refused(self, cursor):
        assert errors_of(self.client.get(f"{RESERVATIONS}?cursor={cursor}")) == [("cursor", "invalid")]

    @pytest.mark.parametrize("token", ["p=1", "r=1&p=1", "o=1000000", f"p={10**18 - 1}", "o=5&p=3", ""])
    def test_a_well_formed_one_leads_somewhere(self, token):
        assert self.client.get(RESERVATIONS, {"cursor": b64encode(token.encode()).decode()}).status_code == 200
