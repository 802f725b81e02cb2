"""What has a name is chosen by it in forms and filters: from a short list, whatever the table holds."""

from datetime import timedelta

import pytest
from django.db import OperationalError

from api import pickers
from showtimes.models import Showtime
from tests.api.html import Page, page, send
from tests.cast import as_
from tests.cinema import make_hall, make_movie, make_showtime, tomorrow
from tests.refusals import nothing_changes

API = "/api/v1/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(pickers, "MOST", 3)


def test_upcoming_showtimes_are_suggested_the_next_one_first(alice, clock, movie, hall):
    started = make_showtime(movie, hall, starts_at=tomorrow(17))
    later, next_one = make_showtime(movie, hall, starts_at=tomorrow(22)), make_showtime(movie, hall)
    Showtime.objects.filter(pk=make_showtime(movie).pk).update(status="cancelled")
    clock.move_to(started.starts_at)
    for form in ("POST", "query"):
        suggested = page(as_(alice), f"{API}reservations/").choices(f"{form}-showtime_id")
        assert list(suggested.items()) == [
            (str(next_one.pk), f"The Long Shot, hall 1, {next_one.starts_at:%Y-%m-%d} 20:00"),
            (str(later.pk), f"The Long Shot, hall 1, {later.starts_at:%Y-%m-%d} 22:00"),
        ]


def test_the_newest_movies_are_suggested(ada, showtime):
    newer = make_movie("A newer one")
    movies = {str(newer.pk): "A newer one", str(showtime.movie_id): "The Long Shot"}
    for path, field in (
        ("showtimes/", "POST-movie_id"),
        ("showtimes/", "query-movie_id"),
        (f"showtimes/{showtime.pk}/", "PATCH-movie_id"),
        ("reports/sales/", "query-movie_id"),
    ):
        assert list(page(as_(ada), API + path).choices(field).items()) == list(movies.items())


def test_halls_are_chosen_by_name(ada, showtime):
    other = make_hall(7, name="The Cellar")
    halls = {"1": "1: Hall 1", "7": "7: The Cellar"}
    for path, field in (("showtimes/", "query-hall_number"), ("reports/sales/", "query-hall_number")):
        assert page(as_(ada), f"{API}{path}?hall_number={other.pk}").choices(field) == {"": "", **halls}
    new = page(as_(ada), f"{API}showtimes/")
    assert new.choices("POST-hall_number") == {"": "", **halls}
    assert new.chosen("POST-hall_number") == []
    there = page(as_(ada), f"{API}showtimes/{showtime.pk}/")
    assert there.chosen("PATCH-hall_number") == ["1"]


def test_genres_are_checked_by_name(ada, movie):
    assert as_(ada).post(f"{API}genres/", {"name": "Space Opera"}).status_code == 201
    form = page(as_(ada), f"{API}movies/{movie.pk}/")
    for box in form.all("input", name="genres[]"):  # PUT's and PATCH's
        assert ("checked" in box) == (box["value"] == "drama")
    assert form.text.count("Space Opera") == 2
    asked = {"genres[]": ["drama", "space-opera"]}
    assert send(as_(ada), "PATCH", f"{API}movies/{movie.pk}/", asked).status_code == 200
    assert sorted(movie.genres.values_list("slug", flat=True)) == ["drama", "space-opera"]


def test_several_genres_are_asked_for_at_once(anonymous, ada, movie):
    as_(ada).post(f"{API}genres/", {"name": "Space Opera"})
    as_(ada).post(f"{API}genres/", {"name": "Western"})
    shown = page(anonymous, f"{API}movies/?genre=drama&genre=western")
    assert [box["value"] for box in shown.all("input", name="genre", checked=None)] == ["drama", "western"]
    assert "The Long Shot" in shown.text


def test_what_is_chosen_is_told_by_name(ada, showtime):
    shown = page(as_(ada), f"{API}reservations/?showtime_id={showtime.pk}")
    assert shown.text.count(str(showtime)) == 4  # twice to choose, twice as chosen
    assert "Type a part" not in shown.text


def test_no_list_is_longer_for_a_longer_table(few, ada, movie, hall):
    for number in range(2, 6):
        make_showtime(make_movie(f"Number {number}"), make_hall(number))
        assert as_(ada).post(f"{API}genres/", {"name": f"Genre {number}"}).status_code == 201
    shown = page(as_(ada), f"{API}showtimes/")
    assert len(shown.choices("POST-movie_id")) == 3
    assert len(shown.choices("POST-hall_number")) == 4  # with none
    assert len(page(as_(ada), f"{API}reservations/").choices("POST-showtime_id")) == 3
    assert len(page(as_(ada), f"{API}movies/").all("input", name="genres[]")) == 3


def test_what_is_beyond_the_list_can_be_typed_and_stays_as_it_is(few, ada, alice, movie):
    for number in range(1, 6):
        make_showtime(movie, starts_at=tomorrow() + timedelta(days=number))
    last = make_showtime(movie, starts_at=tomorrow() + timedelta(days=9))
    asked = {"showtime_id": last.pk, "quantity": 1}
    assert send(as_(alice), "POST", f"{API}reservations/", asked).status_code == 201
    edited = page(as_(ada), f"{API}showtimes/{last.pk}/")
    assert edited.chosen("PATCH-hall_number") == [str(last.hall_id)]
    assert str(last.hall_id) not in list(edited.choices("PATCH-hall_number"))[:3]


@pytest.mark.parametrize("unknown", ["banana", "9" * 400, "-1", "<b>"])
def test_what_is_no_choice_comes_back_with_the_reason(ada, unknown):
    make_hall(1)
    asked = {"movie_id": unknown, "hall_number": unknown, "starts_at": tomorrow().isoformat(), "price": "10"}
    with nothing_changes():
        shown = Page(send(as_(ada), "POST", f"{API}showtimes/", asked))
    assert shown.status == 400
    assert shown.inputs()["POST-movie_id"]["value"] == unknown
    assert shown.chosen("POST-hall_number") == [unknown]
    assert len(shown.all("div", **{"class": "wrong"})) == 2


def test_a_page_that_tells_of_a_lost_database_asks_it_for_nothing_more(anonymous, monkeypatch):
    def lost(self, *args):
        raise OperationalError("the connection is lost")

    monkeypatch.setattr("movies.views.MovieViewSet.list", lost)
    monkeypatch.setattr("django.db.models.query.QuerySet._fetch_all", lost)
    assert page(anonymous, f"{API}movies/").status == 503


def test_a_form_whose_showtime_is_known_suggests_no_other(alice, showtime):
    assert page(as_(alice), f"{API}showtimes/{showtime.pk}/").all("datalist") == []
