"""The API as pages for people: the same answers, and a form for whatever else they may do there."""

import json
import re
from datetime import timedelta

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.html import HTML, Page, page, send
from tests.cast import PASSWORD, as_
from tests.cinema import ids_of, make_movie, make_showtime, reserve, tomorrow
from tests.clients import browser
from tests.refusals import nothing_changes
from users.models import Login

API = "/api/v1/"
OPEN = ["", "movies/", "genres/", "halls/", "showtimes/", "schedule/"]
OF_USERS = ["reservations/", "users/me/", "users/me/logins/"]
OF_ADMINS = ["users/", "reports/sales/"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitor(alice):
    """alice's browser: her cookies, and a CSRF token in its header."""
    return browser(Login.objects.create(user=alice))


@pytest.fixture
def things(movie, hall, showtime, alice) -> dict[str, int]:
    """Something to show on each page."""
    make_movie("A second one")
    reservation = reserve(alice, showtime, "A1", "C1")
    return {"movie": movie.pk, "hall": hall.pk, "showtime": showtime.pk, "reservation": reservation.pk}


# Pages


@pytest.mark.parametrize("path", [*OPEN, *OF_USERS, *OF_ADMINS])
def test_every_list_is_a_page(anonymous, alice, ada, things, path):
    expected = {
        None: 200 if path in OPEN else 401,
        alice: 403 if path in OF_ADMINS else 200,
        ada: 200,
    }
    for user, status in expected.items():
        client = as_(user) if user else anonymous
        shown = page(client, API + path)
        assert shown.status == status
        assert f"HTTP {status}" in shown.text


@pytest.mark.parametrize(
    "path",
    [
        "movies/{movie}/",
        "movies/{movie}/poster/",
        "genres/drama/",
        "halls/{hall}/",
        "showtimes/{showtime}/",
        "showtimes/{showtime}/seats/",
        "showtimes/{showtime}/seats/block/",
        "showtimes/{showtime}/seats/unblock/",
        "showtimes/{showtime}/cancel/",
        "reservations/{reservation}/",
        "reservations/{reservation}/confirm/",
        "reservations/{reservation}/cancel/",
        "auth/register/",
        "auth/login/",
        "auth/logout/",
        "auth/password/change/",
        "auth/csrf/",
    ],
)
def test_every_other_address_is_a_page_too_with_a_form_where_it_takes_only_writes(ada, things, path):
    shown = page(as_(ada), API + path.format(**things))
    assert shown.status in (200, 405)
    assert shown.status == 200 or shown.methods()


def test_it_has_the_answer_that_programs_get(anonymous, things):
    address = f"{API}showtimes/{things['showtime']}/"
    shown = page(anonymous, address)
    assert json.dumps(anonymous.get(address).json(), indent=4) in shown.text


def test_programs_get_json(anonymous, things):
    for accept in ("*/*", "application/json", "application/*"):
        assert anonymous.get(f"{API}movies/", headers={"Accept": accept})["Content-Type"] == "application/json"
    asked_by_a_browser = anonymous.get(f"{API}movies/?format=json", headers={"Accept": "text/html,*/*;q=0.8"})
    assert asked_by_a_browser["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("movies/", "Movies"),
        ("movies/{movie}/", "Movie {movie}"),
        ("halls/{hall}/", "Hall {hall}"),
        ("schedule/", "Schedule"),
    ],
)
def test_its_title_says_what_it_shows(anonymous, things, path, name):
    shown = page(anonymous, API + path.format(**things))
    assert f"{name.format(**things)} · Movie reservations" in shown.text


def test_what_people_wrote_is_text(anonymous, ada):
    title = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>"
    movie = make_movie(title, description=title)
    for client in (anonymous, as_(ada)):
        for path in ("movies/", f"movies/{movie.pk}/", "schedule/", f"movies/?search={title}"):
            shown = page(client, API + path)
            assert not shown.scripts
            assert not shown.all("img", src="x")


def test_nobody_keeps_a_page_since_it_shows_who_is_logged_in(anonymous, alice, things):
    for client in (anonymous, as_(alice)):
        for path in ("movies/", f"showtimes/{things['showtime']}/seats/", "movies/999/"):
            response = client.get(API + path, headers=HTML)
            assert response["Cache-Control"] == "no-store"
            assert "ETag" not in response


