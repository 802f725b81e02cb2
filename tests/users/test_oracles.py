"""Whether there is an account is told by nothing: bytes, headers, statements or throttle (OWASP ASVS 5.0, 6.3.8)."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from api.models import ThrottleCounter
from tests.cast import make_user
from tests.refusals import nothing_changes
from users.mail import postman
from users.models import AuditEntry

# Every way to ask, with the field that names the account.
LOGIN = ("/api/v1/auth/login/", {"password": "wrong-password-42"}, "login")
TOKEN = ("/api/v1/auth/token/", {"password": "wrong-password-42"}, "login")
RESET = ("/api/v1/auth/password/reset/", {}, "email")
ACCOUNTS = ["alice@example.org", "nobody@example.org", "deactivated@example.org"]

VALUE = re.compile(r"'[^']*'|\b\d[\d.e+]*")


@pytest.fixture
def two_a_minute(settings, monkeypatch) -> None:
    """And none of the requests happens to sweep up."""
    monkeypatch.setattr("api.throttles.random.random", lambda: 1.0)
    rates = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] | {"login": "2/minute", "password_reset": "2/minute"}
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"DEFAULT_THROTTLE_RATES": rates}


def ask(path: str, body: dict, field: str, account: str, address: str) -> dict:
    """All that the answer is, and what the database was asked for it, but for names and times."""
    client = APIClient(REMOTE_ADDR=address, HTTP_X_REQUEST_ID="the-same-id")
    with CaptureQueriesContext(connection) as statements:
        response = client.post(path, {**body, field: account})
    postman.submit(lambda: None).result(timeout=20)
    return {
        "status": response.status_code,
        "bytes": re.sub(rb"\d+ seconds?", b"N seconds", response.content),
        "headers": {**response.headers, "Retry-After": "Retry-After" in response},
        "cookies": dict(response.cookies),
        "statements": [VALUE.sub("…", statement["sql"]) for statement in statements],
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("two_a_minute")
@pytest.mark.parametrize(("path", "body", "field"), [LOGIN, TOKEN, RESET], ids=["login", "token", "reset"])
def test_an_account_that_is_there_is_answered_like_one_that_is_not(alice, path, body, field):
    make_user("deactivated", is_active=False)
    with nothing_changes(AuditEntry, ThrottleCounter):
        told = {
            account: [ask(path, body, field, account, f"192.0.2.{10 * number + attempt}") for attempt in range(4)]
            for number, account in enumerate(ACCOUNTS)
        }
    assert [answer["status"] for answer in told["nobody@example.org"]][2:] == [429, 429]
    assert told["alice@example.org"] == told["nobody@example.org"] == told["deactivated@example.org"]
