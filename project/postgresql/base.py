"""
Django's PostgreSQL, where each thread keeps its connection and looks at it before every request.

docs/decisions/a-connection-per-thread.md says why there is no pool.
"""

import select

import psycopg
from django.db.backends.postgresql import base
from psycopg._preparing import PrepareManager
from psycopg.pq import Format, TransactionStatus

TIMESTAMPTZ = psycopg.adapters.types["timestamptz"].oid


class DatabaseWrapper(base.DatabaseWrapper):
    """
    Instants are read by psycopg's own loader, in C: all our connections are in UTC. Django's parses each in Python, so
    that it can be in any time zone, and that takes half of the time in which twenty showtimes are read.
    """

    def get_new_connection(self, conn_params: dict) -> psycopg.Connection:
        connection = super().get_new_connection(conn_params)
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
