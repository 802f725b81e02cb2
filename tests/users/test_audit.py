"""The audit log: what an admin reads of it, and that nobody changes it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from rest_framework.test import APIClient

from tests.cast import PASSWORD, as_, make_user
from tests.refusals import errors_of, problem_of
from tests.rows import rows
from users.models import AuditEntry, Role, User

URL = "/api/v1/audit/"
pytestmark = pytest.mark.django_db


def entries(user: User, **asked) -> list[dict]:
    response = as_(user).get(URL, asked)
    assert response.status_code == 200, response.content
    return response.json()["results"]


def write(action: str, target: User | None = None, *, at: datetime | None = None, **more) -> AuditEntry:
    entry = AuditEntry.of(action, target, **more)
    entry.at = at or timezone.now()
    entry.save()
    return entry


class TestReading:
    def test_an_entry_tells_who_did_what_to_whom_and_when(self, ada, alice):
        before = timezone.now()
        as_(ada).patch(f"/api/v1/users/{alice.pk}/", {"role": "admin"}, HTTP_X_REQUEST_ID="promotion-of-alice")
        [entry] = entries(ada)
        at = datetime.fromisoformat(entry.pop("at"))
        assert before <= at <= timezone.now()
        assert at.tzinfo == UTC
        assert entry == {
            "id": AuditEntry.objects.get().pk,
            "actor": {"id": ada.pk, "username": "ada"},
            "action": "user.rights_changed",
            "target": f"user/{alice.pk}",
            "details": {"role": "admin"},
            "request_id": "promotion-of-alice",
        }

    def test_newest_first_by_cursor(self, ada):
        written = [write("login.failed").pk for _ in range(5)]
        first = as_(ada).get(URL, {"page_size": 3}).json()
        assert first.keys() == {"next", "previous", "results"}
        second = as_(ada).get(first["next"]).json()
        assert [each["id"] for each in first["results"] + second["results"]] == written[::-1]
        assert second["next"] is None

    def test_a_page_costs_one_query(self, ada, django_assert_num_queries):
        for _ in range(3):
            write("user.changed", ada, by=ada)
        with django_assert_num_queries(1):
            entries(ada)

    def test_who_was_deleted_has_no_name_any_more(self, ada, bob):
        write("user.changed", bob, by=bob)
        pk = bob.pk
        bob.delete()
        [entry] = entries(ada)
        assert (entry["actor"], entry["target"]) == ({"id": pk, "username": None}, f"user/{pk}")

    def test_where_nobody_was_logged_in_there_is_no_actor(self, ada):
        write("login.failed")
        [entry] = entries(ada)
        assert (entry["actor"], entry["target"], entry["request_id"]) == (None, "", "")

    def test_only_admins_read_it(self, anonymous, alice, ada):
        assert problem_of(anonymous.get(URL)) == (401, "not_authenticated")
        assert problem_of(as_(alice).get(URL)) == (403, "permission_denied")

    @pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
    def test_nobody_writes_it_here(self, ada, method):
        assert problem_of(getattr(as_(ada), method)(URL, {})) == (405, "method_not_allowed")

    def test_it_can_be_browsed(self, ada):
        write("user.changed", ada, by=ada)
        response = as_(ada).get(URL, HTTP_ACCEPT="text/html")
        assert response.status_code == 200
        assert f'<a href="/api/v1/users/{ada.pk}/">' in response.content.decode()
        assert 'name="target"' in response.content.decode()


class TestFilters:
    @pytest.fixture(autouse=True)
    def some(self, ada, alice):
        self.at = datetime(2026, 11, 24, 12, tzinfo=UTC)
        self.promoted = write("user.rights_changed", alice, by=ada, at=self.at)
        self.renamed = write("user.changed", alice, by=alice, at=self.at + timedelta(hours=1))
        self.failed = write("login.failed", ada, at=self.at + timedelta(days=1))

    def found(self, ada, **asked) -> list[int]:
        return [entry["id"] for entry in entries(ada, **asked)]

    def test_actor(self, ada, alice):
        assert self.found(ada, actor=ada.pk) == [self.promoted.pk]
        assert self.found(ada, actor=alice.pk) == [self.renamed.pk]
        assert self.found(ada, actor=2**62) == []

    def test_action(self, ada):
        assert self.found(ada, action="login.failed") == [self.failed.pk]
        assert self.found(ada, action="login.unheard_of") == []

    def test_target(self, ada, alice):
        assert self.found(ada, target=f"user/{alice.pk}") == [self.renamed.pk, self.promoted.pk]
        assert self.found(ada, target="reservation/1") == []

    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ({"after": "2026-11-24T13:00:00Z"}, ["failed", "renamed"]),
            ({"before": "2026-11-24T13:00:00Z"}, ["renamed", "promoted"]),
            ({"after": "2026-11-24T13:00:00.000001Z"}, ["failed"]),
            ({"after": "2026-11-24T14:00:00+01:00", "before": "2026-11-24T13:30:00Z"}, ["renamed"]),
            ({"after": "2026-11-24", "before": "2026-11-24"}, ["renamed", "promoted"]),
            ({"after": "2026-11-25"}, ["failed"]),
            ({"before": "2026-11-23"}, []),
        ],
    )
    def test_from_when_to_when(self, ada, asked, found):
        assert self.found(ada, **asked) == [getattr(self, name).pk for name in found]

    def test_written_by_servers_whose_clocks_differ(self, ada):
        """The later key has the earlier time: both are found, for keys rise with time but for an hour."""
        day = datetime(2026, 11, 27, 12, tzinfo=UTC)
        fast = write("login.failed", at=day)
        slow = write("login.failed", at=day - timedelta(minutes=50))
        write("login.failed", at=day + timedelta(minutes=5))
        assert self.found(ada, after="2026-11-27", before="2026-11-27T12:00:00Z") == [slow.pk, fast.pk]
        assert self.found(ada, after="2026-11-27T11:10:00Z", before="2026-11-27T12:00:00Z") == [slow.pk, fast.pk]

    def test_old_ones_cost_as_many_queries_as_there_are_steps_to_them(self, ada, django_assert_num_queries):
        with django_assert_num_queries(3):  # until when, until which key, the page
            assert self.found(ada, before="2026-11-24") == [self.renamed.pk, self.promoted.pk]

    def test_so_do_young_ones(self, ada, django_assert_num_queries):
        with django_assert_num_queries(3):  # since when, since which key, the page
            assert self.found(ada, after="2026-11-25") == [self.failed.pk]
        with django_assert_num_queries(1):
            assert self.found(ada, after="2026-11-28") == []

    def test_all_of_them_at_once(self, ada, alice):
        asked = {"actor": ada.pk, "action": "user.rights_changed", "target": f"user/{alice.pk}", "after": "2026-11-24"}
        assert self.found(ada, **asked) == [self.promoted.pk]
        assert self.found(ada, **asked, before="2026-11-24T11:59:59Z") == []

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            *(("actor", value) for value in ("ada", "1.0", "1,2", "+1", "１")),
            *(("action", value) for value in ("failed", "login.", "Login.Failed", "login.failed;", "a.b.c", "ä.b")),
            *(("target", value) for value in ("user", "user/", "/1", "user/ada", "user/1/", "User/1", "user/-1")),
            *(("after", value) for value in ("yesterday", "2026-13-01", "20261124", "1")),
            *(("before", value) for value in ("tomorrow", "2026-02-30", "2026-11-24T25:00:00Z")),
            ("cursor", "x"),
            ("page_size", "0"),
        ],
    )
    def test_what_is_malformed_is_refused(self, ada, name, value):
        assert errors_of(as_(ada).get(URL, {name: value})) == [(name, "invalid")]


class TestNobodyChangesIt:
    STATEMENTS = [
        "UPDATE users_auditentry SET actor_id = NULL",
        "UPDATE users_auditentry SET at = '2020-01-01'",
        "DELETE FROM users_auditentry",
        pytest.param(
            "TRUNCATE users_auditentry",
            marks=pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no TRUNCATE"),
        ),
    ]

    @pytest.fixture(autouse=True)
    def entry(self, ada) -> AuditEntry:
        return write("user.changed", ada, by=ada)

    def refused(self, change) -> None:
        before = rows(AuditEntry)
        with pytest.raises(IntegrityError, match="audit_log_stays"), transaction.atomic():
            change()
        assert rows(AuditEntry) == before

    @pytest.mark.parametrize("statement", STATEMENTS)
    def test_with_sql(self, statement):
        self.refused(lambda: connection.cursor().execute(statement))

    def test_with_the_orm(self, entry):
        entry.action = "user.promoted"
        self.refused(entry.save)
        self.refused(entry.delete)
        self.refused(AuditEntry.objects.all().delete)
        self.refused(lambda: AuditEntry.objects.update(details={}))

    @pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite looks at the age alone")
    def test_old_ones_go_by_the_purge_alone(self):
        write("user.changed", at=timezone.now() - timedelta(days=400))
        self.refused(lambda: connection.cursor().execute("DELETE FROM users_auditentry"))

    def test_a_purge_takes_the_oldest_and_leaves_the_rest(self, entry):
        old = [write("login.failed", at=timezone.now() - timedelta(days=days)) for days in (400, 402, 401)]
        year_ago = timezone.now() - timedelta(days=365)
        assert AuditEntry.objects.purge(year_ago, at_most=2) == 2
        assert set(AuditEntry.objects.all()) == {entry, old[0]}
        assert AuditEntry.objects.purge(year_ago, at_most=2) == 1
        assert AuditEntry.objects.purge(year_ago, at_most=2) == 0
        assert list(AuditEntry.objects.all()) == [entry]

    def test_not_even_a_purge_takes_what_is_younger_than_30_days(self):
        write("login.failed", at=timezone.now() - timedelta(days=29))
        self.refused(lambda: AuditEntry.objects.purge(timezone.now(), at_most=10))

    def test_whoever_is_deleted_takes_none_along(self, bob):
        entry = write("user.changed", bob, by=bob)
        bob.delete()
        assert AuditEntry.objects.filter(pk=entry.pk).exists()


class TestFailedLogIns:
    def test_of_an_account_tells_whose(self, anonymous, ada, alice):
        anonymous.post("/api/v1/auth/login/", {"login": "ALICE@example.org", "password": "wrong"})
        [entry] = entries(ada)
        assert (entry["actor"], entry["action"], entry["target"]) == (None, "login.failed", f"user/{alice.pk}")
        assert entry["details"] == {}

    def test_a_password_in_the_field_for_the_name_is_not_kept(self, anonymous, ada):
        anonymous.post("/api/v1/auth/login/", {"login": PASSWORD, "password": PASSWORD})
        [entry] = entries(ada)
        assert (entry["action"], entry["target"], entry["details"]) == ("login.failed", "", {})

    @pytest.mark.parametrize("path", ["/api/v1/auth/login/", "/api/v1/auth/token/"])
    def test_it_costs_the_same_whether_the_name_is_known_or_not(self, alice, path, django_assert_num_queries):
        make_user("deactivated", is_active=False)
        for login in ("alice", "nobody", "nobody@example.org", "deactivated"):
            with django_assert_num_queries(3):  # the account, twice, and the entry
                APIClient().post(path, {"login": login, "password": "wrong-password-42"})

    def test_a_failed_one_is_kept_though_the_answer_is_an_error(self, anonymous, transactional_db):
        assert anonymous.post("/api/v1/auth/token/", {"login": "alice", "password": "x"}).status_code == 401
        assert AuditEntry.objects.get().action == "login.failed"


def test_admins_made_by_createsuperuser_are_in_it(db):
    root = User.objects.create_superuser("root", "root@example.org", PASSWORD)
    assert AuditEntry.objects.values_list("actor", "action", "target").get() == (
        None,
        "user.created",
        f"user/{root.pk}",
    )
    assert root.role == Role.ADMIN
