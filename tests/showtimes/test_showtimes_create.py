"""POST showtimes/: a showtime is born with its seats. That two never overlap is in test_overlap.py."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError

from movies.models import Movie
from showtimes.models import Hall, Seat, Showtime
from showtimes.views import ShowtimeViewSet
from tests.cast import as_
from tests.cinema import make_hall, tomorrow
from tests.refusals import errors_of, nothing_changes, problem_of
from tests.rows import rows
from users.querysets import LockingQuerySet

URL = "/api/v1/showtimes/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def body(movie, hall) -> dict:
    return {
        "movie_id": movie.pk,
        "hall_number": 1,
        "starts_at": "2027-03-02T20:00:00Z",
        "price": "10.00",
        "premium_price": "14.50",
    }


def made(client, body: dict) -> dict:
    """What the answer to a POST shows, which GET shows too."""
    response = client.post(URL, body)
    assert response.status_code == 201, response.content
    assert client.get(f"{URL}{response.json()['id']}/").json() == response.json()
    return response.json()


# What is made


def test_an_admin_makes_one(ada, body):
    answer = made(as_(ada), body)
    assert answer == {
        **body,
        "id": Showtime.objects.get().pk,
        "movie_title": "The Long Shot",
        "ends_at": "2027-03-02T21:30:00Z",
        "currency": "EUR",
        "status": "scheduled",
        "capacity": 20,
        "available_seats": 20,
    }


def test_its_seats_are_the_places_of_the_halls_layout(ada, body):
    make_hall(2, layout=["S.P", "...", ".A."])
    answer = made(as_(ada), {**body, "hall_number": 2})
    assert (answer["capacity"], answer["available_seats"]) == (3, 3)
    seats = Seat.objects.order_by("pk").values_list("showtime", "row", "number", "kind", "x", "y", "is_blocked")
    assert list(seats) == [
        (answer["id"], "A", 1, "standard", 0, 0, False),
        (answer["id"], "A", 2, "premium", 2, 0, False),
        (answer["id"], "B", 1, "accessible", 1, 2, False),
    ]


def test_a_hall_of_1000_seats_is_no_trouble(ada, body):
    make_hall(2, layout=["S" * 50] * 20)
    assert made(as_(ada), {**body, "hall_number": 2})["available_seats"] == 1000
    assert Seat.objects.count() == 1000


def test_without_its_seats_it_is_not_made_either(ada, body, monkeypatch):
    def fail(showtime):
        raise RuntimeError("The lights went out.")

    monkeypatch.setattr(Showtime, "make_seats", fail)
    client = as_(ada)
    client.raise_request_exception = False
    with nothing_changes():
        response = client.post(URL, body)
    assert problem_of(response) == (500, "server_error")


def test_it_ends_after_the_runtime_and_then_the_hall_turns_around(ada, body):
    Movie.objects.update(runtime_minutes=143)
    Hall.objects.update(turnaround_minutes=20)
    assert made(as_(ada), body)["ends_at"] == "2027-03-02T22:23:00Z"
    assert Showtime.objects.get().occupied_until == datetime(2027, 3, 2, 22, 43, tzinfo=UTC)


def test_later_changes_of_movie_and_hall_do_not_shift_it(ada, body):
    answer, before = made(as_(ada), body), rows(Showtime, Seat)
    assert as_(ada).patch(f"/api/v1/movies/{body['movie_id']}/", {"runtime_minutes": 200}).status_code == 200
    assert as_(ada).patch("/api/v1/halls/1/", {"turnaround_minutes": 90, "layout": ["S"]}).status_code == 200
    assert as_(ada).get(f"{URL}{answer['id']}/").json() == answer
    assert rows(Showtime, Seat) == before


def test_what_it_computes_is_not_taken_from_the_request(ada, body):
    computed = {
        "id": 4711,
        "movie_title": "Another",
        "ends_at": "2030-01-01T00:00:00Z",
        "occupied_until": "2030-01-01T00:00:00Z",
        "currency": "XXX",
        "status": "cancelled",
        "capacity": 9999,
        "available_seats": 9999,
    }
    answer = made(as_(ada), {**body, **computed})
    assert not any(answer[name] == value for name, value in computed.items() if name in answer)
    assert Showtime.objects.get().occupied_until == datetime(2027, 3, 2, 21, 45, tzinfo=UTC)


def test_what_it_costs_does_not_grow_with_the_hall(ada, body, django_assert_num_queries):
    make_hall(2, layout=["S" * 50] * 2)
    for number in (1, 2):
        client = as_(ada)
        # movie, hall, BEGIN, SAVEPOINT, the hall locked, the hall again, conflicts, showtime, seats, RELEASE, what is
        # stored, the audit entry, COMMIT
        with django_assert_num_queries(13):
            client.post(URL, {**body, "hall_number": number})


# When it starts


@pytest.mark.parametrize(
    ("starts_at", "shown"),
    [
        ("2027-03-02T20:00:00Z", "2027-03-02T20:00:00Z"),
        ("2027-03-02T20:00Z", "2027-03-02T20:00:00Z"),
        ("2027-03-02T20:00:00+01:00", "2027-03-02T19:00:00Z"),
        ("2027-03-02T20:00:00-05:30", "2027-03-03T01:30:00Z"),
        ("2027-03-02T20:00:00.125Z", "2027-03-02T20:00:00.125000Z"),
        ("2027-03-02T20:00:00", "2027-03-02T19:00:00Z"),
        ("2027-07-02T20:00:00", "2027-07-02T18:00:00Z"),
        ("2027-03-28T02:30:00", "2027-03-28T01:30:00Z"),  # when clocks show 03:30: they never show 02:30
        ("2027-10-31T02:30:00", "2027-10-31T00:30:00Z"),  # the first of the two
        ("2027-10-31T02:30:00+02:00", "2027-10-31T00:30:00Z"),
        ("2027-10-31T02:30:00+01:00", "2027-10-31T01:30:00Z"),
        ("8999-12-31T20:00:00Z", "8999-12-31T20:00:00Z"),
    ],
)
def test_instants_without_an_offset_are_berlins_and_all_are_shown_in_utc(ada, body, settings, starts_at, shown):
    settings.TIME_ZONE = "Europe/Berlin"
    assert made(as_(ada), {**body, "starts_at": starts_at})["starts_at"] == shown


def test_the_film_runs_through_a_change_of_the_clocks(ada, body, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    assert made(as_(ada), {**body, "starts_at": "2027-03-28T01:30:00"})["ends_at"] == "2027-03-28T02:00:00Z"


@pytest.mark.parametrize("starts_at", ["2027-03-01T12:00:00Z", "2027-03-01T11:59:59Z", "1999-12-31T00:00:00Z"])
def test_it_cannot_start_in_the_past(ada, body, starts_at):
    with nothing_changes():
        response = as_(ada).post(URL, {**body, "starts_at": starts_at})
    assert errors_of(response) == [("starts_at", "in_the_past")]


def test_it_can_start_the_next_moment(ada, body):
    assert made(as_(ada), {**body, "starts_at": "2027-03-01T12:00:00.000001Z"})["available_seats"] == 20


@pytest.mark.parametrize("starts_at", ["9000-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-23:59"])
def test_it_cannot_start_at_the_end_of_time(ada, body, starts_at):
    with nothing_changes():
        response = as_(ada).post(URL, {**body, "starts_at": starts_at})
    [(attr, code)] = errors_of(response)
    assert (attr, code) == ("starts_at", "overflow" if starts_at.endswith("-23:59") else "too_far")


# What it costs


@pytest.mark.parametrize(
    ("price", "shown"),
    [
        ("12.50", "12.50"),
        ("12.5", "12.50"),
        ("12", "12.00"),
        (12, "12.00"),
        (12.5, "12.50"),
        (0.1, "0.10"),
        ("0", "0.00"),
        ("-0", "0.00"),
        (-0.0, "0.00"),
        ("1e2", "100.00"),
        (" 7.00 ", "7.00"),
        ("999999.99", "999999.99"),
    ],
)
@pytest.mark.parametrize("name", ["price", "premium_price"])
def test_money_is_a_decimal_with_at_most_two_places(ada, body, name, price, shown):
    assert made(as_(ada), {**body, name: price})[name] == shown


def test_a_premium_price_is_optional(ada, body):
    assert made(as_(ada), {**body, "premium_price": None})["premium_price"] is None
    del body["premium_price"]
    body["starts_at"] = "2027-03-03T20:00:00Z"
    assert made(as_(ada), body)["premium_price"] is None


def test_a_premium_price_can_be_the_lower_one(ada, body):
    assert made(as_(ada), {**body, "premium_price": "1.00"})["premium_price"] == "1.00"


# What is refused


@pytest.mark.parametrize(
    ("attr", "value", "code"),
    [
        *(("movie_id", value, "does_not_exist") for value in (0, -1, 4711, 2**63 - 1, "4711", "9" * 30)),
        *(("movie_id", value, "incorrect_type") for value in ("one", True, 1.5, "1.5", [1], {"id": 1})),
        *(("movie_id", value, "null") for value in (None, "")),
        *(("hall_number", value, "does_not_exist") for value in (0, -1, 2, 32768, 2**63 - 1, "9" * 30)),
        *(("hall_number", value, "incorrect_type") for value in ("one", True, 1.5, "1.5", [1], {"number": 1})),
        *(("hall_number", value, "null") for value in (None, "")),
        *(("starts_at", value, "invalid") for value in ("soon", "", "2027-02-30T20:00:00Z", True, 5, 1.5, [], {})),
        *(("starts_at", value, "invalid") for value in ("2027-03-02", "20270302", "2027-W09-2", "20:00")),
        ("starts_at", None, "null"),
        *(("price", value, "invalid") for value in ("much", "", "12,50", "NaN", "-Infinity", "€ 5", True, [5], {})),
        *(("price", value, "max_decimal_places") for value in ("12.505", 0.001)),
        *(("price", value, "max_whole_digits") for value in ("1000000", 1e6)),
        *(("price", value, "max_digits") for value in (10**18, "1e30", 1e-9)),
        *(("price", value, "min_value") for value in ("-0.01", -1)),
        ("price", "1" * 1001, "max_string_length"),
        ("price", None, "null"),
        *(("premium_price", value, "invalid") for value in ("much", False, [5], {})),
        ("premium_price", "12.505", "max_decimal_places"),
        ("premium_price", "1000000.00", "max_digits"),
        ("premium_price", "-0.01", "min_value"),
    ],
)
def test_a_bad_value_is_refused_and_nothing_is_made(ada, body, attr, value, code):
    with nothing_changes():
        response = as_(ada).post(URL, {**body, attr: value})
    assert errors_of(response) == [(attr, code)]


def test_all_but_the_premium_price_is_needed(ada, hall):
    with nothing_changes():
        response = as_(ada).post(URL, {"premium_price": "14.50"})
    assert errors_of(response) == [(name, "required") for name in ("movie_id", "hall_number", "starts_at", "price")]


@pytest.mark.parametrize("body", ["[]", '[{"price": "1"}]', '"showtime"', "7", "true"])
def test_a_body_that_is_no_object_is_refused(ada, body):
    response = as_(ada).generic("POST", URL, body, content_type="application/json")
    assert errors_of(response) == [("non_field_errors", "invalid")]


@pytest.mark.parametrize("body", ["", "{", '{"movie_id": 9223372036854775808}', '{"price": NaN}', '{"price": 1e999}'])
def test_a_body_that_is_no_json_is_refused(ada, body):
    response = as_(ada).generic("POST", URL, body, content_type="application/json")
    assert problem_of(response) == (400, "parse_error") if body else errors_of(response)


def test_a_form_is_refused(ada, body):
    with nothing_changes():
        response = as_(ada).post(URL, body, format="multipart")
    assert problem_of(response) == (415, "unsupported_media_type")


def test_a_body_that_is_too_large_is_refused(ada, body, settings):
    settings.MAX_JSON_BYTES = 100
    with nothing_changes():
        response = as_(ada).post(URL, {**body, "price": "1" * 100})
    assert problem_of(response) == (413, "payload_too_large")


def test_a_hall_that_cannot_be_locked_in_time_is_no_bug(ada, body, monkeypatch):
    def time_out(queryset):
        raise OperationalError("canceling statement due to lock timeout")

    monkeypatch.setattr(LockingQuerySet, "lock", time_out)
    with nothing_changes():
        response = as_(ada).post(URL, body)
    assert problem_of(response) == (503, "service_unavailable")
    assert response["Retry-After"] == "2"


def test_only_admins_make_one(anonymous, alice, body):
    with nothing_changes():
        by_nobody, by_alice = anonymous.post(URL, body), as_(alice).post(URL, body)
    assert problem_of(by_nobody) == (401, "not_authenticated")
    assert problem_of(by_alice) == (403, "permission_denied")


# What is gone by the time it is written


def overtaken(monkeypatch, change) -> None:
    """Somebody else is quicker: after this request has been looked through, and before it writes."""
    create = ShowtimeViewSet.perform_create

    def create_late(*args):
        change()
        return create(*args)

    monkeypatch.setattr(ShowtimeViewSet, "perform_create", create_late)


def test_a_hall_that_was_deleted_a_moment_ago_is_unknown(ada, body, monkeypatch):
    overtaken(monkeypatch, lambda: Hall.objects.all().delete())
    response = as_(ada).post(URL, body)
    assert errors_of(response) == [("hall_number", "does_not_exist")]
    assert rows(Showtime, Seat) == [[], []]


@pytest.mark.django_db(transaction=True)
def test_a_movie_that_was_deleted_a_moment_ago_is_named_by_the_database(ada, body, monkeypatch):
    overtaken(monkeypatch, lambda: Movie.objects.all().delete())
    response = as_(ada).post(URL, body)
    assert errors_of(response) == [("non_field_errors", "does_not_exist")]
    assert rows(Showtime, Seat) == [[], []]


def test_the_layout_is_the_halls_of_the_moment_it_is_locked(ada, body, monkeypatch):
    overtaken(monkeypatch, lambda: Hall.objects.update(layout=["SS"], turnaround_minutes=30))
    assert made(as_(ada), body)["capacity"] == 2
    showtime = Showtime.objects.get()
    assert showtime.occupied_until - showtime.starts_at == timedelta(minutes=90 + 30)
    assert showtime.starts_at == tomorrow()
