"""schema.yml is what clients are made from. It is what the code says, and it says all that a client has to know."""

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml
from django.core.management import call_command
from rest_framework.test import APIClient

from project.settings import BASE_DIR
from tests.documented import meant_by

FILE = BASE_DIR / "schema.yml"
OPERATION_ID = re.compile(r"^[a-z_]+$")
PROBLEM = {"$ref": "#/components/schemas/Problem"}


@pytest.fixture(scope="module")
def generated(tmp_path_factory) -> str:
    """Made in this process; a warning or an invalid schema fails it."""
    file = tmp_path_factory.mktemp("schema") / "schema.yml"
    call_command("spectacular", file=str(file), validate=True, fail_on_warn=True)
    return file.read_text()


@pytest.fixture(scope="module")
def schema(generated) -> dict:
    return yaml.safe_load(generated)


@pytest.fixture(scope="module")
def operations(schema) -> dict[str, dict]:
    """Every operation, by method and path, with its answers whole."""
    return {
        f"{method.upper()} {path}": operation
        | {"responses": {status: meant_by(answer) for status, answer in operation["responses"].items()}}
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    }


def without(operations: dict[str, dict], condition) -> list[str]:
    return [name for name, operation in operations.items() if not condition(operation)]


def test_the_file_is_what_the_code_says(generated):
    assert Path(FILE).read_text() == generated, "schema.yml is old. Renew it: manage.py spectacular --file schema.yml"


def test_the_server_gives_the_same(generated, db):
    response = APIClient().get("/api/v1/schema/")
    assert response.status_code == 200
    assert yaml.safe_load(response.content) == yaml.safe_load(generated)


def test_it_is_openapi_3_0_3(schema):
    assert schema["openapi"] == "3.0.3"


def test_every_path_is_one_of_version_1(schema):
    assert all(re.fullmatch(r"/api/v1/[a-z0-9/{}_-]+/", path) for path in schema["paths"])


def test_every_operation_has_a_summary(operations):
    assert without(operations, lambda operation: 3 < len(operation["summary"]) < 60) == []


def test_every_operation_has_a_name_of_its_own_that_makes_a_good_method(operations):
    names = Counter(operation["operationId"] for operation in operations.values())
    assert [name for name, count in names.items() if count > 1 or not OPERATION_ID.fullmatch(name)] == []


def test_every_operation_has_one_tag_the_first_word_of_its_path(operations):
    for name, operation in operations.items():
        assert operation["tags"] == [name.split("/")[3]]


def test_every_operation_says_what_success_is(operations):
    def has_one_success(operation) -> bool:
        return len([status for status in operation["responses"] if status < "300"]) == 1

    assert without(operations, has_one_success) == []


def test_every_error_is_a_problem_and_says_why(operations):
    for name, operation in operations.items():
        errors = {status: answer for status, answer in operation["responses"].items() if status >= "400"}
        assert errors, name
        for answer in errors.values():
            assert answer["description"], name
            assert answer["content"].keys() == {"application/problem+json"}, name
            assert answer["content"]["application/problem+json"]["schema"] == PROBLEM, name


def errors_of(operation: dict) -> set[str]:
    return {status for status in operation["responses"] if status >= "400"}


def test_the_database_can_be_away_for_every_operation(operations):
    assert without(operations, lambda operation: "503" in errors_of(operation)) == []


def test_every_operation_can_be_asked_in_vain_for_html_or_meet_a_bug_of_ours(operations):
    assert without(operations, lambda operation: {"406", "500"} <= errors_of(operation)) == []


def test_what_takes_a_body_can_refuse_it(operations):
    takes_a_body = {name: each for name, each in operations.items() if "requestBody" in each}
    assert without(takes_a_body, lambda operation: {"400", "413", "415"} <= errors_of(operation)) == []


def test_what_names_a_thing_can_miss_it(operations):
    names_a_thing = {name: each for name, each in operations.items() if "{" in name}
    assert without(names_a_thing, lambda operation: "404" in errors_of(operation)) == []


