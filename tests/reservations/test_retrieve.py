"""GET reservations/{id}/: its owner and admins see it; to others it does not exist."""

import pytest

from tests.cast import as_
from tests.cinema import reserve
from tests.refusals import problem_of

URL = "/api/v1/reservations/"


@pytest.fixture
def url(alice, showtime) -> str:
    """Of alice's reservation of A1 and C1."""
    return f"{URL}{reserve(alice, showtime, 'A1', 'C1').pk}/"


def test_its_owner_and_admins_see_the_same(alice, ada, url):
    response = as_(alice).get(url)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert response.json()["user"] == {"id": alice.pk, "username": "alice"}
    assert as_(ada).get(url).json() == response.json()


def test_what_is_somebody_elses_looks_like_what_is_not_there(charlie, url):
    unknown = f"{URL}{10**17}/"
    somebody_elses, nothing = as_(charlie).get(url), as_(charlie).get(unknown)
    assert problem_of(somebody_elses) == problem_of(nothing) == (404, "not_found")
    assert somebody_elses.content == nothing.content


@pytest.mark.parametrize("pk", ["0", "abc", "-1", "1.0", "9" * 30])
def test_what_is_no_id_is_not_there_either(ada, url, pk):
    assert problem_of(as_(ada).get(f"{URL}{pk}/")) == (404, "not_found")


def test_an_anonymous_visitor_logs_in_first(anonymous, url):
    response = anonymous.get(url)
    assert problem_of(response) == (401, "not_authenticated")
    assert response["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("method", ["put", "patch", "delete", "post"])
def test_it_is_only_looked_at(alice, url, method):
    assert problem_of(getattr(as_(alice), method)(url, {})) == (405, "method_not_allowed")


def test_it_costs_four_queries(alice, url, django_assert_num_queries):
    client = as_(alice)
    with django_assert_num_queries(4):  # whether it is theirs, the reservation, its showtime, its seats
        client.get(url)
