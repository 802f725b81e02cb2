import pytest
from django.db import IntegrityError, transaction

from showtimes.models import Hall, Seat, Showtime
from showtimes.views import HallViewSet
from tests.cast import as_
from tests.cinema import LAYOUT, make_hall, make_showtime, tomorrow
from tests.race import at_once
from tests.refusals import errors_of, nothing_changes, problem_of
from tests.rows import rows

URL = "/api/v1/halls/"
FIRST = {"number": 1, "name": "Hall 1", "layout": LAYOUT, "capacity": 20, "turnaround_minutes": 15}
NEW = {"number": 7, "name": "Studio", "layout": ["SS", "P."]}

pytestmark = pytest.mark.django_db


# Seeing them


def test_anyone_lists_them_by_number(anonymous, django_assert_num_queries):
    make_hall(2, name="Balcony", layout=["SS"], turnaround_minutes=0)
    make_hall(1)
    with django_assert_num_queries(1):
        response = anonymous.get(URL)
    assert response.status_code == 200
    assert response.json() == {
        "count": 2,
        "next": None,
        "previous": None,
        "results": [
            FIRST,
            {"number": 2, "name": "Balcony", "layout": ["SS"], "capacity": 2, "turnaround_minutes": 0},
        ],
    }


def test_anyone_sees_one_by_its_number(anonymous, hall, django_assert_num_queries):
    with django_assert_num_queries(1):
        response = anonymous.get(f"{URL}1/")
    assert response.status_code == 200
    assert response.json() == FIRST


@pytest.mark.parametrize("number", ["2", "0", "99999999999999999", "9999999999999999999999", "-1", "one"])
def test_an_unknown_one_is_not_found(anonymous, ada, hall, number):
    assert problem_of(anonymous.get(f"{URL}{number}/")) == (404, "not_found")
    assert problem_of(as_(ada).patch(f"{URL}{number}/", {"name": "Studio"})) == (404, "not_found")
    assert problem_of(as_(ada).delete(f"{URL}{number}/")) == (404, "not_found")


# Making one


def test_an_admin_makes_one_with_a_turnaround_of_15_minutes_unless_told(ada):
    response = as_(ada).post(URL, NEW)
    assert response.status_code == 201
    assert response.json() == {**NEW, "capacity": 3, "turnaround_minutes": 15}
    assert rows(Hall) == [[{**NEW, "turnaround_minutes": 15}]]


def test_capacity_is_counted_and_never_taken_from_the_request(ada):
    response = as_(ada).post(URL, {**NEW, "capacity": 999, "turnaround_minutes": 0, "rows": 9})
    assert response.status_code == 201
    assert response.json() == {**NEW, "capacity": 3, "turnaround_minutes": 0}


@pytest.mark.parametrize(
    ("layout", "seats"), [(["S"], 1), (["S" * 50] * 20, 1000), (["S" * 60], 60), (["S"] * 60, 60), (["", "S."], 1)]
)
def test_a_layout_at_the_limits_is_taken_as_it_is(ada, layout, seats):
    response = as_(ada).post(URL, {**NEW, "layout": layout})
    assert response.status_code == 201
    assert (response.json()["layout"], response.json()["capacity"]) == (layout, seats)