def test_it_keeps_to_the_content_security_policy(anonymous, ada, things):
    """No script in the page, no handler in an attribute, and nothing from another host."""
    for client in (anonymous, as_(ada)):
        for path in (*OPEN, *OF_ADMINS, f"showtimes/{things['showtime']}/seats/", "auth/login/", "docs/"):
            response = client.get(API + path, headers=HTML)
            assert "script-src 'self';" in response["Content-Security-Policy"]
            shown = Page(response)
            assert not shown.scripts
            assert not [name for _, attrs in shown.tags for name in attrs if name.startswith("on")]
            assert all(address.startswith("/") for address in shown.loads())


def test_the_files_it_loads_are_there(anonymous, things):
    for path in ("", "docs/"):
        files = [address for address in page(anonymous, API + path).loads() if address.startswith("/static/")]
        assert len(files) >= 3
        assert all(finders.find(address.removeprefix("/static/")) for address in files)


@pytest.mark.parametrize(("path", "key"), [("showtimes/", "id"), ("movies/", "id"), ("halls/", "number")])
def test_a_lists_rows_lead_to_their_pages(anonymous, things, path, key):
    row = anonymous.get(API + path).json()["results"][0]
    assert page(anonymous, API + path).all("a", href=f"{API}{path}{row[key]}/")


def test_references_lead_to_what_they_name(alice, things):
    shown = page(as_(alice), f"{API}reservations/{things['reservation']}/")
    for path in ("showtimes/{showtime}/", "movies/{movie}/", "halls/{hall}/", "reservations/{reservation}/"):
        assert shown.all("a", href=API + path.format(**things))
    assert shown.all("a", href=f"{API}reservations/{things['reservation']}/cancel/")


def test_a_showtimes_page_goes_on_with_the_form_that_reserves_and_its_picture(alice, things):
    for path in ("", "seats/"):
        shown = page(as_(alice), f"{API}showtimes/{things['showtime']}/{path}")
        assert shown.all("form", action=f"{API}reservations/", **{"data-method": "POST"})
        assert shown.inputs()["POST-showtime_id"]["value"] == str(things["showtime"])
        [seat_map] = [attrs for attrs in shown.all("div") if "data-seat-map" in attrs]
        assert seat_map["data-seat-map"] == f"{API}showtimes/{things['showtime']}/seats/map/"
        assert seat_map["data-pick"] == "available"
        assert len(shown.all("img", src=seat_map["data-seat-map"])) == 1


def test_only_what_is_blocked_can_be_picked_to_unblock(ada, things):
    for path, status in (("block", "available"), ("unblock", "blocked")):
        shown = page(as_(ada), f"{API}showtimes/{things['showtime']}/seats/{path}/")
        assert shown.all("div", **{"data-pick": status})


def test_a_reservations_page_goes_on_with_what_can_become_of_it(alice, bob, clock, things, showtime):
    def going_on(reservation, user=alice) -> list[str]:
        return [form["action"] for form in page(as_(user), reservation).all("form") if "data-method" in form]

    confirmed = f"{API}reservations/{things['reservation']}/"
    held = f"{API}reservations/{reserve(alice, showtime, 'A2', hold=True).pk}/"
    assert going_on(confirmed) == [f"{confirmed}cancel/"]
    assert going_on(held) == [f"{held}confirm/", f"{held}cancel/"]
    assert going_on(held, bob) == []  # to whom it does not exist
    clock.shift(timedelta(hours=1))
    assert going_on(held) == []


def test_the_seats_to_cancel_are_chosen_by_name(alice, things, showtime):
    address = f"{API}reservations/{things['reservation']}/"
    a1, c1 = ids_of(showtime, "A1", "C1")
    boxes = page(as_(alice), address).all("input", type="checkbox", name="seat_ids[]")
    assert [box["value"] for box in boxes] == [str(a1), str(c1)]
    assert send(as_(alice), "POST", f"{address}cancel/", {"seat_ids[]": a1}).status_code == 200
    boxes = page(as_(alice), address).all("input", type="checkbox", name="seat_ids[]")
    assert [box["value"] for box in boxes] == [str(c1)]


