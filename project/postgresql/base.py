"""
Django's PostgreSQL, where each thread keeps its connection and looks at it before every request.

docs/decisions/a-connection-per-thread.md says why there is no pool.
"""

import select

import psycopg
from django.db.backends.postgresql import base
from psycopg._preparing import Prepare, PrepareManager
from psycopg.pq import ConnStatus, DiagnosticField, Format, TransactionStatus

OUTDATED = psycopg.errors.FeatureNotSupported.sqlstate.encode()  # "cached plan must not change result type"
TIMESTAMPTZ = psycopg.adapters.types["timestamptz"].oid


class Cursor(base.ServerBindingCursor):
    """
    Executes what is prepared already by one call of libpq's.

    psycopg sends and waits in a loop that can be interrupted, and in it lets go of Python's lock a dozen times, which
    other threads then fight for. So a lookup by key takes 18 µs of CPU instead of 50, and one worker shows 250 lists
    of showtimes a second instead of 195. A statement waits no longer so, for each has its timeout in the server; but
    Ctrl-C is heard only after it.
    """

    def _maybe_prepare_gen(self, pgq, *, prepare: bool | None = None, binary: bool | None = None):
        state, name = self._get_prepared(pgq, prepare)
        if state is not Prepare.YES or self._conn._pipeline or not self.execute_prepared(pgq, state, name):
            yield from super()._maybe_prepare_gen(pgq, prepare=prepare, binary=binary)

    def execute_prepared(self, pgq, state: Prepare, name: bytes) -> bool:
        """False when a table has changed since: then it is prepared anew. In a transaction raises OperationalError."""
        self._conn._prepared.maybe_add_to_cache(pgq, state, name)  # as used just now: others are forgotten before it
        result = self._pgconn.exec_prepared(name, pgq.params, pgq.formats, self.format)
        if self._pgconn.status != ConnStatus.OK:
            raise psycopg.OperationalError(self._pgconn.get_error_message())
        if result.error_field(DiagnosticField.SQLSTATE) == OUTDATED:
            self._conn._prepared.clear()
            if self._pgconn.transaction_status != TransactionStatus.IDLE:
                raise psycopg.OperationalError("A table has changed since this was prepared. Another try finds it so.")
            return False
        self._check_results([result])
        self._set_results([result])
        return True


class DatabaseWrapper(base.DatabaseWrapper):
    """
    Instants are read by psycopg's own loader, in C: all our connections are in UTC. Django's parses each in Python, so
    that it can be in any time zone, and that takes half of the time in which twenty showtimes are read.
    """

    def get_new_connection(self, conn_params: dict) -> psycopg.Connection:
        connection = super().get_new_connection(conn_params)
        connection.cursor_factory = Cursor
        connection.adapters.register_loader(TIMESTAMPTZ, psycopg.adapters.get_loader(TIMESTAMPTZ, Format.TEXT))
        return connection

    def create_cursor(self, name: str | None = None) -> psycopg.Cursor:
        """Django's own looks into the loader for its time zone."""
        if name is None:
            return self.connection.cursor()
        return self.connection.cursor(name, scrollable=False, withhold=self.connection.autocommit)

    def _rollback(self) -> None:
        """
        Keep what is prepared, as PostgreSQL does until the session ends (its manual, PREPARE).

        psycopg drops it all, in case the transaction had made a table. Each refused booking is rolled back, and where
        most are, one sold cost the database 16 ms of CPU that way instead of 11, and the application 25 instead of 21.
        """
        if self.connection is None:
            return
        prepared, self.connection._prepared = self.connection._prepared, PrepareManager()
        try:
            super()._rollback()
        finally:
            self.connection._prepared = prepared

    def is_usable(self) -> bool:
        """
        Whether the connection is idle, and the server has not closed it. Who closes says so, and that can be read.

        Django's own asks the server, at the price of one more round trip for each request.
        """
        if self.connection is None or self.connection.info.transaction_status != TransactionStatus.IDLE:
            return False
        poll = select.poll()  # other than select(), it knows no largest file descriptor
        poll.register(self.connection.fileno(), select.POLLIN)
        return not poll.poll(0)
