"""Every error, from any layer, is one format: `application/problem+json` (RFC 9457), and tells no secrets."""

import psycopg
import pytest
from django.db import InterfaceError, InternalError, OperationalError
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from movies.views import GenreViewSet
from tests.cast import as_
from tests.refusals import nothing_changes, problem_of
from tests.security.forgeries import FORGERIES, Forger
from users.tokens import AccessToken

GENRES, LOGIN, REGISTER = "/api/v1/genres/", "/api/v1/auth/login/", "/api/v1/auth/register/"


def problem(status: int, title: str, code: str, detail: str, **members) -> dict:
    return {"type": "about:blank", "title": title, "status": status, "code": code, "detail": detail, **members}


@pytest.fixture
def visitor() -> APIClient:
    """Somebody who gets a 500 as the server would send it."""
    return APIClient(raise_request_exception=False)


def test_400_names_every_field(anonymous, db):
    response = anonymous.post(LOGIN, {"login": ""})
    assert response["Content-Type"] == "application/problem+json"
    assert response.json() == problem(
        400,
        "Bad Request",
        "invalid",
        "Some of the values are not valid: see `errors`.",
        errors=[
            {"attr": "login", "code": "blank", "detail": "This field may not be blank."},
            {"attr": "password", "code": "required", "detail": "This field is required."},
        ],
    )


def test_400_names_an_item_of_a_list_by_its_place(ada):
    sent = {"number": 7, "name": "Seven", "layout": ["SS", 7, ["S"]]}
    response = as_(ada).post("/api/v1/halls/", sent)
    assert [error["attr"] for error in response.json()["errors"]] == ["layout.2"]


def test_400_names_a_query_value(anonymous, db):
    response = anonymous.get("/api/v1/showtimes/?status=banana&movie_id=x")
    assert {error["attr"] for error in response.json()["errors"]} == {"status", "movie_id"}


def test_401_without_credentials(anonymous, db):
    response = anonymous.get("/api/v1/users/me/")
    assert response["WWW-Authenticate"] == "Bearer"
    detail = "Authentication credentials were not provided. Log in, or send a bearer token."
    assert response.json() == problem(401, "Unauthorized", "not_authenticated", detail)


def test_401_for_a_bad_bearer(alice):
    expired = FORGERIES["expired"](Forger(AccessToken, alice.logins.create()))
    client = APIClient(HTTP_AUTHORIZATION=f"Bearer {expired}")
    response = client.get("/api/v1/users/me/")
    assert response["WWW-Authenticate"] == "Bearer"
    detail = "This access token is not valid, or not any more. Refresh it."
    assert response.json() == problem(401, "Unauthorized", "authentication_failed", detail)


def test_403_for_a_role_that_does_not_allow_it(alice):
    response = as_(alice).get("/api/v1/users/")
    assert response.json() == problem(403, "Forbidden", "permission_denied", "Only an admin may do this.")


def test_403_of_djangos_own_csrf_check():
    response = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "ada", "password": "x"})
    assert problem_of(response) == (403, "csrf_failed")
    assert response.json()["detail"].startswith("CSRF failed: CSRF cookie not set.")


@pytest.mark.parametrize("path", ["/", "/nowhere", "/api/v2/", "/api/v1/nothing/", "/api/v1/genres/x/y/", "/media/x"])
def test_404_where_there_is_nothing(anonymous, path):
    response = anonymous.get(path)
    assert response["Content-Type"] == "application/problem+json"
    detail = f"There is nothing at {path}. The API begins at /api/v1/."
    assert response.json() == problem(404, "Not Found", "not_found", detail)


@pytest.mark.parametrize(
    "path", ["/api/v1/\x00", "/api/v1/%ED%A0%80/", "/api/v1/genres/%00/", "/%FF%FE", "/media/../x"]
)
def test_404_for_a_path_that_cannot_be(anonymous, db, path):
    assert problem_of(anonymous.get(path)) == (404, "not_found")


def test_404_for_a_row_that_is_not_there(anonymous, db):
    response = anonymous.get("/api/v1/movies/1/")
    assert problem_of(response) == (404, "not_found")


@pytest.mark.parametrize("pk", ["9" * 18, "9" * 19, str(2**63), "9" * 400, "-1", "1.0", "x", "٣"])
def test_404_for_an_id_that_no_row_can_have(anonymous, db, pk):
    assert problem_of(anonymous.get(f"/api/v1/showtimes/{pk}/")) == (404, "not_found")


def test_405_says_what_may_be_done(anonymous, db):
    response = anonymous.delete("/api/v1/auth/csrf/")
    assert response["Allow"] == "GET, HEAD, OPTIONS"
    detail = 'Method "DELETE" not allowed. `Allow` names those that are.'
    assert response.json() == problem(405, "Method Not Allowed", "method_not_allowed", detail)