def test_a_movies_page_leads_to_its_showtimes(anonymous, things):
    address = f"{API}showtimes/?movie_id={things['movie']}"
    assert page(anonymous, f"{API}movies/{things['movie']}/").all("a", href=address)


def test_seats_lead_nowhere_and_are_shown_as_a_picture(anonymous, things):
    address = f"{API}showtimes/{things['showtime']}/seats/"
    shown = page(anonymous, address)
    assert shown.all("img", src=f"{address}map/")
    assert not [
        link for link in shown.all("a") if re.fullmatch(rf"{API}\w+/\d+/", link["href"]) and link["href"] not in address
    ]


def test_nobody_is_led_where_they_may_not_go(anonymous, alice, ada, things):
    address = f"{API}showtimes/{things['showtime']}/"
    for_all = {f"{address}seats/", f"{address}seats/map/", f"{API}reservations/?showtime_id={things['showtime']}"}
    for_admins = {f"{address}seats/block/", f"{address}seats/unblock/", f"{address}cancel/"}
    for client, expected in (
        (anonymous, for_all),
        (as_(alice), for_all),
        (as_(ada), for_all | for_admins),
    ):
        links = {link["href"] for link in page(client, address).all("a")}
        assert links & (for_all | for_admins) == expected


# Pages of lists


def test_a_page_of_a_list_costs_no_query_more_for_more_rows(ada, alice, movie, hall):
    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert page(as_(ada), API + path).status == 200
        return len(captured)

    paths = ("movies/", "showtimes/", "schedule/", "reservations/", "users/")
    reserve(alice, make_showtime(movie, hall), "A1")
    first = {path: queries(path) for path in paths}
    for day in range(1, 6):
        reserve(
            alice, make_showtime(make_movie(f"Number {day}"), starts_at=tomorrow() + timedelta(days=day)), "A1", "B1"
        )
    assert {path: queries(path) for path in paths} == first


def test_a_page_costs_a_query_for_each_list_to_choose_from_more_than_its_json(ada, things):
    lists = {
        "": 0,
        "movies/": 1,  # genres, for filter and form
        f"movies/{things['movie']}/": 1,
        "halls/": 0,
        "showtimes/": 2,  # movies and halls, the same
        f"showtimes/{things['showtime']}/": 2,
        "schedule/": 0,
        "reservations/": 1,  # showtimes
        f"reservations/{things['reservation']}/": 0,
        "reports/sales/": 2,
    }
    more = {}
    for path in lists:
        with CaptureQueriesContext(connection) as as_json:
            as_(ada).get(API + path)
        with CaptureQueriesContext(connection) as as_page:
            page(as_(ada), API + path)
        more[path] = len(as_page) - len(as_json)
    assert more == lists


def test_a_list_is_filtered_by_a_form(anonymous, things):
    shown = page(anonymous, f"{API}showtimes/?starts_at_after=2026-11-24&status=scheduled")
    assert shown.all("input", id="query-starts_at_after", value="2026-11-24")
    assert shown.all("option", value="scheduled", selected=None)
    assert shown.all("select", id="query-ordering")


def test_what_is_no_list_can_be_asked_by_a_form_as_well(anonymous, ada):
    assert page(anonymous, f"{API}schedule/?date=2027-03-01").all("input", type="date", value="2027-03-01")
    assert page(as_(ada), f"{API}reports/sales/?group_by=hall").all("option", value="hall", selected=None)


def test_a_bad_filter_is_told_at_its_field(anonymous):
    shown = page(anonymous, f"{API}showtimes/?movie_id=banana")
    assert shown.status == 400
    assert shown.text.count("Enter a whole number.") == 3  # on top, at the field, in the JSON


# Forms


