"""Whether a request has changed the database, seen from outside of the application."""

import os
import sqlite3
from collections.abc import Mapping

from tests import postgres


class Watch:
    """Nobody else may write meanwhile."""

    def __init__(self, settings: Mapping[str, str] = os.environ):
        if "SQLITE_PATH" in settings:
            self.connection = connection = sqlite3.connect(
                settings["SQLITE_PATH"], isolation_level=None, check_same_thread=False
            )
            # It tells another number whenever another connection has committed a change.
            self.state = lambda: connection.execute("PRAGMA data_version").fetchone()
        else:
            self.connection = connection = postgres.connect(settings)
            tables = [
                name
                for (name,) in connection.execute(
                    "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1"
                )
            ]
            # Each version of a row names the transaction that wrote it.
            of_each = (f"SELECT count(*), max(xmin::text::bigint) FROM {table}" for table in tables)  # noqa: S608
            statement = " UNION ALL ".join(of_each)
            self.state = lambda: connection.execute(statement).fetchall()
        self.last = self.state()

    def look(self) -> bool:
        """Whether there is a change since the last look."""
        before, self.last = self.last, self.state()
        return self.last != before

    def close(self) -> None:
        self.connection.close()
