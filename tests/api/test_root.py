"""GET /api/v1/: where everything begins."""

import pytest

from tests.api.html import page
from tests.cast import as_

URL = "/api/v1/"
OPEN = ["schedule", "movies", "genres", "halls", "showtimes"]
OF_USERS = ["reservations", "me", "logins"]
FOR_ALL = [*OPEN, "reservations", "register", "login", "token", "me", "logins", "docs", "schema"]

pytestmark = pytest.mark.django_db


def test_anyone_is_shown_each_way_in(anonymous):
    entries = anonymous.get(URL).json()
    assert list(entries) == FOR_ALL
    assert entries["movies"] == "http://testserver/api/v1/movies/"


def test_an_admin_is_shown_more(alice, ada):
    assert list(as_(alice).get(URL).json()) == FOR_ALL
    assert list(as_(ada).get(URL).json()) == [*FOR_ALL, "users", "sales", "audit"]


def test_every_way_in_is_open_to_whom_it_is_shown(anonymous, alice, ada):
    entries = as_(ada).get(URL).json()
    for name in [*OPEN, "docs", "schema"]:
        assert anonymous.get(entries[name]).status_code == 200
    for name in OF_USERS:
        assert as_(alice).get(entries[name]).status_code == 200
    for name in ("users", "sales", "audit"):
        assert as_(ada).get(entries[name]).status_code == 200
    for name in ("register", "login", "token"):
        assert anonymous.post(entries[name]).status_code == 400


def test_it_is_read_only(ada):
    assert as_(ada).post(URL, {}).status_code == 405


def test_its_page_says_where_to_start(anonymous, alice):
    shown = page(anonymous, URL)
    assert "See what is on in the schedule" in shown.text
    assert shown.all("a", href="/login/")
    assert "You are logged in as alice." in page(as_(alice), URL).text


def test_it_asks_the_database_nothing(anonymous, django_assert_num_queries):
    with django_assert_num_queries(0):
        anonymous.get(URL)