@pytest.mark.parametrize(
    ("path", "of_user", "of_admin"),
    [
        ("movies/", [], ["POST"]),
        ("movies/{movie}/", [], ["PUT", "PATCH", "DELETE"]),
        ("movies/{movie}/poster/", [], ["PUT", "DELETE"]),
        ("showtimes/{showtime}/", ["POST"], ["POST", "PATCH", "DELETE"]),
        ("showtimes/{showtime}/seats/", ["POST"], ["POST"]),
        ("showtimes/{showtime}/cancel/", [], ["POST"]),
        ("reservations/", ["POST"], ["POST"]),
        ("reservations/{reservation}/cancel/", ["POST"], ["POST"]),
        ("users/me/", ["PATCH"], ["PATCH"]),
    ],
)
def test_forms_are_for_whom_may_send_them(anonymous, alice, ada, things, path, of_user, of_admin):
    address = API + path.format(**things)
    assert page(anonymous, address).methods() == []
    assert page(as_(alice), address).methods() == of_user
    assert page(as_(ada), address).methods() == of_admin


def test_a_form_asks_for_what_its_operation_takes(ada, things):
    assert set(page(as_(ada), f"{API}reservations/").inputs()) == {
        *("POST-showtime_id", "POST-seat_ids", "POST-quantity", "POST-kind", "POST-hold", "POST-raw")
    }
    assert set(page(as_(ada), f"{API}reservations/{things['reservation']}/confirm/").inputs()) == set()
    poster = page(as_(ada), f"{API}movies/{things['movie']}/poster/")
    assert poster.inputs()["PUT-poster"]["type"] == "file"
    assert poster.all("form", **{"data-encoding": "multipart/form-data"})


def test_a_form_for_a_change_has_in_it_what_there_is(ada, things, showtime):
    inputs = page(as_(ada), f"{API}showtimes/{showtime.pk}/").inputs()
    assert inputs["PATCH-movie_id"]["value"] == str(showtime.movie_id)
    assert inputs["PATCH-price"]["value"] == "10.00"
    assert inputs["PATCH-starts_at"]["value"] == f"{showtime.starts_at:%Y-%m-%dT%H:%M}:00"
    hall = page(as_(ada), f"{API}halls/{things['hall']}/")
    assert ".SSSS.\nSSSSSS\nPPPPPP\nAA..AA" in hall.text


def test_a_form_is_filled_in_by_the_address(alice, things):
    inputs = page(as_(alice), f"{API}reservations/?showtime_id={things['showtime']}&hold=true").inputs()
    assert inputs["POST-showtime_id"]["value"] == str(things["showtime"])
    assert "checked" in inputs["POST-hold"]


def test_a_form_is_taken_with_cookie_and_csrf_token(visitor, showtime):
    first, second = ids_of(showtime, "A1", "A2")
    asked = {
        "showtime_id": showtime.pk,
        "seat_ids[]": f"{first}\n{second}\n",
        "quantity": "",
        "kind": "",
        "hold": "true",
    }
    shown = Page(send(visitor, "POST", f"{API}reservations/", asked))
    assert shown.status == 201
    assert '"status": "held"' in shown.text
    assert '"label": "A2"' in shown.text
    assert "Location: http://testserver/api/v1/reservations/" in shown.text


def test_its_hidden_field_will_do_for_the_token(alice, showtime):
    visitor = browser(Login.objects.create(user=alice))
    token = visitor._credentials.pop("HTTP_X_CSRFTOKEN")
    asked = {"showtime_id": showtime.pk, "quantity": 1, "csrfmiddlewaretoken": token}
    assert send(visitor, "POST", f"{API}reservations/", asked).status_code == 201


@pytest.mark.parametrize("token", [None, "x" * 32])
def test_without_it_a_form_is_refused(alice, showtime, token):
    visitor = browser(Login.objects.create(user=alice))
    visitor.credentials(**{"HTTP_X_CSRFTOKEN": token} if token else {})
    with nothing_changes():
        shown = Page(send(visitor, "POST", f"{API}reservations/", {"showtime_id": showtime.pk, "quantity": 1}))
    assert shown.status == 403
    assert "CSRF failed" in shown.text


def test_a_refused_form_comes_back_as_it_was_with_the_reasons_beside_it(ada, movie):
    asked = {"title": "", "genres[]": "drama\nnope", "runtime_minutes": 700, "description": "<b>"}
    with nothing_changes():
        shown = Page(send(as_(ada), "POST", f"{API}movies/", asked))
    assert shown.status == 400
    assert shown.inputs()["POST-runtime_minutes"]["value"] == "700"
    assert [box["value"] for box in shown.all("input", name="genres[]", checked=None)] == ["drama", "nope"]
    assert "Line 2: There is no genre nope." in shown.text
    assert shown.text.count("This field may not be blank.") == 3
    assert len(shown.all("div", **{"class": "wrong"})) == 3


