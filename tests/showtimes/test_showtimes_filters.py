"""GET showtimes/?…: each filter of the contract."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from reservations.cancellations import cancel_showtime
from showtimes.models import Showtime
from tests.cinema import make_hall, make_movie, make_showtime
from tests.refusals import errors_of

URL = "/api/v1/showtimes/"
NO_64_BITS = str(2**63)

pytestmark = pytest.mark.django_db


@pytest.fixture
def long_shot(db):
    return make_movie()


def at(movie, starts_at: str, **fields) -> Showtime:
    """A showtime at this instant, in a hall of its own."""
    return make_showtime(movie, starts_at=datetime.fromisoformat(starts_at), **fields)


def found(client, **query) -> list[int]:
    response = client.get(URL, query)
    assert response.status_code == 200
    body = response.json()
    assert body["count"] == len(body["results"])
    return [one["id"] for one in body["results"]]


# By movie, hall, status


def test_by_movie(anonymous, long_shot):
    mine = [make_showtime(long_shot).pk, make_showtime(long_shot).pk]
    make_showtime(make_movie("Another"))
    assert found(anonymous, movie_id=long_shot.pk) == mine


def test_by_hall(anonymous, long_shot):
    make_showtime(long_shot, make_hall(1))
    second = make_showtime(long_shot, make_hall(2))
    assert found(anonymous, hall_number=2) == [second.pk]


def test_by_status(anonymous, long_shot):
    scheduled, cancelled = make_showtime(long_shot), make_showtime(long_shot)
    cancel_showtime(cancelled)
    assert found(anonymous, status="scheduled") == [scheduled.pk]
    assert found(anonymous, status="cancelled") == [cancelled.pk]


def test_filters_narrow_each_other(anonymous, long_shot):
    one = at(long_shot, "2027-03-02T20:00Z")
    at(long_shot, "2027-03-03T20:00Z")
    at(make_movie("Another"), "2027-03-02T20:00Z")
    assert found(anonymous, movie_id=long_shot.pk, starts_at="2027-03-02", status="scheduled") == [one.pk]
    assert found(anonymous, movie_id=long_shot.pk, starts_at="2027-03-02", status="cancelled") == []


@pytest.mark.parametrize(
    "query",
    [
        {"movie_id": 2**63 - 1},
        {"movie_id": 0},
        {"movie_id": -1},
        {"movie_id": -(2**63) + 1},
        {"hall_number": 40000},
        {"hall_number": 2**63 - 1},
        {"hall_number": -1},
        {"status": "cancelled"},
        {"starts_at": "2027-03-02T20:00:00.000001Z"},
        {"starts_at": "2027-03-03"},
        {"starts_at_after": "2027-03-03", "starts_at_before": "2027-03-01"},
    ],
)
def test_what_matches_nothing_gives_an_empty_list(anonymous, showtime, query):
    assert found(anonymous, **query) == []


@pytest.mark.parametrize(
    "query",
    [
        {"banana": "1", "id": "7", "price": "10.00", "starts_at__gte": "soon", "movie": "x", "search": "\0"},
        {"movie_id": "", "hall_number": "", "starts_at": "", "starts_at_after": "", "status": "", "ordering": ""},
    ],
)
def test_what_is_not_known_and_what_is_empty_filter_nothing(anonymous, showtime, query):
    assert found(anonymous, **query) == [showtime.pk]


# By time


def test_an_instant_is_exactly_that_one_whatever_its_offset(anonymous, long_shot):
    showtime = at(long_shot, "2027-03-02T20:00Z")
    at(long_shot, "2027-03-02T20:00:01Z")
    at(long_shot, "2027-03-02T19:59:59.999999Z")
    for instant in ("2027-03-02T20:00:00Z", "2027-03-02T20:00Z", "2027-03-02T21:00:00+01:00", "2027-03-02T15:00-0500"):
        assert found(anonymous, starts_at=instant) == [showtime.pk]


def test_an_instant_without_an_offset_is_read_in_the_cinemas_time_zone(anonymous, settings, long_shot):
    showtime = at(long_shot, "2027-03-02T20:00Z")
    assert found(anonymous, starts_at="2027-03-02T20:00:00") == [showtime.pk]
    settings.TIME_ZONE = "Europe/Berlin"
    assert found(anonymous, starts_at="2027-03-02T20:00:00") == []
    assert found(anonymous, starts_at="2027-03-02T21:00:00") == [showtime.pk]


@pytest.mark.parametrize(
    "instant",
    [
        "2027-03-02T21:00:00 01:00",
        "2027-03-02T21:00 01:00",
        "2027-03-02T21:00:00.000000 01:00",
        "2027-03-02T21:00:00 0100",
        "2027-03-02T21:00:00 01",
        "2027-03-02 21:00:00 01:00",
    ],
)
def test_a_plus_that_arrived_as_a_space_is_understood(anonymous, long_shot, instant):
    showtime = at(long_shot, "2027-03-02T20:00Z")
    assert found(anonymous, starts_at=instant) == [showtime.pk]
    assert found(anonymous, starts_at_after=instant, starts_at_before=instant) == [showtime.pk]
    response = anonymous.get(f"{URL}?starts_at=2027-03-02T21:00:00+01:00")
    assert [one["id"] for one in response.json()["results"]] == [showtime.pk]


def test_a_day_is_from_midnight_to_midnight_in_the_cinemas_time_zone(anonymous, settings, long_shot):
    instants = ("2027-03-01T22:59:59.999999Z", "2027-03-01T23:00Z", "2027-03-02T22:59:59.999999Z", "2027-03-02T23:00Z")
    before, first, last, after = [at(long_shot, instant).pk for instant in instants]
    assert found(anonymous, starts_at="2027-03-01") == [before, first]
    settings.TIME_ZONE = "Europe/Berlin"
    assert found(anonymous, starts_at="2027-03-01") == [before]
    assert found(anonymous, starts_at="2027-03-02") == [first, last]
    assert found(anonymous, starts_at="2027-03-03") == [after]


@pytest.mark.parametrize(
    ("day", "hours", "first", "end"),
    [
        ("2027-03-28", 23, "2027-03-27T23:00Z", "2027-03-28T22:00Z"),
        ("2027-10-31", 25, "2027-10-30T22:00Z", "2027-10-31T23:00Z"),
    ],
)
def test_a_day_on_which_the_clocks_change(anonymous, settings, long_shot, day, hours, first, end):
    settings.TIME_ZONE = "Europe/Berlin"
    midnight, next_midnight = datetime.fromisoformat(first), datetime.fromisoformat(end)
    assert next_midnight - midnight == timedelta(hours=hours)
    moment = timedelta(microseconds=1)
    instants = (midnight - moment, midnight, next_midnight - moment, next_midnight)
    yesterday, *of_the_day, tomorrow = [make_showtime(long_shot, starts_at=instant).pk for instant in instants]
    assert found(anonymous, starts_at=day) == of_the_day
    assert found(anonymous, starts_at_after=day) == [*of_the_day, tomorrow]
    assert found(anonymous, starts_at_before=day) == [yesterday, *of_the_day]
    assert found(anonymous, starts_at_after=day, starts_at_before=day) == of_the_day


def test_after_and_before_include_the_instant_itself(anonymous, long_shot):
    instants = ("2027-03-02T19:59:59.999999Z", "2027-03-02T20:00Z", "2027-03-02T20:00:00.000001Z")
    before, same, after = [at(long_shot, instant).pk for instant in instants]
    assert found(anonymous, starts_at_after="2027-03-02T20:00:00Z") == [same, after]
    assert found(anonymous, starts_at_before="2027-03-02T20:00:00Z") == [before, same]


def test_after_and_before_include_all_of_a_day(anonymous, long_shot):
    instants = ("2027-03-01T23:59:59.999999Z", "2027-03-02T00:00Z", "2027-03-02T23:59:59.999999Z", "2027-03-03T00:00Z")
    before, first, last, after = [at(long_shot, instant).pk for instant in instants]
    assert found(anonymous, starts_at_after="2027-03-02") == [first, last, after]
    assert found(anonymous, starts_at_before="2027-03-02") == [before, first, last]
    assert found(anonymous, starts_at_after="2027-03-02", starts_at_before="2027-03-02T23:00Z") == [first]


@pytest.mark.parametrize("time_zone", ["UTC", "Europe/Berlin", "Pacific/Kiritimati", "America/Los_Angeles"])
@pytest.mark.parametrize("time_of_day", ["", "T00:00:00Z", "T23:59:59.999999Z"])
def test_the_first_and_the_last_days_there_are(anonymous, settings, showtime, time_zone, time_of_day):
    settings.TIME_ZONE = time_zone
    first, last = "0001-01-01" + time_of_day, "9999-12-31" + time_of_day
    assert found(anonymous, starts_at=first) == found(anonymous, starts_at=last) == []
    assert found(anonymous, starts_at_before=first) == found(anonymous, starts_at_after=last) == []
    assert found(anonymous, starts_at_after=first, starts_at_before=last) == [showtime.pk]


# In order


def test_by_time_unless_asked_otherwise_and_ties_by_id(anonymous, long_shot):
    late, tie_1, tie_2, early = [
        at(long_shot, f"2027-03-02T{hour}:00Z", price=price).pk
        for hour, price in (("21", Decimal(7)), ("20", Decimal(9)), ("20", Decimal(8)), ("19", Decimal(9)))
    ]
    assert found(anonymous) == found(anonymous, ordering="starts_at") == [early, tie_1, tie_2, late]
    assert found(anonymous, ordering="-starts_at") == [late, tie_1, tie_2, early]
    assert found(anonymous, ordering="price") == [late, tie_2, tie_1, early]
    assert found(anonymous, ordering="-price") == [tie_1, early, tie_2, late]
    assert found(anonymous, ordering="price,starts_at") == [late, tie_2, early, tie_1]
    assert found(anonymous, ordering="-price,-starts_at") == [tie_1, early, tie_2, late]


@pytest.mark.parametrize("ordering", ["starts_at", "-starts_at", "price", "-price"])
def test_pages_of_ties_have_each_showtime_once(anonymous, long_shot, ordering):
    made = [at(long_shot, "2027-03-02T20:00Z").pk for _ in range(7)]
    pages = [anonymous.get(URL, {"ordering": ordering, "page_size": 3, "page": n}).json() for n in (1, 2, 3)]
    assert sorted(one["id"] for page in pages for one in page["results"]) == made


# Malformed


@pytest.mark.parametrize("name", ["movie_id", "hall_number"])
@pytest.mark.parametrize(
    "value",
    ["abc", "1.5", "1.0", "1e3", "1_0", "0x1", "--1", "-", "1,2", "٣", "\0", "true", NO_64_BITS, f"-{NO_64_BITS}9"],
)
def test_a_number_that_is_none_is_refused(anonymous, showtime, name, value):
    assert [attr for attr, _ in errors_of(anonymous.get(URL, {name: value}))] == [name]


def test_a_number_of_any_length_is_refused(anonymous):
    assert [attr for attr, _ in errors_of(anonymous.get(URL, {"movie_id": "9" * 5000}))] == ["movie_id"]


@pytest.mark.parametrize("name", ["starts_at", "starts_at_after", "starts_at_before"])
@pytest.mark.parametrize(
    "value",
    [
        *("soon", "1", "20:00", "2027", "2027-03", "02.03.2027", "03/02/2027", "\0", "٢٠٢٧-٠٣-٠٢"),
        *("20270302", "2027-W09-2", "2027-3-2", "2027-03-02 "),
        *("2027-02-30", "2027-13-01", "2027-00-01", "0000-01-01", "10000-01-01", "-0001-01-01"),
        *("2027-03-02T25:00:00Z", "2027-03-02T20:61:00Z", "2027-03-02T20:00:00+25:00", "2027-03-02T20:00:00ZZ"),
        *("0000-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+00:01"),
    ],
)
def test_a_time_that_is_none_is_refused(anonymous, showtime, name, value):
    assert errors_of(anonymous.get(URL, {name: value})) == [(name, "invalid")]


@pytest.mark.parametrize("value", ["started", "SCHEDULED", "0", "null", "scheduled,cancelled", "\0"])
def test_a_status_that_is_none_is_refused(anonymous, showtime, value):
    assert errors_of(anonymous.get(URL, {"status": value})) == [("status", "invalid_choice")]


@pytest.mark.parametrize("value", ["banana", "id", "-", "--price", "price,banana", "price;", "Price", "?", "\0"])
def test_an_order_that_is_none_is_refused(anonymous, showtime, value):
    assert errors_of(anonymous.get(URL, {"ordering": value})) == [("ordering", "invalid_choice")]


@pytest.mark.parametrize("name", ["page", "page_size"])
@pytest.mark.parametrize("value", ["one", "1.5", "1_0", "٣", NO_64_BITS])
def test_a_page_that_is_no_number_is_refused(anonymous, showtime, name, value):
    assert errors_of(anonymous.get(URL, {name: value})) == [(name, "invalid")]


@pytest.mark.parametrize("value", ["0", "-1", "101"])
def test_a_page_has_1_to_100_showtimes(anonymous, showtime, value):
    assert errors_of(anonymous.get(URL, {"page_size": value})) == [("page_size", "invalid")]


def test_every_bad_value_is_named_at_once(anonymous, showtime):
    query = {"movie_id": "x", "hall_number": "y", "starts_at": "z", "status": "s", "ordering": "o", "banana": "b"}
    assert sorted(attr for attr, _ in errors_of(anonymous.get(URL, query))) == [
        *("hall_number", "movie_id", "ordering", "starts_at", "status"),
    ]
