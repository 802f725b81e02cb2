"""
Nothing that the API asks the database reads more because the cinema has grown.

Cinemas of a thousand, ten thousand and a hundred thousand showtimes are furnished, and each operation, with each filter
that it has, is asked of them. PostgreSQL explains every statement and says how many rows it has read. Rows are counted
and not time, so that it is the same on every machine; `make bench-growth` has the CPU.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import NamedTuple

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.http import QueryDict

from api.pagination import COUNTED
from reservations.management.scale import WORD, Size, grow
from reservations.models import Reservation
from showtimes.models import Showtime
from tests.api.html import HTML
from tests.cinema import ids_of, make_showtime, tomorrow
from tests.operations import IN_SCHEMA, Cinema, come_in, parameters_of
from tests.test_queries import OF_THE_OWNER
from users.days import today

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="It is PostgreSQL that tells what it does.")

SHOWTIMES = 1000, 10_000, 100_000
# As many rows as one statement may read of one table in the largest: three days of showtimes' seats, for the report.
MOST = 1000
# As many times the rows of any smaller cinema may be read in the largest. Up to so many it tells which of two plans was
# chosen, and not that more is read: a page of what one row in twenty is takes 40 rows of one index or 440 of another.
GROWTH, FEW = 1.3, 500
SMALL = {"movies_genre", "showtimes_hall"}  # they are read as a whole
PAGES = {"page", "page_size", "cursor"}  # of which no more than 10,000 rows are counted, or none


class Crowded(Size):
    """
    With more people and movies than so many showtimes would have, or it would be best to read all of them. Halls are
    smaller, which makes less to write, and a genre has as many movies in each.
    """

    layout = ["SSSS"]

    @property
    def users(self) -> int:
        return self.showtimes // 10

    @property
    def movies(self) -> int:
        return self.showtimes // 12

    @property
    def genres(self) -> int:
        return self.movies // 20


def questions(cinema: Cinema) -> dict[str, list[str]]:
    day, reservation = today(), Reservation.objects.filter(status="confirmed").earliest("pk")
    few = f"{day - timedelta(days=1)}T21:03:00Z"  # after that there are less than a page
    days = f"date_from={day - timedelta(days=2)}&date_to={day}"
    return {
        "showtimes_list": [
            *("", f"movie_id={Showtime.objects.latest('pk').movie_id}", "hall_number=2", f"starts_at={day}"),
            *(f"starts_at={day}T09:00:00Z", f"starts_at_after={day}", f"starts_at_before={day}"),
            *("status=scheduled", "status=cancelled", "ordering=price", "ordering=-price", "ordering=-starts_at"),
        ],
        "movies_list": [
            *("", "genre=scale-1", f"search={WORD}", f"search={WORD}+act", f"showing_on={day}"),
            *("ordering=-title", "ordering=release_date", "ordering=-release_date"),
        ],
        "reservations_list": [
            *("", f"showtime_id={reservation.showtime_id}", f"user_id={reservation.user_id}", "status=confirmed"),
            *("status=held", "status=cancelled", "status=expired", "upcoming=true", "upcoming=false"),
        ],
        "audit_list": [
            *("", f"actor={reservation.user_id}", "action=reservation.held", "action=movie.created"),
            *(f"target=reservation/{reservation.pk}", f"after={few}", f"before={day}"),
        ],
        "users_list": ["", "search=alice", "role=admin", "is_active=false", "is_active=true"],
        # Without days they are of all time, and read all of it.
        "reports_sales": [f"{days}&group_by={by}" for by in ("showtime", "movie", "hall", "day")]
        + [f"{days}&movie_id=1", f"{days}&hall_number=2"],
        "reports_sales_export": [f"{days}&movie_id=1&hall_number=2&group_by=day"],
        "schedule": ["", f"date={day}"],
        "showtimes_seats": ["", "available=true"],
    }


@contextmanager
def explained() -> Iterator[list[tuple[str, dict]]]:
    """Every statement that reads or writes rows, and what PostgreSQL did for it when it was tried beforehand."""
    found = []

    def explain(execute, sql, params, many, context):
        if sql.split()[0] in ("SELECT", "INSERT", "UPDATE", "DELETE"):
            for statement in ("SAVEPOINT before", f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}"):
                execute(statement, params if sql in statement else None, many, context)
            [[plan]] = context["cursor"].fetchall()
            execute("ROLLBACK TO SAVEPOINT before", None, many, context)
            found.append((sql, (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]))
        return execute(sql, params, many, context)

    connection.execute_wrappers.append(explain)  # and not execute_wrapper(), which takes the last one away in the end:
    try:
        yield found
    finally:
        connection.execute_wrappers.remove(explain)  # the log has one there as well


def nodes(plan: dict, above: str = "") -> Iterator[tuple[dict, str]]:
    """Each, and what is above it."""
    yield plan, above
    for below in plan.get("Plans", ()):
        yield from nodes(below, plan["Node Type"])


class Scan(NamedTuple):
    """How a table was read, and how many of its rows over all runs of a node, without those that were counted."""

    kind: str
    table: str
    rows: float
    is_count: bool
    sql: str

    @property
    def is_too_much(self) -> bool:
        """Pages are counted up to a limit: that may read whatever it counts, but not much beside it."""
        return self.rows > MOST or (self.kind == "Seq Scan" and not self.is_count)


def scans(statements: list[tuple[str, dict]]) -> Iterator[Scan]:
    for sql, plan in statements:
        for node, above in nodes(plan):
            if "Relation Name" in node and "Scan" in node["Node Type"]:
                is_count = above == "Limit" and f"LIMIT {COUNTED}" in sql
                removed = sum(node.get(f"Rows Removed by {why}", 0) for why in ("Filter", "Index Recheck"))
                read = (removed if is_count else node["Actual Rows"] + removed) * node["Actual Loops"]
                yield Scan(node["Node Type"], node["Relation Name"], read, is_count, sql)


@contextmanager
def cinema_of(size: Size) -> Iterator[Cinema]:
    """One that has grown since its one of everything was made."""
    before = transaction.savepoint()
    cinema = Cinema()
    for _ in grow(size):
        pass
    yield cinema
    transaction.savepoint_rollback(before)


def asked_of(cinema: Cinema) -> Iterator[tuple[str, list[tuple[str, dict]]]]:
    """Each operation with each of its questions, and the statements that it took."""
    asked = questions(cinema)
    for operation in sorted(IN_SCHEMA):
        assert parameters_of(operation, "query") - PAGES == set(QueryDict("&".join(asked.get(operation, ()))))
        for question in asked.get(operation, [""]):
            savepoint = transaction.savepoint()
            user = cinema.owner if operation in OF_THE_OWNER else cinema.admin
            login = user.logins.create()
            client = come_in("cookie" if operation == "auth_refresh" else "bearer", login)
            body = cinema.body(operation, login)
            with explained() as statements:
                if question:
                    answer = client.get(f"{cinema.path(operation)}?{question}")
                else:
                    answer = cinema.send(client, operation, body)
            assert answer.status_code < 300, (operation, question, answer.content)
            transaction.savepoint_rollback(savepoint)
            yield f"{operation} {question}", statements
    for operation in ("movies_list", "showtimes_list", "reservations_list"):  # pages have lists to choose from as well
        client = come_in("bearer", cinema.admin.logins.create())
        with explained() as statements:
            assert client.get(cinema.path(operation), headers=HTML).status_code == 200
        yield f"{operation} as a page", statements


@pytest.mark.timeout(400)
def test_nothing_reads_more_because_the_cinema_has_grown(db, monkeypatch):
    monkeypatch.setattr("users.mail.send_password_reset", lambda email: None)  # that would be in a thread of its own
    own = ("users", "movies", "showtimes", "reservations")
    grown = {model._meta.db_table for model in apps.get_models() if model._meta.app_label in own} - SMALL
    rows = []  # that each cinema reads, for each question in turn
    for showtimes in SHOWTIMES:
        with cinema_of(Crowded(showtimes)) as cinema:
            found = {
                asked: [scan for scan in scans(statements) if scan.table in grown]
                for asked, statements in asked_of(cinema)
            }
        rows.append([sum(scan.rows for scan in of_question) for of_question in found.values()])
    # In the largest alone: in a small one it can be best to read all there is.
    faults = [f"{asked}: {scan}" for asked, of_question in found.items() for scan in of_question if scan.is_too_much]
    assert not faults, "\n".join(faults)
    grew = {
        asked: f"{largest:.0f} rows instead of {min(smaller):.0f}"
        for asked, *smaller, largest in zip(found, *rows, strict=True)
        if largest > max(FEW, GROWTH * min(smaller))
    }
    assert grew == {}


class Sold(Size):
    """Of so many seats in each showtime that an empty one is worth a plan of its own."""

    layout = ["SSSS"] * 40


def plans_made() -> dict[str, int]:
    """How often each prepared statement of this connection was planned for its values alone, by its name and text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name || ' ' || statement, custom_plans FROM pg_prepared_statements")
        return dict(cursor.fetchall())


def test_what_a_booking_asks_is_not_planned_anew_each_time(db):
    """
    PostgreSQL plans a prepared statement for its values five times, and then as often as it expects to save by that.
    A booking's were cheaper to plan anew in an empty showtime, which took the half of its time in the database.
    """
    with cinema_of(Sold(200)) as cinema:
        times = [tomorrow(0) + timedelta(hours=3 * n) for n in range(20)]
        showtimes = [make_showtime(cinema.movie, cinema.hall, starts_at=time) for time in times]
        bodies = [{"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, "A1", "A2")} for showtime in showtimes]
        client, before = come_in("bearer", cinema.owner.logins.create()), plans_made()
        for body in bodies:
            assert client.post("/api/v1/reservations/", body).status_code == 201
        often = {sql: times for sql, made in plans_made().items() if (times := made - before.get(sql, 0)) > 5}
        assert often == {}
