"""
Ids of what is somebody else's, in every place that takes an id (OWASP API1:2023): as if they did not exist. The answer
to them and to ids that are of nothing is the same to the last byte.
"""

import re

import pytest
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from tests.cinema import ids_of, reserve
from tests.operations import IN_SCHEMA, Cinema, come_in, fields_of, parameters_of
from tests.refusals import errors_of, nothing_changes
from tests.test_access import ACCESS
from tests.test_access import cinema as cinema

ID = re.compile(r"(^|_)(id|ids|number|slug|genres?|uid|cursor|actor)$")
MISSING = 2**62
MISSING_IN = {"genres": "no-such-genre", "halls": 32_000}


def ids_in(names: set[str]) -> set[str]:
    return {name for name in names if ID.search(name)}


def told(response) -> tuple:
    headers = {name: value for name, value in response.headers.items() if name != "X-Request-ID"}
    return response.status_code, headers, response.content


# In the path


@pytest.mark.parametrize("operation", [name for name in IN_SCHEMA if parameters_of(name, "path")])
@pytest.mark.parametrize("role", ["anonymous", "other", "demoted"])
def test_who_may_not_cannot_tell_what_there_is(cinema, monkeypatch, operation, role):
    login = cinema.log_in(role)
    client, body = come_in("bearer", login), cinema.body(operation, login)
    there = cinema.send(client, operation, body)
    if there.status_code < 400:
        assert ACCESS[operation][role, "bearer"] < 400
        return
    missing = MISSING_IN.get(operation.split("_")[0], MISSING)
    monkeypatch.setattr(Cinema, "thing", lambda self, operation: missing)
    assert told(cinema.send(client, operation, body)) == told(there)


# In the body: of whose thing it is, of nothing, and where and why both are refused.
IN_BODIES = {
    ("reservations_create", "showtime_id"): (None, MISSING, "showtime_id", "does_not_exist"),
    ("reservations_create", "seat_ids"): ("a seat elsewhere", [MISSING], "seat_ids.0", "does_not_exist"),
    ("reservations_cancel", "seat_ids"): ("another's seat", [MISSING], "seat_ids.0", "does_not_exist"),
    ("showtimes_seats_block", "seat_ids"): ("a seat elsewhere", [MISSING], "seat_ids.0", "does_not_exist"),
    ("showtimes_seats_unblock", "seat_ids"): ("a seat elsewhere", [MISSING], "seat_ids.0", "does_not_exist"),
    ("showtimes_create", "movie_id"): (None, MISSING, "movie_id", "does_not_exist"),
    ("showtimes_create", "hall_number"): (None, MISSING, "hall_number", "does_not_exist"),
    ("showtimes_partial_update", "movie_id"): (None, MISSING, "movie_id", "does_not_exist"),
    ("showtimes_partial_update", "hall_number"): (None, MISSING, "hall_number", "does_not_exist"),
    ("movies_create", "genres"): (None, ["no-such-genre"], "genres.0", "does_not_exist"),
    ("movies_update", "genres"): (None, ["no-such-genre"], "genres.0", "does_not_exist"),
    ("movies_partial_update", "genres"): (None, ["no-such-genre"], "genres.0", "does_not_exist"),
    ("auth_password_reset_confirm", "uid"): ("another's uid", "OTk5OTk5", "token", "invalid"),
}
NEW_NAMES = {("genres_create", "slug"), ("genres_partial_update", "slug"), ("halls_create", "number")}
KEPT = {("halls_partial_update", "number")}


def test_every_place_in_a_body_is_listed():
    assert {
        (name, field) for name in IN_SCHEMA for field in ids_in(fields_of(name))
    } == IN_BODIES.keys() | NEW_NAMES | KEPT


@pytest.mark.parametrize(("operation", "field"), IN_BODIES)
def test_in_a_body_they_are_refused_alike(cinema, operation, field):
    foreign, missing, attr, code = IN_BODIES[operation, field]
    role = next(role for role in ("owner", "admin") if ACCESS[operation][role, "bearer"] < 400)
    login = cinema.log_in(role)
    others = reserve(cinema.other, cinema.showtime, "D1")
    values = {
        "a seat elsewhere": ids_of(cinema.unsold, "A1"),
        "another's seat": [others.reserved_seats.get().seat_id],
        "another's uid": urlsafe_base64_encode(force_bytes(cinema.other.pk)),
    }
    client, body = come_in("bearer", login), cinema.body(operation, login) or {}
    with nothing_changes():
        answer = cinema.send(client, operation, {**body, field: missing})
        assert errors_of(answer) == [(attr, code)]
        if foreign:
            assert told(cinema.send(client, operation, {**body, field: values[foreign]})) == told(answer)


# In the query: of something, of nothing, and what is then left.
IN_QUERIES = {
    ("reservations_list", "user_id"),
    ("reservations_list", "showtime_id"),
    ("reservations_list", "cursor"),
    ("audit_list", "actor"),
    ("audit_list", "cursor"),
    ("showtimes_list", "movie_id"),
    ("showtimes_list", "hall_number"),
    ("movies_list", "genre"),
    ("reports_sales", "movie_id"),
    ("reports_sales", "hall_number"),
    ("reports_sales_export", "movie_id"),
    ("reports_sales_export", "hall_number"),
}
# What everybody sees, or admins alone: nothing in it is somebody else's.
NOBODYS = {place for place in IN_QUERIES if place[0] != "reservations_list" and place[1] != "cursor"}


def test_every_place_in_a_query_is_listed():
    assert {(name, field) for name in IN_SCHEMA for field in ids_in(parameters_of(name, "query"))} == IN_QUERIES


@pytest.mark.parametrize("field", ["user_id", "showtime_id"])
def test_in_a_query_they_match_nothing(cinema, field):
    there = {"user_id": cinema.owner.pk, "showtime_id": cinema.showtime.pk}[field]
    client = come_in("bearer", cinema.log_in("other"))
    answers = [client.get("/api/v1/reservations/", {field: value}) for value in (there, MISSING)]
    assert told(answers[0]) == told(answers[1])
    assert answers[0].json()["results"] == []


@pytest.mark.parametrize(("operation", "field"), sorted(NOBODYS))
def test_an_id_of_nothing_matches_nothing(cinema, operation, field):
    client = come_in("bearer", cinema.log_in("admin"))
    answer = client.get(cinema.path(operation), {field: "no-such-genre" if field == "genre" else MISSING})
    assert answer.status_code == 200
    if operation == "reports_sales_export":
        assert len(answer.content.splitlines()) == 1
    else:
        assert answer.json()["rows" if operation == "reports_sales" else "results"] == []


def test_an_admins_cursor_leads_nobody_else_to_what_is_not_theirs(cinema):
    mine = reserve(cinema.other, cinema.showtime, "D1")
    admin, other = (come_in("bearer", cinema.log_in(role)) for role in ("admin", "other"))
    following = admin.get("/api/v1/reservations/", {"page_size": 1}).json()["next"]
    assert [each["user"]["username"] for each in admin.get(following).json()["results"]] == ["alice"]
    assert other.get(following).json()["results"] == []
    assert [each["id"] for each in other.get("/api/v1/reservations/").json()["results"]] == [mine.pk]