def test_what_needs_credentials_can_ask_for_them(operations):
    needs_credentials = {name: each for name, each in operations.items() if {} not in each["security"]}
    assert without(needs_credentials, lambda operation: {"401", "403"} <= errors_of(operation)) == []


def test_what_needs_them_takes_a_cookie_or_a_bearer(operations, schema):
    assert schema["components"]["securitySchemes"].keys() == {"cookieAuth", "bearerAuth"}
    either = [{"cookieAuth": []}, {"bearerAuth": []}]
    assert {str(each["security"]) for each in operations.values()} == {str(either), str([*either, {}]), str([{}])}


@pytest.mark.parametrize(
    ("operation", "status", "codes"),
    [
        ("POST /api/v1/auth/refresh/", "409", {"refresh_superseded"}),
        ("POST /api/v1/auth/token/refresh/", "409", {"refresh_superseded"}),
        ("PATCH /api/v1/users/{id}/", "409", {"last_admin"}),
        ("DELETE /api/v1/genres/{slug}/", "409", {"genre_in_use"}),
        ("DELETE /api/v1/movies/{id}/", "409", {"movie_in_use"}),
        ("DELETE /api/v1/halls/{number}/", "409", {"hall_in_use"}),
        ("POST /api/v1/showtimes/", "409", {"hall_occupied"}),
        (
            "PATCH /api/v1/showtimes/{id}/",
            "409",
            {"showtime_cancelled", "showtime_started", "showtime_has_reservations", "hall_occupied"},
        ),
        ("POST /api/v1/showtimes/{id}/cancel/", "409", {"showtime_started"}),
        ("DELETE /api/v1/showtimes/{id}/", "409", {"showtime_has_reservations"}),
        ("POST /api/v1/showtimes/{id}/seats/block/", "409", {"seats_unavailable"}),
        (
            "POST /api/v1/reservations/",
            "409",
            {
                "showtime_cancelled",
                "showtime_started",
                "seat_limit_exceeded",
                "hold_limit_exceeded",
                "seats_unavailable",
                "not_enough_seats",
            },
        ),
        ("POST /api/v1/reservations/", "422", {"idempotency_key_reused"}),
        (
            "POST /api/v1/reservations/{id}/confirm/",
            "409",
            {"showtime_cancelled", "showtime_started", "reservation_cancelled", "hold_expired"},
        ),
        (
            "POST /api/v1/reservations/{id}/cancel/",
            "409",
            {"showtime_cancelled", "showtime_started", "too_late_to_cancel", "hold_expired"},
        ),
    ],
)
def test_a_conflict_is_told_by_its_codes(operations, operation, status, codes):
    description = operations[operation]["responses"][status]["description"]
    assert set(re.findall(r"`([a-z_]+)`:", description)) == codes


def test_what_is_throttled_says_so(operations):
    assert [name for name, operation in operations.items() if "429" in operation["responses"]] == [
        "POST /api/v1/auth/login/",
        "POST /api/v1/auth/password/change/",
        "POST /api/v1/auth/password/reset/",
        "POST /api/v1/auth/register/",
        "POST /api/v1/auth/token/",
        "POST /api/v1/reservations/",
        "PATCH /api/v1/users/me/",
    ]


def test_a_problem_has_five_members_and_may_have_more(schema):
    problem = schema["components"]["schemas"]["Problem"]
    assert {"type", "title", "status", "code", "detail"} <= set(problem["properties"])
    assert {"errors", "seats", "conflicts", "request_id"} <= set(problem["properties"])
    assert set(problem["required"]) == {"type", "title", "status", "code", "detail"}


def test_one_content_type_an_operation_each_way(operations):
    """Client generators make nothing good of several."""
    for name, operation in operations.items():
        assert len(operation.get("requestBody", {"content": ["none"]})["content"]) == 1, name
        assert all(len(answer.get("content", ["none"])) == 1 for answer in operation["responses"].values()), name


def test_docs_are_served_by_this_server_alone(client, db):
    page = client.get("/api/v1/docs/").content.decode()
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)
