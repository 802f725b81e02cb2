"""
Who may do what: one table for the whole API, and for what is served beside it. What is not in it fails, so that a new
operation has to be thought about.

Everybody sends a valid request. `owner` is whose reservation, hold or login it is; `other` is some other user; `admin`
runs the cinema and owns none of them. `ended` and `deactivated` are the owner, whose login was ended or who was
deactivated a moment ago, and `demoted` was an admin until then; their tokens are from before. Each comes by cookie and
by bearer; where the answers differ it is `cookie/bearer`.
"""

import re

import pytest
from django.urls import URLPattern, get_resolver
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from tests.clients import program
from tests.operations import IN_SCHEMA, OPERATIONS, SCHEMA, Cinema, come_in
from tests.refusals import nothing_changes, problem_of
from tests.rows import everything, undone
from users.models import AuditEntry

TABLE = """
operation                      anonymous        ended  deactivated        other      demoted        owner        admin

auth_csrf                            200          200          200          200          200          200          200
auth_login                           200          200          401          200          200          200          200
auth_logout                          204          204          204          204          204          204          204
auth_logout_all                      401          401          401          204          204          204          204
auth_password_change                 401          401          401          204          204          204          204
auth_password_reset                  202          202          202          202          202          202          202
auth_password_reset_confirm          204          204          400          204          204          204          204
auth_refresh                         401          401          401      200/401      200/401      200/401      200/401
auth_register                        201          201          201          201          201          201          201
auth_token                           200          200          401          200          200          200          200
auth_token_refresh                   200          401          401          200          200          200          200

users_me_retrieve                    401          401          401          200          200          200          200
users_me_partial_update              401          401          401          200          200          200          200
users_me_logins_list                 401          401          401          200          200          200          200
users_me_logins_destroy              401          401          401          404          404          204          404
users_list                           401          401          401          403          403          403          200
users_retrieve                       401          401          401          403          403          403          200
users_partial_update                 401          401          401          403          403          403          200

genres_list                          200      200/401      200/401          200          200          200          200
genres_retrieve                      200      200/401      200/401          200          200          200          200
genres_create                        401          401          401          403          403          403          201
genres_partial_update                401          401          401          403          403          403          200
genres_destroy                       401          401          401          403          403          403          204

movies_list                          200      200/401      200/401          200          200          200          200
movies_retrieve                      200      200/401      200/401          200          200          200          200
movies_create                        401          401          401          403          403          403          201
movies_update                        401          401          401          403          403          403          200
movies_partial_update                401          401          401          403          403          403          200
movies_destroy                       401          401          401          403          403          403          204
movies_poster_update                 401          401          401          403          403          403          200
movies_poster_destroy                401          401          401          403          403          403          204

halls_list                           200      200/401      200/401          200          200          200          200
halls_retrieve                       200      200/401      200/401          200          200          200          200
halls_create                         401          401          401          403          403          403          201
halls_partial_update                 401          401          401          403          403          403          200
halls_destroy                        401          401          401          403          403          403          204

schedule                             200      200/401      200/401          200          200          200          200
showtimes_list                       200      200/401      200/401          200          200          200          200
showtimes_retrieve                   200      200/401      200/401          200          200          200          200
showtimes_seats                      200      200/401      200/401          200          200          200          200
showtimes_seats_map                  200      200/401      200/401          200          200          200          200
showtimes_create                     401          401          401          403          403          403          201
showtimes_partial_update             401          401          401          403          403          403          200
showtimes_destroy                    401          401          401          403          403          403          204
showtimes_cancel                     401          401          401          403          403          403          200
showtimes_seats_block                401          401          401          403          403          403          200
showtimes_seats_unblock              401          401          401          403          403          403          200

reservations_list                    401          401          401          200          200          200          200
reservations_create                  401          401          401          201          201          201          201
reservations_retrieve                401          401          401          404          404          200          200
reservations_confirm                 401          401          401          404          404          200          403
reservations_cancel                  401          401          401          404          404          200          200

audit_list                           401          401          401          403          403          403          200
reports_sales                        401          401          401          403          403          403          200
reports_sales_export                 401          401          401          403          403          403          200

root                                 200      200/401      200/401          200          200          200          200
schema                               200          200          200          200          200          200          200
docs                                 200          200          200          200          200          200          200
page_login                           200          200          200          200          200          200          200
page_login_send                  302/403      302/403      401/403      302/403      302/403      302/403      302/403
page_logout                          200          200          200          200          200          200          200
page_logout_send                 307/403      302/403      302/403      302/403      302/403      302/403      302/403
page_logout_of_refresh               200          200          200          200          200          200          200
page_logout_of_refresh_send      302/403      302/403      302/403      302/403      302/403      302/403      302/403
page_register                        200          200          200          200          200          200          200
page_register_send               302/403      302/403      302/403      302/403      302/403      302/403      302/403
admin_site                           302          302          302          302          302          302          302
favicon                              302          302          302          302          302          302          302
media                                404          404          404          404          404          404          404
livez                                200          200          200          200          200          200          200
readyz                               200          200          200          200          200          200          200
"""
(_, *ROLES), *LINES = (line.split() for line in TABLE.splitlines() if line)
ACCESS = {
    operation: {
        (role, way): int(status)
        for role, cell in zip(ROLES, cells, strict=True)
        for way, status in zip(("cookie", "bearer"), cell.split("/") if "/" in cell else [cell] * 2, strict=True)
    }
    for operation, *cells in LINES
}
REFUSALS = {
    400: {"invalid"},  # a link that was mailed to somebody who has been deactivated since
    401: {"not_authenticated", "authentication_failed", "invalid_credentials"},
    403: {"permission_denied"},
    404: {"not_found"},
}
LOG_INS = {"auth_login", "auth_token", "page_login_send"}  # that one fails is written down
METHODS = {"get", "post", "put", "patch", "delete", "trace"}