def test_taken_seats_are_told_by_name(alice, bob, showtime):
    reserve(bob, showtime, "A1", hold=True)
    asked = {"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, "A1", "A2")}
    shown = Page(as_(alice).post(f"{API}reservations/", asked, headers=HTML))
    assert shown.status == 409
    assert "A1 is held" in shown.text
    assert shown.methods() == ["POST"]
    assert shown.all("div", **{"data-seat-map": f"{API}showtimes/{showtime.pk}/seats/map/"})


@pytest.mark.parametrize("unknown", [4711, "", "x", "9" * 5000, "-1", "٣"])
def test_there_is_no_picture_of_a_showtime_that_is_none(alice, showtime, unknown):
    shown = Page(send(as_(alice), "POST", f"{API}reservations/", {"showtime_id": unknown, "quantity": 1}))
    assert shown.status == 400
    assert not [attrs for attrs in shown.all("div") if "data-seat-map" in attrs]


def test_a_change_may_come_as_a_form(ada, showtime):
    asked = {"price": 12, "premium_price": ""}
    assert send(as_(ada), "PATCH", f"{API}showtimes/{showtime.pk}/", asked).status_code == 200
    showtime.refresh_from_db()
    assert (showtime.price, showtime.premium_price) == (12, None)


def test_an_unchecked_box_says_no(ada, alice):
    assert send(as_(ada), "PATCH", f"{API}users/{alice.pk}/", {"is_active": "false"}).status_code == 200
    alice.refresh_from_db()
    assert not alice.is_active


def test_what_was_removed_leaves_a_page(ada):
    movie = make_movie("Unwanted")
    shown = Page(as_(ada).delete(f"{API}movies/{movie.pk}/", headers=HTML))
    assert shown.status == 200
    assert "HTTP 204 No Content" in shown.text


@pytest.mark.parametrize(
    "path", ["login/", "register/", "token/", "password/change/", "password/reset/", "password/reset/confirm/"]
)
def test_credentials_are_not_taken_from_a_form(visitor, path):
    with nothing_changes():
        response = send(visitor, "POST", f"{API}auth/{path}", {"login": "alice", "password": PASSWORD})
    assert response.status_code == 415


def test_passwords_are_never_shown(visitor):
    asked = {"old_password": "something-secret-1", "new_password": "something-secret-2"}
    response = visitor.post(f"{API}auth/password/change/", asked, headers=HTML)
    assert response.status_code == 400
    assert Page(response).inputs()["POST-old_password"]["type"] == "password"
    assert b"something-secret" not in response.content
    response = visitor.post(f"{API}auth/token/refresh/", {"refresh": "something-secret"}, headers=HTML)
    assert response.status_code == 401
    assert b"something-secret" not in response.content
    response = visitor.get(f"{API}auth/login/?password=something-secret-3", headers=HTML)
    shown = Page(response)
    assert shown.inputs()["POST-password"]["value"] == ""
    assert '"password": ""' in shown.text


@pytest.mark.parametrize("name", ["seat_ids[0]", f"seat_ids[{'9' * 5000}]", "seat_ids[0]x", "seat_ids[", "[]", "[0]"])
def test_other_lists_are_not_known_in_forms(alice, showtime, name):
    asked = {"showtime_id": showtime.pk, "quantity": 1, name: 1}
    response = send(as_(alice), "POST", f"{API}reservations/", asked)
    assert response.status_code == 201


@pytest.mark.parametrize("field", ["showtime_id", "seat_ids[]", "quantity", "kind", "hold"])
@pytest.mark.parametrize("value", ["9" * 30, "9" * 5000, "1e400", "NaN", "\0", "\ufffd", "{}", "null", "-1"])
@pytest.mark.parametrize("headers", [HTML, None])
def test_nonsense_in_a_form_is_refused(alice, showtime, field, value, headers):
    asked = {"showtime_id": showtime.pk, "quantity": 1, field: value}
    with nothing_changes():
        response = send(as_(alice), "POST", f"{API}reservations/", asked, headers)
    assert response.status_code == 400
