"""What is stored of a person: who sees it, and how it is handed out and erased."""

import json
from io import StringIO

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.management import CommandError, call_command
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator

from reservations.models import IdempotencyKey, Reservation
from reservations.privacy import export
from tests.cast import PASSWORD, as_, make_user
from tests.cinema import reserve
from tests.clients import program
from tests.operations import OPERATIONS, SCHEMA, Cinema, come_in
from tests.refusals import nothing_changes
from tests.rows import everything, undone
from users.models import AuditEntry, Role, User

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    said = StringIO()
    call_command(*arguments, stdout=said)
    return said.getvalue()


class TestWhoReserved:
    @pytest.fixture
    def cinema(self, db, monkeypatch) -> Cinema:
        monkeypatch.setattr("users.mail.send_password_reset", lambda email: None)
        monkeypatch.setattr(SchemaGenerator, "get_schema", lambda *_, **__: SCHEMA)  # which takes a second to make
        cinema = Cinema()
        cinema.owner.username, cinema.owner.email = "scheherazade", "dunyazad@elsewhere.example"
        cinema.owner.save()
        return cinema

    def answers(self, cinema: Cinema, operation: str, role: str, way: str) -> str:
        """The whole answer: its body, and its headers."""
        with undone():
            login = cinema.log_in(role)
            response = cinema.send(come_in(way, login), operation, cinema.body(operation, login))
            body = response.getvalue() if response.streaming else response.content
            return body.decode(errors="replace") + repr(dict(response.headers)) + repr(response.cookies)

    def known(self, cinema: Cinema) -> list[str]:
        owner = cinema.owner
        return [owner.username, owner.email, cinema.reservation.code, cinema.hold.code]

    @pytest.mark.parametrize("operation", OPERATIONS)
    def test_no_answer_tells_it_to_anybody_else(self, cinema, operation):
        for role, way in (("anonymous", "cookie"), ("other", "cookie"), ("other", "bearer"), ("demoted", "bearer")):
            answer = self.answers(cinema, operation, role, way)
            assert [each for each in self.known(cinema) if each in answer] == [], (role, way)

    @pytest.mark.parametrize("role", ["owner", "admin"])
    def test_the_owner_and_admins_are_told(self, cinema, role):
        """The control: it would be seen."""
        answer = self.answers(cinema, "reservations_list", role, "bearer")
        assert {each for each in self.known(cinema) if each in answer} == set(self.known(cinema)) - {cinema.owner.email}


@pytest.fixture
def lived(alice, bob, ada, showtime) -> Reservation:
    """Alice's reservation. She has used whatever leaves something, and so has bob."""
    for user, label in ((alice, "A1"), (bob, "B1")):
        login = user.log_in("Firefox on the moon")
        program(login).patch("/api/v1/users/me/", {"username": f"{user.username}_the_first"})
        user.refresh_from_db()
        reservation = reserve(user, showtime, label)
        IdempotencyKey.objects.remember(reservation, f"key of {user.username}", {}, f'{{"user": "{user.username}"}}')
        LogEntry.objects.log_actions(ada.pk, User.objects.filter(pk=user.pk), CHANGE, "Changed.", single_object=True)
        as_(ada).post(f"/api/v1/reservations/{reservation.pk}/cancel/")
    return Reservation.objects.get(user=alice)


class TestExport:
    def test_all_that_is_stored_of_a_user_and_of_nobody_else(self, lived, alice):
        told = json.loads(run("export_user", "alice_the_first"))
        assert told["account"]["email"] == "alice@example.org"
        assert [login["user_agent"] for login in told["logins"]] == ["Firefox on the moon"]
        assert [each["code"] for each in told["reservations"]] == [lived.code]
        assert [each["key"] for each in told["idempotency_keys"]] == ["key of alice_the_first"]
        assert [entry["action"] for entry in told["audit_log"]][::-1] == [
            "login.succeeded",
            "user.changed",
            "reservation.made",
            "reservation.cancelled",
        ]
        assert [each["object_repr"] for each in told["admin_site_history"]] == ["alice_the_first"]
        assert "bob" not in json.dumps(told)

    def test_no_secret(self, lived, alice):
        told = run("export_user", "alice@example.org")
        login = alice.logins.get()
        for secret in (alice.password, login.token_id, "password", "token_id"):
            assert secret not in told.replace('"user.password', "")

    def test_every_model_that_knows_users_is_in_it(self, lived, alice):
        """Whoever adds one says here where it is told, and has `erase` forget it."""
        known = {
            "Login": "logins",
            "Reservation": "reservations",
            "IdempotencyKey": "idempotency_keys",
            "AuditEntry": "audit_log",
            "LogEntry": "admin_site_history",
        }
        fields = User._meta.get_fields(include_hidden=True)
        knowing = {field.related_model.__name__ for field in fields if field.auto_created and field.is_relation}
        assert knowing == set(known)
        assert export(alice).keys() == {"account", *known.values()}

    def test_into_a_new_file(self, lived, tmp_path):
        path = tmp_path / "alice.json"
        assert run("export_user", "alice_the_first", "--output", str(path)) == ""
        assert json.loads(path.read_text())["account"]["username"] == "alice_the_first"
        with pytest.raises(CommandError, match="exists"):
            run("export_user", "alice_the_first", "--output", str(path))

    def test_of_nobody(self, db):
        with pytest.raises(CommandError, match="There is no user nobody"):
            run("export_user", "nobody")


