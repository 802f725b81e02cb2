"""A line in the log for each request: what was asked, how it ended, and what it cost."""

import logging
from contextvars import ContextVar
from dataclasses import dataclass
from time import perf_counter

from django.db import connection
from django.utils.functional import SimpleLazyObject

from api.problems import code_of
from project.logs import path_of

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Queries:
    count: int = 0
    seconds: float = 0.0


queries: ContextVar[Queries | None] = ContextVar("queries", default=None)


def log_requests(get_response):
    """
    The line is written once the answer has been sent, so that what is streamed counts in whole.

    What no view had to do with and went well is told only at the level DEBUG: files, /livez, redirects, preflights.
    """

    def middleware(request):
        began = perf_counter()
        queries.set(counted := Queries())
        if time_query not in connection.execute_wrappers:
            connection.execute_wrappers.append(time_query)
        response = get_response(request)
        response._resource_closers.append(lambda: write(request, response, perf_counter() - began, counted))
        return response

    return middleware


def write(request, response, seconds: float, counted: Queries) -> None:
    quiet = request.resolver_match is None and response.status_code < 400
    level = logging.DEBUG if quiet else logging.INFO
    if not logger.isEnabledFor(level):
        return
    fields = {
        "method": request.method,
        "path": path_of(request),
        "status": response.status_code,
        "code": code_of(response),
        "milliseconds": round(seconds * 1000, 2),
        "queries": counted.count,
        "database_milliseconds": round(counted.seconds * 1000, 2),
        "user_id": user_id_of(request),
    }
    message = "%s %s %s in %s ms, %s queries"
    asked_for = fields["path"] or "(no such path)"
    ended = f"{fields['status']} {fields['code']}" if fields["code"] else fields["status"]
    logger.log(
        level,
        message,
        *(fields["method"], asked_for, ended, fields["milliseconds"], fields["queries"]),
        extra={"fields": fields},
    )


def time_query(execute, sql, params, many, context):
    """Around every query of this thread's connection (Django's database instrumentation)."""
    counted = queries.get()
    if counted is None:
        return execute(sql, params, many, context)
    began = perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        counted.count += 1
        counted.seconds += perf_counter() - began


def user_id_of(request) -> int | None:
    """Who it turned out to be. Nobody is looked up for this: of the admin site's user only if it has done so."""
    user = getattr(request, "user", None)
    if type(user) is SimpleLazyObject:
        user = getattr(request, "_cached_user", None)
    return getattr(user, "pk", None)
