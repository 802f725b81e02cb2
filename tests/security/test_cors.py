"""Every operation × every Origin: only configured ones may read an answer, and only they with the visitor's cookies."""

import pytest
from rest_framework.test import APIClient

from tests.operations import IN_SCHEMA, OUTSIDE, Cinema
from tests.refusals import nothing_changes
from tests.test_access import cinema as cinema

CONFIGURED = "https://box-office.example"
FOREIGN = (
    "https://elsewhere.example",
    "http://box-office.example",
    "https://box-office.example:444",
    "https://box-office.example.elsewhere.example",
    "https://kiosk.box-office.example",
    "https://BOX-OFFICE.example",
    f"{CONFIGURED}, https://elsewhere.example",
    "http://testserver",  # the own origin needs no leave
    "null",
    "*",
    "",
)


@pytest.fixture(autouse=True)
def configured(settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = settings.CSRF_TRUSTED_ORIGINS = [CONFIGURED]


def answers(cinema: Cinema, operation: str, origin: str) -> list:
    """To the question that a browser asks first, and to the request itself."""
    method, _, _ = (IN_SCHEMA | OUTSIDE)[operation]
    asks = {"HTTP_ACCESS_CONTROL_REQUEST_METHOD": method, "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": "x-csrftoken"}
    with nothing_changes():
        return [
            APIClient().options(cinema.path(operation), HTTP_ORIGIN=origin, **asks),
            APIClient().generic(method, cinema.path(operation), HTTP_ORIGIN=origin),
        ]


def allowed(response) -> dict[str, str]:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return {name: value for name, value in headers.items() if name.startswith("access-control-allow-")}


@pytest.mark.parametrize("operation", IN_SCHEMA)
def test_the_configured_origin_may_read_with_credentials(cinema, operation):
    preflight, response = answers(cinema, operation, CONFIGURED)
    granted = {"access-control-allow-origin": CONFIGURED, "access-control-allow-credentials": "true"}
    assert preflight.status_code == 200
    assert granted.items() <= allowed(preflight).items()
    assert IN_SCHEMA[operation].method in preflight["Access-Control-Allow-Methods"]
    assert allowed(response) == granted
    assert all("origin" in each["Vary"].lower() for each in (preflight, response))


@pytest.mark.parametrize("operation", IN_SCHEMA)
def test_no_other_may(cinema, operation):
    for origin in FOREIGN:
        for response in answers(cinema, operation, origin):
            assert allowed(response) == {}, origin
            assert "origin" in response["Vary"].lower(), origin  # so that no cache gives one the other's answer


@pytest.mark.parametrize("operation", [name for name in OUTSIDE if not OUTSIDE[name].path.startswith("/api/")])
def test_beside_the_api_nobody_may(cinema, operation):
    for origin in (CONFIGURED, *FOREIGN):
        assert [allowed(response) for response in answers(cinema, operation, origin)] == [{}, {}], origin