class TestErase:
    def test_no_trace_of_the_person_is_left_in_the_database(self, lived, alice):
        assert "alice" in repr(everything())  # the control

        said = run("erase_user", "alice_the_first", "--no-input")

        assert "alice" not in repr(everything())
        erased = User.objects.get(pk=alice.pk)
        assert f"is erased, and is user {alice.pk}, {erased.username}" in said
        assert (erased.is_active, erased.role, erased.has_usable_password()) == (False, Role.USER, False)
        assert erased.email == f"{erased.username}@erased.invalid"
        assert not alice.logins.exists()
        assert not alice.idempotency_keys.exists()

    def test_everybody_elses_stays(self, lived, bob):
        before = export(User.objects.get(pk=bob.pk))
        run("erase_user", "alice_the_first", "--no-input")
        assert export(User.objects.get(pk=bob.pk)) == before

    def test_the_reservation_stays_without_the_person(self, lived, ada, alice):
        run("erase_user", "alice_the_first", "--no-input")
        shown = as_(ada).get(f"/api/v1/reservations/{lived.pk}/").json()
        assert (shown["code"], shown["user"]["id"]) == (lived.code, alice.pk)
        assert shown["user"]["username"].startswith("erased-")

    def test_so_do_the_entries_of_the_audit_log(self, lived, ada, alice):
        before = list(AuditEntry.objects.order_by("pk").values())
        run("erase_user", "alice_the_first", "--no-input")
        assert list(AuditEntry.objects.order_by("pk").values())[: len(before)] == before
        shown = as_(ada).get("/api/v1/audit/", {"target": f"user/{alice.pk}"}).json()["results"]
        assert [entry["action"] for entry in shown][:2] == ["user.erased", "user.rights_changed"]
        assert {entry["actor"]["username"] for entry in shown if entry["actor"]} == {
            User.objects.get(pk=alice.pk).username
        }

    def test_nobody_comes_in_with_it_any_more(self, lived, alice, anonymous):
        client = program(alice.logins.create())
        run("erase_user", "alice_the_first", "--no-input")
        assert client.get("/api/v1/users/me/").status_code == 401
        for name in ("alice_the_first", User.objects.get(pk=alice.pk).username):
            response = anonymous.post("/api/v1/auth/token/", {"login": name, "password": PASSWORD})
            assert response.status_code == 401

    def test_the_name_can_be_had_again(self, lived, anonymous):
        run("erase_user", "alice_the_first", "--no-input")
        sent = {"username": "alice_the_first", "email": "alice@example.org", "password": "quince-jelly-77"}
        assert anonymous.post("/api/v1/auth/register/", sent).status_code == 201

    def test_what_is_still_to_come_is_told(self, alice, showtime):
        reservation = reserve(alice, showtime, "C1")
        said = run("erase_user", "alice", "--dry-run")
        start = timezone.localtime(showtime.starts_at)
        assert f"{reservation.code}: The Long Shot, {start:%Y-%m-%d %H:%M}" in said
        assert "still to come" in said
        assert "still to come" not in run("erase_user", make_user("dora").username, "--dry-run")

    def test_a_dry_run_changes_nothing(self, lived):
        with nothing_changes():
            assert "this is a dry run" in run("erase_user", "alice_the_first", "--dry-run")

    def test_the_last_admin_stays(self, ada):
        with nothing_changes(), pytest.raises(CommandError, match="last active admin"):
            run("erase_user", "ada", "--no-input")
        make_user("grace", Role.ADMIN)
        run("erase_user", "ada", "--no-input")
        assert not User.objects.filter(username="ada").exists()

    @pytest.mark.parametrize(("typed", "goes"), [("alice", True), ("yes", False), ("", False)])
    def test_it_asks_before(self, alice, monkeypatch, typed, goes):
        monkeypatch.setattr("builtins.input", lambda question: typed)
        if goes:
            run("erase_user", "alice")
        else:
            with nothing_changes(), pytest.raises(CommandError, match="Nothing was changed"):
                run("erase_user", "alice")
        assert User.objects.filter(username="alice").exists() is not goes

    def test_it_is_all_or_nothing(self, lived, monkeypatch):
        def fail(*args, **kwargs):
            raise RuntimeError

        monkeypatch.setattr(LogEntry.objects, "filter", fail)
        with nothing_changes(), pytest.raises(RuntimeError):
            run("erase_user", "alice_the_first", "--no-input")
