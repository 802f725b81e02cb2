"""No client that was made from the schema of the last release is broken, unless a new major version says so."""

from collections.abc import Callable
from copy import deepcopy

import pytest
import yaml

from project.settings import BASE_DIR
from tests.documented import SCHEMA
from tests.released import breaks

RELEASED = yaml.load((BASE_DIR / "docs/released-schema.yml").read_bytes(), yaml.CSafeLoader)
RESERVE = "POST /api/v1/reservations/"


def major(document: dict) -> int:
    return int(document["info"]["version"].partition(".")[0])


def test_clients_of_the_last_release_go_on_as_they_are():
    if major(SCHEMA) == major(RELEASED):
        assert breaks(RELEASED, SCHEMA) == []


def operation(document: dict, name: str = RESERVE) -> dict:
    method, path = name.split()
    return document["paths"][path][method.lower()]


def fields(document: dict, name: str) -> dict:
    return document["components"]["schemas"][name]["properties"]


def required(document: dict, name: str) -> list:
    return document["components"]["schemas"][name].setdefault("required", [])


BREAKING: dict[str, tuple[Callable[[dict], object], str]] = {
    "a path is gone": (lambda it: it["paths"].pop("/api/v1/schedule/"), "GET /api/v1/schedule/: gone"),
    "an operation is gone": (
        lambda it: it["paths"]["/api/v1/genres/{slug}/"].pop("patch"),
        "PATCH /api/v1/genres/{slug}/: gone",
    ),
    "its name is another": (lambda it: operation(it).update(operationId="book"), f"{RESERVE}: has become book"),
    "a parameter is gone": (
        lambda it: operation(it)["parameters"].clear(),
        f"{RESERVE} header Idempotency-Key: gone",
    ),
    "a parameter has to be sent": (
        lambda it: operation(it)["parameters"][0].update(required=True),
        f"{RESERVE} header Idempotency-Key: has to be sent",
    ),
    "a success is another": (
        lambda it: operation(it)["responses"].update({"200": operation(it)["responses"].pop("201")}),
        f"{RESERVE} 201: gone",
    ),
    "a content type is another": (
        lambda it: operation(it)["responses"]["201"].update(content={"text/plain": {"schema": {"type": "string"}}}),
        f"{RESERVE} 201: no longer application/json",
    ),
    "a member of an answer is gone": (
        lambda it: fields(it, "Reservation").pop("code"),
        f"{RESERVE} 201.code: gone",
    ),
    "a member of an answer may be missing": (
        lambda it: required(it, "Reservation").remove("total"),
        f"{RESERVE} 201.total: may be missing",
    ),
    "a member of an answer can be null": (
        lambda it: fields(it, "Reservation")["total"].update(nullable=True),
        f"{RESERVE} 201.total: null",
    ),
    "a member of an answer has another type": (
        lambda it: fields(it, "ReservedSeat")["number"].update(type="string"),
        f"{RESERVE} 201.seats[].number: integer has become string",
    ),
    "a member of a problem is gone": (
        lambda it: fields(it, "Problem").pop("seats"),
        f"{RESERVE} 409.seats: gone",
    ),
    "an answer has a choice more": (
        lambda it: it["components"]["schemas"]["ReservationStatus"]["enum"].append("lost"),
        f"{RESERVE} 201.status: other choices",
    ),
    "a request has a choice less": (
        lambda it: it["components"]["schemas"]["SeatKind"]["enum"].remove("premium"),
        f"{RESERVE} request.kind: other choices",
    ),
    "a field is gone": (lambda it: fields(it, "ReserveRequest").pop("hold"), f"{RESERVE} request.hold: gone"),
    "a field has to be sent": (
        lambda it: required(it, "ReserveRequest").append("seat_ids"),
        f"{RESERVE} request.seat_ids: has to be sent",
    ),
    "a field takes less": (
        lambda it: fields(it, "ReserveRequest")["seat_ids"].update(maxItems=5),
        f"{RESERVE} request.seat_ids: another maxItems",
    ),
    "a field no longer takes null": (
        lambda it: fields(it, "ShowtimeRequest")["premium_price"].pop("nullable"),
        "POST /api/v1/showtimes/ request.premium_price: null",
    ),
}
HARMLESS: dict[str, Callable[[dict], object]] = {
    "a path more": lambda it: it["paths"].update({"/api/v1/new/": {}}),
    "other words": lambda it: operation(it).update(description="Other words."),
    "a refusal more": lambda it: operation(it)["responses"].update({"418": {"description": "A teapot."}}),
    "a parameter that can be sent": lambda it: operation(it)["parameters"].append(
        {"in": "query", "name": "new", "schema": {"type": "string"}}
    ),
    "a field that can be sent": lambda it: fields(it, "ReserveRequest").update(new={"type": "string"}),
    "a field takes more": lambda it: fields(it, "ReserveRequest")["seat_ids"].update(maxItems=5000),
    "a member more in an answer": lambda it: fields(it, "Reservation").update(new={"type": "string"}),
    "a member of an answer is never null": lambda it: fields(it, "Showtime")["premium_price"].pop("nullable"),
    "an answer has a choice less": lambda it: it["components"]["schemas"]["CancelledBecause"]["enum"].remove("admin"),
}


def changed(change: Callable[[dict], object]) -> dict:
    document = deepcopy(RELEASED)
    change(document)
    assert document != RELEASED
    return document


@pytest.mark.parametrize("name", BREAKING)
def test_it_breaks_clients(name):
    change, found = BREAKING[name]
    assert found in breaks(RELEASED, changed(change))


@pytest.mark.parametrize("name", HARMLESS)
def test_it_breaks_nobody(name):
    assert breaks(RELEASED, changed(HARMLESS[name])) == []
