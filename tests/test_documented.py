"""The comparison of every answer with `schema.yml` (tests/conftest.py) notices an answer that is not told of."""

import pytest
from django.http import HttpResponse, JsonResponse

from tests.documented import check

CSRF, SEATS, USER = "/api/v1/auth/csrf/", "/api/v1/showtimes/1/seats/", "/api/v1/users/me/"
ALICE = {
    "id": 1,
    "username": "alice",
    "email": "alice@example.org",
    "role": "user",
    "is_active": True,
    "date_joined": "2026-11-24T19:30:00Z",
}


def answer(path: str, body: object = None, **options) -> HttpResponse:
    response = HttpResponse(**options) if body is None else JsonResponse(body, safe=False, **options)
    response.request = {"REQUEST_METHOD": "GET", "PATH_INFO": path}
    response.json = lambda: body
    return response


@pytest.mark.parametrize(
    "told",
    [
        answer(CSRF, {"csrf_token": "a"}),
        answer(USER, ALICE),
        answer(SEATS, [], headers={"ETag": '"a"'}),
        answer(SEATS, status=304, headers={"ETag": '"a"'}),
        answer("/api/v1/", {"whatever": "it is"}),
        answer("/livez", {"status": "ok"}),
    ],
)
def test_what_is_told_of_is_taken(told):
    check(told)


@pytest.mark.parametrize(
    ("untold", "why"),
    [
        (answer(CSRF, {"csrf_token": "a"}, status=202), "auth_csrf has no 202"),
        (answer(CSRF, {"csrf_token": "a"}, content_type="text/plain"), "auth_csrf 200 is text/plain"),
        (answer(CSRF, {"csrf_token": 1}), "1 is not of type 'string'"),
        (answer(CSRF, {}), "'csrf_token' is a required property"),
        (answer(CSRF, {"csrf_token": "a", "more": 1}), "'more' was unexpected"),
        (answer(USER, ALICE | {"role": "queen"}), "'queen' is not one of"),
        (answer(USER, ALICE | {"role": None}), "None is not one of"),
        (answer(USER, ALICE | {"date_joined": "2026-11-24T20:30:00+01:00"}), "is not a 'date-time'"),
        (answer(SEATS, []), r"comes without \['ETag'\]"),
        (answer(SEATS, [], status=304, headers={"ETag": '"a"'}), "has a body"),
        (answer(USER, {"detail": "No."}, status=401), "users_me_retrieve 401 is application/json"),
        (answer("/api/v1/nothing/", {"detail": "No."}, status=404), "/api/v1/nothing/ 404 is application/json"),
    ],
)
def test_what_is_not_told_of_is_noticed(untold, why):
    with pytest.raises(AssertionError, match=why):
        check(untold)
