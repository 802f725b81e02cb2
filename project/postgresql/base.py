"""
Django's PostgreSQL, where each thread keeps its connection and looks at it before every request.

docs/decisions/a-connection-per-thread.md says why there is no pool.
"""

import select

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus


class DatabaseWrapper(base.DatabaseWrapper):
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
