"""What schema.yml shows as an example works: what is to be sent is sent, and each answer is one as it says."""

import pytest

from tests.documented import SCHEMA, meant_by, validator_of
from tests.operations import IN_SCHEMA, JSON, Cinema, come_in, examples_of

SENT = [(operation, name) for operation in sorted(IN_SCHEMA) for name in examples_of(operation)]
OF_THE_OWNER = ("reservations_cancel",)
OPERATIONS = {operation["operationId"]: operation for each in SCHEMA["paths"].values() for operation in each.values()}


def shown(part: object) -> list[tuple[dict, object]]:
    """Every example below this part of the schema, with the schema that it is an example of."""
    below = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    found = [pair for each in below for pair in shown(each)]
    if isinstance(part, dict) and "schema" in part:
        found += [(part["schema"], each["value"]) for each in part.get("examples", {}).values()]
    return found


def test_each_is_as_its_schema_says():
    examples = shown(SCHEMA)
    assert len(examples) > len(SENT)  # and those of answers
    for schema, value in examples:
        assert [fault.message for fault in validator_of(schema).iter_errors(value)] == [], value


def test_whatever_takes_json_shows_some():
    takes_json = {
        name for name, each in OPERATIONS.items() if JSON in meant_by(each.get("requestBody", {})).get("content", {})
    }
    assert takes_json == {operation for operation, _ in SENT}


@pytest.mark.django_db
@pytest.mark.parametrize(("operation", "name"), SENT)
def test_each_is_taken(monkeypatch, operation, name):
    monkeypatch.setattr("users.mail.send_password_reset", lambda email: None)  # that would be in a thread of its own
    cinema = Cinema()
    login = (cinema.owner if operation in OF_THE_OWNER else cinema.admin).logins.create()
    answer = cinema.send(come_in("bearer", login), operation, cinema.body(operation, login, name))
    assert answer.status_code < 300, answer.content
