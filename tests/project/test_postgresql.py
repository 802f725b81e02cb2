"""What a thread's connection to PostgreSQL lives through from one request to the next."""

import os
import socket
import sys
from collections.abc import Callable, Iterator

import psycopg
import pytest
from django.db import OperationalError, close_old_connections, connection, transaction

from movies.models import Genre

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def only_on_postgresql(transactional_db):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite is never away.")


def use() -> int:
    """A request, as far as its connection is concerned: the process that served it."""
    close_old_connections()
    Genre.objects.exists()
    close_old_connections()
    return connection.connection.info.backend_pid


def end(pid: int) -> None:
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as operator:
        operator.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


@pytest.mark.skipif(sys.platform != "linux", reason="Other systems have other words for it.")
def test_it_is_given_up_when_the_server_has_vanished():
    """As the kernel sees it: bytes that nobody acknowledges, or silence that no probe ends."""
    use()
    with socket.socket(fileno=os.dup(connection.connection.fileno())) as tcp:
        assert tcp.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 5000
        assert tcp.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert tcp.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 5
        assert tcp.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL) == 1


def test_it_is_kept():
    assert use() == use()


def test_it_is_looked_at_without_asking_the_server(monkeypatch):
    use()
    asked = []
    monkeypatch.setattr(connection.connection, "cursor", lambda: asked.append("a question"))
    assert connection.is_usable()
    assert asked == []


def test_it_is_renewed_when_the_server_has_closed_it():
    """And no request notices."""
    first = use()
    end(first)
    assert use() != first


def test_it_is_renewed_after_a_request_that_lost_it():
    first = use()

    @transaction.atomic
    def lose_it():
        Genre.objects.exists()
        end(first)
        Genre.objects.exists()

    with pytest.raises(OperationalError):
        lose_it()
    assert use() != first


def test_it_is_not_used_again_in_the_middle_of_a_transaction():
    first = use()
    connection.connection.execute("BEGIN")
    assert not connection.is_usable()
    connection.errors_occurred = True
    assert use() != first


def test_it_is_no_longer_usable_once_it_is_closed():
    use()
    connection.connection.close()
    assert not connection.is_usable()
    connection.close()
    assert not connection.is_usable()


def test_it_keeps_what_is_prepared_through_a_rollback():
    def prepared() -> set[str]:
        with connection.cursor() as cursor:
            statements = "SELECT name FROM pg_prepared_statements WHERE statement LIKE %s"
            cursor.execute(statements, ['% FROM "movies_genre" %'])
            return {name for [name] in cursor}

    use()
    use()
    before = prepared()
    with transaction.atomic():
        Genre.objects.exists()
        transaction.set_rollback(True)
    use()
    assert before
    assert prepared() == before


class TestAColumnThatGetsAnotherType:
    """PostgreSQL has no more answer to what was prepared before; a migration of another process can do that."""

    @pytest.fixture
    def read(self) -> Iterator[Callable[[], str]]:
        """Reads a genre, by a statement that was prepared when the column was shorter."""
        genre = Genre.objects.create(name="Drama", slug="drama")

        def read() -> str:
            return Genre.objects.get(pk=genre.pk).name

        length = Genre._meta.get_field("name").max_length
        assert [read(), read()] == ["Drama", "Drama"]
        self.let_names_have(2 * length)
        yield read
        self.let_names_have(length)

    def let_names_have(self, length: int) -> None:
        with psycopg.connect(**connection.get_connection_params(), autocommit=True) as migration:
            migration.execute(f"ALTER TABLE movies_genre ALTER COLUMN name TYPE varchar({length})")

    def test_is_read_as_before(self, read):
        assert read() == "Drama"

    def test_fails_a_transaction_once(self, read):
        with pytest.raises(OperationalError, match="Another try finds it so"), transaction.atomic():
            read()
        with transaction.atomic():
            assert read() == "Drama"
