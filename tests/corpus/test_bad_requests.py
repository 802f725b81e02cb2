"""
What clients should never send: each gets the one answer that its row names, as a problem that schema.yml documents,
whoever sends it, and nothing is changed by it. `docs/fuzzing.md` tells how to add a row.
"""

import re
from collections import Counter

import pytest
from django.test import Client

from tests.corpus import addresses, bodies, generated, headers
from tests.corpus.request import Bad
from tests.operations import IN_SCHEMA, JSON, Cinema
from tests.refusals import errors_of, nothing_changes, problem_of
from users.tokens import AccessToken

SECTIONS = addresses.SECTIONS | bodies.SECTIONS | headers.SECTIONS
# Who may not do it can hear so first: nobody learns from a refusal what he may not see.
MAY_NOT = {
    "anonymous": {"401 not_authenticated"},
    "other": {"403 permission_denied", "404 not_found"},
}
# Refused before there is an operation whose description could say so: the schema's own description does.
ANYWHERE = {"400 bad_request", "405 method_not_allowed", "406 not_acceptable", "413 payload_too_large"}


class Visit:
    """The cinema, and who comes to it: as a program, since nothing but its token then says who it is."""

    def __init__(self):
        self.cinema = Cinema()
        self.bearer = {
            name: {"Authorization": f"Bearer {AccessToken.of(getattr(self.cinema, name).logins.create())}"}
            for name in ("other", "owner", "admin")
        }

    def send(self, bad: Bad, who: str):
        headers = {**self.bearer.get(who, {}), "Content-Type": JSON, **bad.headers}
        body = self.filled_in(bad.body).encode() if isinstance(bad.body, str) else bad.body
        client = Client(enforce_csrf_checks=True, raise_request_exception=False)
        return client.generic(bad.method, self.filled_in(bad.path), body, headers.pop("Content-Type"), headers=headers)

    def filled_in(self, text: str) -> str:
        return re.sub("<([a-z]+)>", lambda name: str(self.id_of(name[1])), text)

    def id_of(self, name: str) -> object:
        thing = getattr(self.cinema, "charlie" if name == "user" else name)
        return thing.slug if name == "genre" else thing.pk


@pytest.fixture
def visit(db, monkeypatch) -> Visit:
    monkeypatch.setattr("users.mail.send_password_reset", lambda email: None)  # that would be in a thread of its own
    return Visit()


def check(response, bad: Bad, who: str) -> None:
    answer = "{} {}".format(*problem_of(response))
    described = bad.operation
    assert answer == bad.answer or (who != bad.who and answer in MAY_NOT[who]), (bad.name, who, response.content[:500])
    assert answer in ANYWHERE or not described or answer[:3] in described["responses"], (bad.name, answer)
    if bad.at and answer == bad.answer:
        assert bad.at in {attr.partition(".")[0] for attr, _ in errors_of(response)}, bad.name


@pytest.mark.parametrize("section", SECTIONS)
def test_a_bad_request_is_refused_as_its_row_says(visit, section):
    with nothing_changes():
        for bad in SECTIONS[section]:
            for who in ("anonymous",) if bad.who == "anonymous" else ("anonymous", "other", bad.who):
                check(visit.send(bad, who), bad, who)


@pytest.mark.parametrize("operation", IN_SCHEMA)
def test_each_field_parameter_and_id_of_the_schema_refuses_what_it_must(visit, operation):
    cinema, asked = visit.cinema, IN_SCHEMA[operation]
    path = cinema.path(operation)
    rows = [
        *generated.ids(asked),
        *generated.queries(asked, path),
        *generated.fields(asked, path, cinema.body(operation) or {}),
    ]
    who = "owner" if operation == "reservations_confirm" else "admin"
    with nothing_changes():
        for bad in rows:
            check(visit.send(bad, who), bad._replace(who=who), who)


def test_no_two_rows_have_the_same_name_and_line():
    rows = [(bad.name, bad.line) for section in SECTIONS.values() for bad in section]
    assert [row for row, count in Counter(rows).items() if count > 1] == []


def test_the_corpus_is_large():
    assert sum(map(len, SECTIONS.values())) > 1000
