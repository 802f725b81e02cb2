"""
Mail leaves by a thread of its own, so that the time of the answer tells nothing: with a connection of its own too,
which sees only what is committed. Hence `transaction=True`.
"""

import re
import smtplib
import threading
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.tokens import default_token_generator
from django.core import mail
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from rest_framework.test import APIClient

from tests.cast import PASSWORD, make_user
from tests.clients import program
from tests.race import at_once
from tests.refusals import errors_of, nothing_changes
from users.mail import postman
from users.models import AuditEntry, User

URL, CONFIRM = "/api/v1/auth/password/reset/", "/api/v1/auth/password/reset/confirm/"
NEW = "gazpacho-with-nettles-43"


def ask(email: str):
    """The answer, once the postman is back."""
    response = APIClient().post(URL, {"email": email})
    postman.submit(lambda: None).result(timeout=20)
    return response


def link_for(user: User) -> dict:
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return {"uid": uid, "token": default_token_generator.make_token(user), "new_password": NEW}


@pytest.mark.django_db(transaction=True)
class TestAsking:
    def test_it_mails_a_link_to_who_has_the_address(self, alice, bob, settings):
        settings.PASSWORD_RESET_URL = "https://cinema.example/reset/{uid}/{token}"
        settings.DEFAULT_FROM_EMAIL = "box-office@cinema.example"
        response = ask("Alice@EXAMPLE.org")
        assert (response.status_code, response.content) == (202, b"")
        [message] = mail.outbox
        assert (message.to, message.from_email) == (["alice@example.org"], "box-office@cinema.example")
        assert message.subject == "Choose a new password"
        assert "Hello alice," in message.body
        assert "within 60 minutes" in message.body
        uid, token = re.search(r"https://cinema\.example/reset/(\w+)/([\w-]+)\n", message.body).groups()
        sent = {"uid": uid, "token": token, "new_password": NEW}
        assert APIClient().post(CONFIRM, sent).status_code == 204
        alice.refresh_from_db()
        assert alice.check_password(NEW)

    def test_it_changes_nothing_yet(self, alice):
        client = program(alice.logins.create())
        with nothing_changes(AuditEntry):
            ask("alice@example.org")
        assert client.get("/api/v1/users/me/").status_code == 200

    @pytest.mark.parametrize("email", ["nobody@example.org", "deactivated@example.org", "a%@example.org"])
    def test_where_there_is_nobody_the_answer_is_the_same_and_no_mail_goes(self, alice, email):
        make_user("deactivated", is_active=False)
        known = ask("alice@example.org")
        mail.outbox.clear()
        response = ask(email)
        assert (response.status_code, response.content) == (202, b"")
        assert response.headers.keys() == known.headers.keys()
        assert mail.outbox == []

    @pytest.mark.parametrize(
        ("sent", "error"),
        [
            ({}, ("email", "required")),
            ({"email": ""}, ("email", "blank")),
            ({"email": None}, ("email", "null")),
            ({"email": "alice"}, ("email", "invalid")),
            ({"email": "alice@example.org\nBcc: eve@example.org"}, ("email", "invalid")),
            ({"email": f"{'a' * 250}@example.org"}, ("email", "max_length")),
        ],
    )
    def test_only_an_address_is_taken(self, alice, sent, error):
        assert errors_of(APIClient().post(URL, sent)) == [error]
        postman.submit(lambda: None).result(timeout=20)
        assert mail.outbox == []

    def test_the_answer_does_not_wait_for_the_mail(self, alice, monkeypatch):
        answered = threading.Event()
        monkeypatch.setattr("users.mail.send_mail", lambda *args: answered.wait(timeout=20))
        assert APIClient().post(URL, {"email": "alice@example.org"}).status_code == 202
        answered.set()
        postman.submit(lambda: None).result(timeout=20)

    def test_a_mail_server_that_is_away_is_logged_and_no_matter(self, alice, monkeypatch, caplog):
        def refuse(*args):
            raise smtplib.SMTPServerDisconnected

        monkeypatch.setattr("users.mail.send_mail", refuse)
        assert ask("alice@example.org").status_code == 202
        assert "A mail to reset a password was not sent." in caplog.text
        monkeypatch.undo()
        ask("alice@example.org")
        assert len(mail.outbox) == 1


