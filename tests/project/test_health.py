from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from project import health
from tests.refusals import problem_of


@pytest.fixture(autouse=True)
def first_look(monkeypatch) -> None:
    """That the database is migrated is looked up once a process; here, in each test."""
    monkeypatch.setattr(health, "is_migrated", False)


@contextmanager
def no_database() -> Iterator[None]:
    def cursor(*args):
        raise OperationalError("connection refused")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.db.backends.base.base.BaseDatabaseWrapper.cursor", cursor)
        yield


@pytest.mark.parametrize("host", ["testserver", "elsewhere.example", "10.0.0.7:8000", "not a host"])
@pytest.mark.parametrize("method", ["get", "head"])
def test_livez_answers_whatever_the_host_and_asks_no_database(client, host, method):
    """pytest-django lets no test without a mark near the database."""
    response = getattr(client, method)("/livez", HTTP_HOST=host)
    assert response.status_code == 200
    assert response.content == (b'{"status": "ok"}' if method == "get" else b"")


def test_livez_answers_while_the_database_is_away(client):
    with no_database():
        assert client.get("/livez").json() == {"status": "ok"}


@pytest.mark.parametrize("host", ["testserver", "elsewhere.example"])
def test_readyz_answers_once_the_database_is_there_and_migrated(client, db, host):
    response = client.get("/readyz", HTTP_HOST=host)
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_readyz_looks_at_migrations_once_and_at_the_database_each_time(client, db, django_assert_num_queries):
    client.get("/readyz")
    with django_assert_num_queries(1):
        assert client.get("/readyz").status_code == 200


def assert_not_ready(response) -> None:
    assert problem_of(response) == (503, "service_unavailable")
    assert response["Retry-After"] == "2"
    detail = "The database does not answer, or lacks migrations: run manage.py migrate."
    assert response.json()["detail"] == detail


def test_readyz_says_when_the_database_is_away_and_when_it_is_back(client, db):
    for _ in range(2):
        with no_database():
            assert_not_ready(client.get("/readyz"))
        assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize("app", ["users", "movies", "showtimes", "reservations", "api"])
def test_readyz_says_when_a_migration_is_missing(client, db, app):
    last = MigrationRecorder(connection).migration_qs.filter(app=app).last()
    last.delete()
    assert_not_ready(client.get("/readyz"))
    last.save(force_insert=True)
    assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize("path", ["/livez/", "/readyz/", "/livez/x", "/api/v1/livez"])
def test_no_other_path_is_one_of_them(client, db, path):
    assert client.get(path).status_code == 404