@pytest.mark.parametrize("accept", ["application/xml", "image/png", "x"])
def test_406_for_what_is_not_made(anonymous, db, accept):
    response = anonymous.get(GENRES, HTTP_ACCEPT=accept)
    assert problem_of(response) == (406, "not_acceptable")


@pytest.mark.parametrize(
    ("path", "refusal"),
    [
        ("/api/v1/showtimes/1/seats/map/", (404, "not_found")),
        ("/api/v1/reports/sales/export/", (401, "not_authenticated")),
    ],
)
def test_a_picture_or_a_table_is_refused_in_json(anonymous, db, path, refusal):
    assert problem_of(anonymous.get(path)) == refusal
    assert problem_of(anonymous.get(path, HTTP_ACCEPT="image/svg+xml, text/csv")) == refusal


def test_a_problem_is_asked_for_by_its_own_name_too(anonymous, db):
    response = anonymous.get("/api/v1/users/me/", HTTP_ACCEPT="application/json, application/problem+json")
    assert problem_of(response) == (401, "not_authenticated")


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "multipart/form-data; boundary=x", ""])
def test_415_for_a_body_of_another_type(anonymous, db, content_type):
    with nothing_changes():
        response = anonymous.generic("POST", REGISTER, b"{}", content_type or "x")
    assert problem_of(response) == (415, "unsupported_media_type")


def test_500_tells_the_requests_id_and_nothing_else(visitor, monkeypatch):
    def list_(*args, **kwargs):
        raise RuntimeError("a secret of the house")

    monkeypatch.setattr(GenreViewSet, "list", list_)
    response = visitor.get(GENRES, HTTP_X_REQUEST_ID="tell-them-this")
    assert response["Content-Type"] == "application/problem+json"
    assert response["X-Request-ID"] == "tell-them-this"
    detail = "Something went wrong here. Tell us the request_id."
    assert response.json() == problem(500, "Internal Server Error", "server_error", detail, request_id="tell-them-this")


def refused_with(state: type[psycopg.Error]) -> InternalError:
    """As Django tells that PostgreSQL is in this state."""
    error = InternalError("as PostgreSQL says it")
    error.__cause__ = state()
    return error


AWAY = (
    OperationalError("server closed the connection unexpectedly"),
    InterfaceError("connection already closed"),
    refused_with(psycopg.errors.ReadOnlySqlTransaction),
    refused_with(psycopg.errors.IdleInTransactionSessionTimeout),
)


@pytest.mark.parametrize("error", AWAY, ids=["away", "closed", "read-only", "tired-of-waiting"])
@pytest.mark.parametrize("path", [GENRES, "/api/v1/users/me/", "/admin/"])
def test_503_while_the_database_is_away(visitor, alice, monkeypatch, error, path):
    """Whoever asks it first: the view, authentication, or Django's sessions, outside DRF."""
    visitor.credentials(HTTP_AUTHORIZATION=f"Bearer {AccessToken.of(alice.logins.create())}")
    visitor.cookies["sessionid"] = "x" * 32

    def cursor(*args):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr("django.db.backends.base.base.BaseDatabaseWrapper.cursor", cursor)
        response = visitor.get(path)
    assert response["Content-Type"] == "application/problem+json"
    assert response["Retry-After"] == "2"
    assert response.json() == problem(
        503,
        "Service Unavailable",
        "service_unavailable",
        "The database is away or too busy. Try again in a moment, with the same Idempotency-Key if there is one.",
    )


def test_500_for_what_is_a_bug_although_the_database_says_it(visitor, db, monkeypatch):
    def list_(*args, **kwargs):
        raise refused_with(psycopg.errors.InFailedSqlTransaction)

    monkeypatch.setattr(GenreViewSet, "list", list_)
    assert problem_of(visitor.get(GENRES)) == (500, "server_error")


@pytest.mark.parametrize("path", [GENRES, "/admin/login/", "/nowhere"])
def test_400_for_a_host_that_is_not_ours(visitor, path):
    response = visitor.get(path, HTTP_HOST="elsewhere.example")
    assert response["Content-Type"] == "application/problem+json"
    detail = "The request could not be understood. Look at its address and headers."
    assert response.json() == problem(400, "Bad Request", "bad_request", detail)


def paths() -> list[str]:
    """Every path of the schema, of something that is not there."""
    return [path.replace("{", "").replace("}", "") for path in SchemaGenerator().get_schema(public=True)["paths"]]


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_head_and_options_break_nothing(visitor, ada, accept):
    for client in (visitor, as_(ada)):
        client.raise_request_exception = False
        for path in ("/api/v1/", *paths()):
            for method in ("GET", "HEAD", "OPTIONS"):
                response = client.generic(
                    method, path.replace("/id/", "/1/").replace("/number/", "/1/"), HTTP_ACCEPT=accept
                )
                assert response.status_code in (200, 401, 403, 404, 405, 406), (method, path)
                assert response.content == b"" or method != "HEAD"