def test_the_new_password_opens_and_every_login_is_ended(anonymous, alice, bob):
    clients = [program(user.logins.create()) for user in (alice, alice, bob)]
    response = anonymous.post(CONFIRM, link_for(alice))
    assert (response.status_code, response.content) == (204, b"")
    assert [client.get("/api/v1/users/me/").status_code for client in clients] == [401, 401, 200]
    alice.refresh_from_db()
    assert (alice.check_password(NEW), alice.check_password(PASSWORD)) == (True, False)
    assert not response.cookies


def test_a_link_works_once(anonymous, alice):
    sent = link_for(alice)
    anonymous.post(CONFIRM, sent)
    with nothing_changes():
        response = anonymous.post(CONFIRM, sent | {"new_password": "another-good-one-44"})
    assert errors_of(response) == [("token", "invalid")]
    assert response.json()["errors"][0]["detail"] == "This link was used, or is too old. Ask for a new one."


@pytest.mark.django_db(transaction=True)
def test_a_link_works_once_however_many_use_it_at_once(alice):
    sent = link_for(alice)
    bodies = [sent | {"new_password": f"gazpacho-with-nettles-{n}"} for n in range(4)]
    answers = at_once(*(lambda body=body: APIClient().post(CONFIRM, body).status_code for body in bodies))
    assert sorted(answers) == [204, 400, 400, 400]
    alice.refresh_from_db()
    assert alice.check_password(bodies[answers.index(204)]["new_password"])


def test_a_weak_password_does_not_use_it_up(anonymous, alice):
    sent = link_for(alice)
    with nothing_changes():
        response = anonymous.post(CONFIRM, sent | {"new_password": "alice@example.org"})
    assert errors_of(response) == [("new_password", "password_too_similar")]
    assert anonymous.post(CONFIRM, sent).status_code == 204


@pytest.mark.parametrize(("seconds", "status"), [(3599, 204), (3602, 400)])
def test_a_link_works_for_an_hour(anonymous, alice, seconds, status):
    sent = link_for(alice)
    with time_machine.travel(timezone.now() + timedelta(seconds=seconds), tick=False):
        assert anonymous.post(CONFIRM, sent).status_code == status


@pytest.mark.parametrize("change", [{"email": "alice@elsewhere.example"}, {"is_active": False}])
def test_a_link_of_before_a_change_works_no_more(anonymous, alice, change):
    sent = link_for(alice)
    User.objects.filter(pk=alice.pk).update(**change)
    with nothing_changes():
        assert errors_of(anonymous.post(CONFIRM, sent)) == [("token", "invalid")]


def test_a_link_opens_no_account_but_its_own(anonymous, alice, bob):
    with nothing_changes():
        response = anonymous.post(CONFIRM, link_for(alice) | {"uid": link_for(bob)["uid"]})
    assert errors_of(response) == [("token", "invalid")]


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({"uid": "é"}, ("token", "invalid")),
        ({"uid": "!"}, ("token", "invalid")),
        ({"uid": "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"}, ("token", "invalid")),  # 999999999999999999999999
        ({"uid": "LTE"}, ("token", "invalid")),  # -1
        ({"uid": "YWxpY2U"}, ("token", "invalid")),  # alice
        ({"uid": "M" * 65}, ("uid", "max_length")),
        ({"uid": 1}, ("token", "invalid")),
        ({"token": "x"}, ("token", "invalid")),
        ({"token": "-"}, ("token", "invalid")),
        ({"token": "zzzzzzzzzzzzzzzz-x"}, ("token", "invalid")),
        ({"token": "c" * 129}, ("token", "max_length")),
        ({"token": ""}, ("token", "blank")),
        ({"new_password": "b" * 129}, ("new_password", "max_length")),
    ],
)
def test_a_broken_link_is_refused(anonymous, alice, sent, error):
    with nothing_changes():
        assert errors_of(anonymous.post(CONFIRM, link_for(alice) | sent)) == [error]
