"""`schema.yml` gives generated clients good types: well named, shared, and right about what can be missing or null."""

import pytest
from jsonschema import Draft202012Validator

from api.schema.document import schemas_in
from tests.documented import SCHEMA, as_json_schema, formats, meant_by

SCHEMAS = SCHEMA["components"]["schemas"]
OPERATIONS = {
    operation["operationId"]: operation for methods in SCHEMA["paths"].values() for operation in methods.values()
}
SENT = {name: schema for name, schema in SCHEMAS.items() if name.endswith("Request")}


def nullable(name: str) -> set[str]:
    def can_be_null(schema: dict) -> bool:
        return schema.get("nullable", False) or {"enum": [None]} in schema.get("oneOf", ())

    return {field for field, schema in SCHEMAS[name]["properties"].items() if can_be_null(schema)}


def test_what_one_gets_has_the_name_of_what_it_is():
    names = {name for name, schema in SCHEMAS.items() if schema["type"] == "object"} - SENT.keys()
    assert {name for name in names if not name.startswith("Paginated")} == {
        *("User", "Login", "TokenPair", "Csrf", "AuditEntry", "Actor"),
        *("Genre", "Movie", "Schedule"),
        *("Hall", "Showtime", "Seat"),
        *("Reservation", "Booker", "BookedShowtime", "ReservedSeat", "Sales", "SalesRow", "Figures"),
        *("Problem", "FieldError", "UnavailableSeat"),
    }


def test_each_set_of_choices_is_one_type():
    enums = {name: tuple(schema["enum"]) for name, schema in SCHEMAS.items() if "enum" in schema}
    assert enums == {
        "CancelledBecause": ("user", "admin", "showtime_cancelled"),
        "MoviesOrdering": ("-release_date", "-title", "release_date", "title"),
        "ReportsGroupBy": ("showtime", "movie", "hall", "day"),
        "ReservationStatus": ("held", "confirmed", "cancelled", "expired"),
        "ReservedSeatStatus": ("active", "released"),
        "Role": ("user", "admin"),
        "SeatKind": ("standard", "premium", "accessible"),
        "SeatStatus": ("available", "held", "reserved", "blocked"),
        "ShowtimeStatus": ("scheduled", "cancelled"),
        "ShowtimesOrdering": ("-price", "-starts_at", "price", "starts_at"),
    }


@pytest.mark.parametrize(
    ("operation", "parameter", "type_"),
    [
        ("users_list", "role", "Role"),
        ("movies_list", "ordering", "MoviesOrdering"),
        ("showtimes_list", "status", "ShowtimeStatus"),
        ("reservations_list", "status", "ReservationStatus"),
        ("reports_sales", "group_by", "ReportsGroupBy"),
        ("reports_sales_export", "group_by", "ReportsGroupBy"),
    ],
)
def test_a_filter_takes_the_type_that_is_answered(operation, parameter, type_):
    schemas = {each["name"]: each["schema"] for each in OPERATIONS[operation]["parameters"]}
    assert schemas[parameter] == {"$ref": f"#/components/schemas/{type_}"}


def test_what_one_gets_is_always_whole_but_a_problem():
    for name in SCHEMAS.keys() - SENT.keys() - {"Problem"}:
        schema = SCHEMAS[name]
        assert set(schema.get("required", ())) == schema.get("properties", {}).keys(), name


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("Movie", {"release_date", "poster", "poster_thumbnail"}),
        ("Showtime", {"premium_price"}),
        ("Seat", set()),
        ("Reservation", {"expires_at", "cancelled_at", "cancelled_because"}),
        ("User", set()),
        ("AuditEntry", {"actor"}),
        ("PaginatedMovieList", {"next", "previous"}),
        ("PaginatedReservationList", {"next", "previous"}),
        ("MovieRequest", {"release_date"}),
        ("PatchedShowtimeRequest", {"premium_price"}),
    ],
)
def test_what_can_be_null(name, fields):
    assert nullable(name) == fields


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("ReserveRequest", ["showtime_id"]),
        ("CancelRequest", []),
        ("MovieRequest", ["genres", "runtime_minutes", "title"]),
        ("ShowtimeRequest", ["hall_number", "movie_id", "price", "starts_at"]),
        ("HallRequest", ["layout", "name", "number"]),
        ("RegisterRequest", ["email", "password", "username"]),
    ],
)
def test_what_has_to_be_sent(name, fields):
    assert SCHEMAS[name].get("required", []) == fields


def test_a_change_has_to_send_nothing():
    assert [name for name in SENT if name.startswith("Patched") and "required" in SCHEMAS[name]] == []


def test_no_body_has_a_default():
    """A client would send it with every PATCH, and so empty a description that it never named."""
    assert [name for name in SCHEMAS if any("default" in each for each in schemas_in(SCHEMAS[name]))] == []


def test_an_id_has_64_bits():
    for name, schema in SCHEMAS.items():
        for field, each in schema.get("properties", {}).items():
            if field == "id" or (field.endswith("_id") and field != "request_id"):
                assert (each["type"], each["format"]) == ("integer", "int64"), f"{name}.{field}"


@pytest.mark.parametrize(
    ("operation", "status", "headers"),
    [
        ("showtimes_seats", "200", {"ETag"}),
        ("showtimes_seats", "304", {"ETag"}),
        ("showtimes_seats_map", "304", {"ETag"}),
        ("reservations_create", "201", {"Location", "Idempotent-Replayed"}),
        ("reservations_create", "429", {"Retry-After"}),
        ("reservations_create", "503", {"Retry-After"}),
        ("users_me_retrieve", "401", {"WWW-Authenticate"}),
    ],
)
def test_headers_that_a_client_needs(operation, status, headers):
    assert meant_by(OPERATIONS[operation]["responses"][status])["headers"].keys() == headers


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        ("movies_list", "For anyone."),
        ("movies_create", "For admins."),
        ("users_me_retrieve", "For users."),
        ("users_me_logins_destroy", "For whoever it belongs to."),
        ("reservations_retrieve", "For whoever it belongs to, and admins."),
        ("showtimes_seats_unblock", "For admins."),
        ("movies_destroy", "For admins. Conflicts: `movie_in_use`."),
        ("auth_register", "For anyone. Limited to `THROTTLE_REGISTER` (20/hour unless set) for each address."),
        (
            "auth_token",
            "For anyone. Limited to `THROTTLE_LOGIN` (10/minute unless set) for each address and each account.",
        ),
        (
            "reservations_create",
            "For users. Limited to `THROTTLE_RESERVE` (60/minute unless set) for each user. Conflicts: "
            "`showtime_cancelled` `showtime_started` `seat_limit_exceeded` `hold_limit_exceeded` `seats_unavailable` "
            "`not_enough_seats`.",
        ),
    ],
)
def test_an_operation_tells_who_may_and_what_it_costs_and_what_can_be_in_the_way(operation, words):
    assert OPERATIONS[operation]["description"].split("\n\n")[-1] == words


def examples() -> list[tuple[dict, object]]:
    """Each with its schema: those beside a schema, and those of it."""
    found = []
    for part in schemas_in(SCHEMA):
        if "schema" in part:
            found += [(part["schema"], each["value"]) for each in part.get("examples", {}).values()]
        if "example" in part and isinstance(part.get("type"), str):
            found.append((part, part["example"]))
    return found


def test_every_example_is_one():
    assert len(examples()) >= 2
    for schema, example in examples():
        Draft202012Validator(as_json_schema(schema), format_checker=formats).validate(example)
