"""The database, by a connection for each thread; and what is refused."""

import os
import threading

import psycopg
from psycopg.rows import dict_row

REASONS = {400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 409: "Conflict"}
local = threading.local()


class Refused(Exception):
    def __init__(self, status: int, code: str, detail: str = "", **members):
        self.status = f"{status} {REASONS[status]}"
        title = REASONS[status]
        self.body = {"type": "about:blank", "title": title, "status": status, "code": code, "detail": detail, **members}


def connection() -> psycopg.Connection:
    """This thread's own."""
    if not hasattr(local, "connection"):
        local.connection = psycopg.connect(
            dbname=os.environ["POSTGRES_DB"],
            user=os.environ["POSTGRES_USER"],
            host=os.environ["DB_HOST"],
            port=os.environ["DB_PORT"],
            password=os.environ.get("POSTGRES_PASSWORD"),
            options="-c TimeZone=UTC",
            autocommit=True,
            prepare_threshold=0,
        )
    return local.connection


def transaction():
    return connection().transaction()


def rows(statement: str, **values) -> list[dict]:
    return connection().cursor(row_factory=dict_row).execute(statement, values).fetchall()


def value(statement: str, **values):
    row = connection().cursor().execute(statement, values).fetchone()
    return row and row[0]