@pytest.fixture
def cinema(db, monkeypatch) -> Cinema:
    monkeypatch.setattr("users.mail.send_password_reset", lambda email: None)  # that would be in a thread of its own
    monkeypatch.setattr(SchemaGenerator, "get_schema", lambda *_, **__: SCHEMA)  # which takes a second to make
    return Cinema()


def test_the_table_lists_every_operation_and_no_other():
    assert len(LINES) == len(ACCESS)
    assert ACCESS.keys() == OPERATIONS.keys()


@pytest.mark.parametrize("operation", ACCESS)
def test_access(cinema, operation):
    answers = {}
    for role, way in ACCESS[operation]:
        with undone():
            answers[role, way] = answer(cinema, operation, role, way)
    assert answers == ACCESS[operation]


def answer(cinema: Cinema, operation: str, role: str, way: str) -> int:
    """The status, once it is seen that a refusal says why, and that neither it nor a GET has changed anything."""
    login = cinema.log_in(role)
    aside = [AuditEntry] if operation in LOG_INS else []
    client, body, before = come_in(way, login), cinema.body(operation, login), everything(*aside)
    response = cinema.send(client, operation, body)
    if response.status_code >= 400 and operation in IN_SCHEMA:
        assert problem_of(response)[1] in REFUSALS[response.status_code], (role, way)
    if response.status_code >= 400 or OPERATIONS[operation].method == "GET":
        assert everything(*aside) == before, (role, way)
    return response.status_code


def routes(patterns, before: str = "/"):
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route
        elif route != "/admin/":  # tests/test_admin.py looks at each of its pages
            yield from routes(pattern.url_patterns, route)


def test_there_is_no_address_without_an_operation():
    blank = {re.sub(r"{\w+}|<[\w:]+>", "{}", path) for _, path, _ in OPERATIONS.values()}
    addresses = {re.sub(r"<[\w:]+>", "{}", route) for route in routes(get_resolver().url_patterns)}
    assert addresses | {"/admin/", "/livez", "/readyz"} == blank


def test_what_the_schema_does_not_name_is_not_there(cinema):
    """Not even for an admin: no method that a viewset brought along unasked (OWASP API9:2023)."""
    client = program(cinema.log_in("admin"))
    named = {path: set(methods) for path, methods in SCHEMA["paths"].items()}
    with nothing_changes():
        for name, (_, path, _) in IN_SCHEMA.items():
            for method in METHODS - named[path]:
                response = client.generic(method.upper(), cinema.path(name))
                assert problem_of(response) == (405, "method_not_allowed"), (method, path)


def test_to_ask_what_there_is_changes_nothing(cinema):
    for client, statuses in ((APIClient(), {200, 401}), (program(cinema.log_in("admin")), {200})):
        with nothing_changes():
            for path in map(cinema.path, IN_SCHEMA):
                assert client.head(path).status_code == client.get(path).status_code, path
                assert client.options(path).status_code in statuses, path