@pytest.mark.parametrize(
    ("wrong", "attr", "code"),
    [
        ({"number": None}, "number", "null"),
        ({"number": "one"}, "number", "invalid"),
        ({"number": True}, "number", "invalid"),
        ({"number": 1.5}, "number", "invalid"),
        ({"number": [7]}, "number", "invalid"),
        ({"number": {}}, "number", "invalid"),
        ({"number": 0}, "number", "min_value"),
        ({"number": -7}, "number", "min_value"),
        ({"number": 32768}, "number", "max_value"),
        ({"number": 2**63 - 1}, "number", "max_value"),
        ({"number": 1}, "number", "unique"),
        ({"name": None}, "name", "null"),
        ({"name": ""}, "name", "blank"),
        ({"name": "   "}, "name", "blank"),
        ({"name": "n" * 101}, "name", "max_length"),
        ({"name": True}, "name", "invalid"),
        ({"name": ["Studio"]}, "name", "invalid"),
        ({"name": {}}, "name", "invalid"),
        ({"turnaround_minutes": None}, "turnaround_minutes", "null"),
        ({"turnaround_minutes": "a while"}, "turnaround_minutes", "invalid"),
        ({"turnaround_minutes": 7.5}, "turnaround_minutes", "invalid"),
        ({"turnaround_minutes": []}, "turnaround_minutes", "invalid"),
        ({"turnaround_minutes": -1}, "turnaround_minutes", "min_value"),
        ({"turnaround_minutes": 601}, "turnaround_minutes", "max_value"),
        ({"layout": None}, "layout", "null"),
        ({"layout": "SS"}, "layout", "not_a_list"),
        ({"layout": 5}, "layout", "not_a_list"),
        ({"layout": {"A": "SS"}}, "layout", "not_a_list"),
        ({"layout": []}, "layout", "invalid"),
        ({"layout": [""]}, "layout", "invalid"),
        ({"layout": ["..", "."]}, "layout", "invalid"),
        ({"layout": ["SXS"]}, "layout", "invalid"),
        ({"layout": ["sss"]}, "layout", "invalid"),
        ({"layout": [" S "]}, "layout", "invalid"),
        ({"layout": [1, 2]}, "layout", "invalid"),
        ({"layout": ["S" * 50] * 20 + ["S"]}, "layout", "invalid"),
        ({"layout": ["S", "S" * 61]}, "layout.1", "max_length"),
        ({"layout": ["S", None]}, "layout.1", "null"),
        ({"layout": ["S", ["S"]]}, "layout.1", "invalid"),
        ({"layout": [True, "S"]}, "layout.0", "invalid"),
    ],
)
def test_a_bad_value_is_refused_and_nothing_is_made(ada, hall, wrong, attr, code):
    with nothing_changes():
        response = as_(ada).post(URL, {**NEW, **wrong})
    assert errors_of(response) == [(attr, code)]


def test_number_name_and_layout_are_needed(ada):
    with nothing_changes():
        response = as_(ada).post(URL, {})
    assert errors_of(response) == [("number", "required"), ("name", "required"), ("layout", "required")]


@pytest.mark.parametrize("body", ["[]", '[{"number": 7}]', '"Studio"', "7", "null"])
def test_a_body_that_is_no_object_is_refused(ada, body):
    with nothing_changes():
        response = as_(ada).generic("POST", URL, body, content_type="application/json")
    assert errors_of(response) == [("non_field_errors", "null" if body == "null" else "invalid")]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_make_the_same_number_at_once_one_is_refused(ada):
    answers = at_once(*[lambda: as_(ada).post(URL, NEW)] * 2)
    made, refused = sorted(answers, key=lambda answer: answer.status_code)
    assert made.status_code == 201
    assert errors_of(refused) == [("number", "unique")]
    assert Hall.objects.count() == 1


# Changing one


@pytest.mark.parametrize(
    "change",
    [{"name": "Balcony"}, {"layout": ["PP", ".A"]}, {"turnaround_minutes": 0}, {"turnaround_minutes": 600}, {}],
)
def test_an_admin_changes_one_field_and_the_others_stay(ada, hall, change):
    response = as_(ada).patch(f"{URL}1/", change)
    assert response.status_code == 200
    assert response.json() == {**FIRST, **change, "capacity": 3 if "layout" in change else 20}
    assert as_(ada).get(f"{URL}1/").json() == response.json()


def test_a_hall_keeps_its_number(ada, hall):
    with nothing_changes():
        response = as_(ada).patch(f"{URL}1/", {"number": 2, "name": "Studio"})
    assert errors_of(response) == [("number", "invalid")]


def test_its_own_number_is_no_other_number(ada, hall):
    response = as_(ada).patch(f"{URL}1/", {"number": 1, "name": "Studio"})
    assert response.status_code == 200
    assert response.json() == {**FIRST, "name": "Studio"}


@pytest.mark.parametrize(
    ("wrong", "attr", "code"),
    [
        ({"layout": ["..."]}, "layout", "invalid"),
        ({"layout": ["S" * 61]}, "layout.0", "max_length"),
        ({"name": ""}, "name", "blank"),
        ({"turnaround_minutes": 601}, "turnaround_minutes", "max_value"),
    ],
)
def test_a_bad_change_is_refused_and_changes_nothing(ada, hall, wrong, attr, code):
    with nothing_changes():
        response = as_(ada).patch(f"{URL}1/", wrong)
    assert errors_of(response) == [(attr, code)]


