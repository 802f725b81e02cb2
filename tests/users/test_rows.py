"""What is inserted in one statement is what Django would have saved."""

import pytest
from django.db import IntegrityError, transaction
from django.forms import model_to_dict

from users.models import AuditEntry, Login, User
from users.rows import insert


def entries() -> list[AuditEntry]:
    return [AuditEntry.of("user.created", details_of_any_kind=[None, {"ß": 1.5}]), AuditEntry.of("login.failed")]


def test_with_defaults_and_json_and_empty_fields(db, django_assert_num_queries):
    ours, djangos = entries(), entries()
    with django_assert_num_queries(1):
        insert(ours)
    AuditEntry.objects.bulk_create(djangos)
    stored = AuditEntry.objects.in_bulk()
    for one, other in zip(ours, djangos, strict=True):
        assert model_to_dict(stored[one.pk], exclude=["id", "at"]) == model_to_dict(
            stored[other.pk], exclude=["id", "at"]
        )
        assert stored[one.pk].at == one.at


def test_each_row_knows_its_key_and_that_it_is_stored(db, alice):
    logins = [Login(user=alice, user_agent=agent) for agent in ("first", "second", "third")]
    insert(logins)
    assert [Login.objects.get(pk=login.pk).user_agent for login in logins] == ["first", "second", "third"]
    logins[0].user_agent = "changed"
    logins[0].save()
    assert Login.objects.count() == 3


def test_constraints_have_the_last_word(alice):
    with pytest.raises(IntegrityError), transaction.atomic():
        insert([User(username="new", email="new@example.org"), User(username="ALICE", email="other@example.org")])
    assert User.objects.get() == alice
