"""GET reports/sales/export/: the rows of the sales report, for a spreadsheet."""

import csv
import io
from datetime import UTC, datetime

import pytest
import time_machine

from tests.cast import as_
from tests.cinema import make_hall, make_movie, make_showtime, reserve
from tests.refusals import errors_of, problem_of

URL = "/api/v1/reports/sales/export/"
NOW = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
HEADER = "key,label,showtimes,capacity,reserved,occupancy,revenue"


@pytest.fixture(autouse=True)
def clock(db):
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def table(response) -> list[list[str]]:
    assert response.status_code == 200
    return list(csv.reader(io.StringIO(response.content.decode(), newline="")))


def test_it_is_a_file_to_save(ada, alice, showtime):
    reserve(alice, showtime, "A1", "C1")
    response = as_(ada).get(URL)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="sales.csv"'
    assert response.content.decode().split("\r\n") == [
        HEADER,
        f'{showtime.pk},"The Long Shot, 2027-03-02 20:00",1,20,2,0.1,24.50',
        "",
    ]


@pytest.mark.parametrize("group_by", ["showtime", "movie", "hall", "day"])
def test_its_rows_are_those_of_the_report(ada, alice, showtime, group_by):
    make_showtime(make_movie("A Zoo"))
    reserve(alice, showtime, "A1", "C1")
    rows = as_(ada).get("/api/v1/reports/sales/", {"group_by": group_by}).json()["rows"]
    header, *lines = table(as_(ada).get(URL, {"group_by": group_by}))
    assert ",".join(header) == HEADER
    assert lines == [[str(row[name]) for name in header] for row in rows]


def test_it_is_asked_as_the_report_is(ada, showtime):
    other = make_showtime(make_movie("A Zoo"))
    response = as_(ada).get(URL, {"movie_id": other.movie_id, "date_from": "2027-03-02", "date_to": "2027-03-02"})
    assert [line[0] for line in table(response)] == ["key", str(other.pk)]


def test_of_nothing_there_is_a_header(ada):
    assert as_(ada).get(URL).content.decode() == f"{HEADER}\r\n"


@pytest.mark.parametrize("title", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1+1", '=HYPERLINK("http://x","y")'])
def test_no_cell_runs_as_a_formula(ada, title):
    hall = make_hall(name=title)
    make_showtime(make_movie(title), hall)
    for group_by in ("movie", "hall"):
        _, [_, label, *_] = table(as_(ada).get(URL, {"group_by": group_by}))
        assert label == f"'{title}"
    _, [_, label, *_] = table(as_(ada).get(URL))
    assert label == f"'{title}, 2027-03-02 20:00"


@pytest.mark.parametrize("title", ["1=1", "Café, “Zoo”", 'A "Zoo"', "Зоопарк", "A\nZoo"])
def test_any_other_is_left_as_it_is(ada, title):
    make_showtime(make_movie(title))
    _, [_, label, *_] = table(as_(ada).get(URL, {"group_by": "movie"}))
    assert label == title


def test_a_malformed_value_is_refused_in_json(ada):
    for query in ({"date_from": "yesterday"}, {"group_by": "week"}, {"movie_id": "x"}):
        assert [attr for attr, _ in errors_of(as_(ada).get(URL, query))] == list(query)


def test_an_admin_only(alice, anonymous):
    assert problem_of(as_(alice).get(URL)) == (403, "permission_denied")
    assert problem_of(anonymous.get(URL)) == (401, "not_authenticated")


@pytest.mark.parametrize("accepted", ["text/csv", "*/*", "text/html,application/xhtml+xml,*/*;q=0.8"])
def test_programs_and_browsers_get_the_file(ada, accepted):
    response = as_(ada).get(URL, headers={"Accept": accepted})
    assert (response.status_code, response["Content-Type"]) == (200, "text/csv; charset=utf-8")


def test_it_is_nothing_but_a_table(ada):
    response = as_(ada).get(URL, headers={"Accept": "application/json"})
    assert problem_of(response) == (406, "not_acceptable")


def test_it_costs_one_query(ada, showtime, django_assert_num_queries):
    client = as_(ada)
    with django_assert_num_queries(1):
        client.get(URL)