def test_a_new_layout_and_turnaround_hold_for_showtimes_made_after_it(ada, movie, hall):
    old = make_showtime(movie, hall, starts_at=tomorrow(12))
    before = rows(Showtime, Seat)
    response = as_(ada).patch(f"{URL}1/", {"layout": ["SS"], "turnaround_minutes": 60})
    assert response.status_code == 200
    assert rows(Showtime, Seat) == before

    body = {"movie_id": movie.pk, "hall_number": 1, "price": "10.00"}
    in_the_old_turnaround = tomorrow(13).replace(minute=44)
    after_it = tomorrow(13).replace(minute=45)
    refused = as_(ada).post("/api/v1/showtimes/", {**body, "starts_at": in_the_old_turnaround.isoformat()})
    assert problem_of(refused) == (409, "hall_occupied")
    assert refused.json()["conflicts"] == [old.pk]
    new = as_(ada).post("/api/v1/showtimes/", {**body, "starts_at": after_it.isoformat()})
    assert new.status_code == 201
    assert new.json()["capacity"] == 2
    made = Showtime.objects.get(pk=new.json()["id"])
    assert (made.occupied_until - made.ends_at).total_seconds() == 60 * 60
    assert [seat.label for seat in made.seats.all()] == ["A1", "A2"]


@pytest.mark.django_db(transaction=True)
def test_two_who_change_different_fields_at_once_both_succeed(ada, hall):
    answers = at_once(
        lambda: as_(ada).patch(f"{URL}1/", {"name": "Balcony"}), lambda: as_(ada).patch(f"{URL}1/", {"layout": ["SS"]})
    )
    assert [answer.status_code for answer in answers] == [200, 200]
    assert rows(Hall) == [[{"number": 1, "name": "Balcony", "layout": ["SS"], "turnaround_minutes": 15}]]


def test_what_was_read_before_the_lock_is_read_again_after_it(ada, hall, monkeypatch):
    change_it_first(monkeypatch, lambda: Hall.objects.update(name="Balcony"))
    response = as_(ada).patch(f"{URL}1/", {"layout": ["SS"]})
    assert response.status_code == 200
    assert response.json() == {**FIRST, "name": "Balcony", "layout": ["SS"], "capacity": 2}


def test_one_that_was_deleted_a_moment_ago_does_not_come_back(ada, hall, monkeypatch):
    change_it_first(monkeypatch, lambda: Hall.objects.all().delete())
    assert problem_of(as_(ada).patch(f"{URL}1/", {"name": "Balcony"})) == (404, "not_found")
    assert rows(Hall) == [[]]


def change_it_first(monkeypatch, change) -> None:
    """Somebody else is quicker: after this request has read the hall, and before it writes."""
    update = HallViewSet.perform_update

    def overtaken(*args):
        change()
        return update(*args)

    monkeypatch.setattr(HallViewSet, "perform_update", overtaken)


# Deleting one


def test_an_admin_deletes_one_that_no_showtime_uses(ada, hall):
    response = as_(ada).delete(f"{URL}1/")
    assert response.status_code == 204
    assert response.content == b""
    assert rows(Hall) == [[]]


@pytest.mark.parametrize("status", ["scheduled", "cancelled"])
def test_one_that_any_showtime_uses_is_not_deleted(ada, showtime, status):
    Showtime.objects.update(status=status)
    with nothing_changes():
        response = as_(ada).delete(f"{URL}1/")
    assert problem_of(response) == (409, "hall_in_use")


@pytest.mark.django_db(transaction=True)
def test_it_is_not_deleted_under_a_showtime_that_is_made_at_once(ada, movie, hall):
    body = {"movie_id": movie.pk, "hall_number": 1, "starts_at": tomorrow().isoformat(), "price": "10.00"}
    made, deleted = at_once(lambda: as_(ada).post("/api/v1/showtimes/", body), lambda: as_(ada).delete(f"{URL}1/"))
    if deleted.status_code == 204:
        assert errors_of(made) == [("hall_number", "does_not_exist")]
        assert rows(Hall, Showtime, Seat) == [[], [], []]
    else:
        assert problem_of(deleted) == (409, "hall_in_use")
        assert made.status_code == 201


# Who may


@pytest.mark.parametrize("method", ["post", "patch", "delete"])
def test_only_admins_write(anonymous, alice, hall, method):
    path = URL if method == "post" else f"{URL}1/"
    with nothing_changes():
        by_nobody = getattr(anonymous, method)(path, NEW)
        by_alice = getattr(as_(alice), method)(path, NEW)
    assert problem_of(by_nobody) == (401, "not_authenticated")
    assert by_nobody["WWW-Authenticate"] == "Bearer"
    assert problem_of(by_alice) == (403, "permission_denied")


def test_there_is_no_put(ada, hall):
    with nothing_changes():
        response = as_(ada).put(f"{URL}1/", FIRST)
    assert problem_of(response) == (405, "method_not_allowed")


# Behind the API


@pytest.mark.parametrize("minutes", [-1, 601])
def test_the_database_itself_refuses_a_turnaround_out_of_range(hall, minutes):
    with nothing_changes(), pytest.raises(IntegrityError), transaction.atomic():
        Hall.objects.update(turnaround_minutes=minutes)
