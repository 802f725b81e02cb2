"""
How log lines look, Django's and gunicorn's alike: JSON, one object a line, or readable text. See docs/logs.md.

A line is put together from what is known to be harmless, not from all that a record carries: Django's have the whole
request with them. Needs no settings, so that gunicorn can use it before there are any.
"""

import json
import logging
import re
import traceback
from datetime import UTC, datetime

from users.request_id import request_id

WORD = r"[^\s<>\"'(){}\[\],;:=@]"
ADDRESS = re.compile(rf"(?<!{WORD}){WORD}++@{WORD}+")
NUMBER = re.compile(r"<int:(\w+)>")
WHOM_IT_SERVED = re.compile(r"(while serving) .*", re.DOTALL)
WITHOUT_A_ROUTE = ("/livez", "/readyz", "/metrics")
DATABASES = ("django.db", "psycopg", "sqlite3")


def configuration(form: str) -> dict:
    """For `logging.config.dictConfig`. Everything goes to stderr: what commands print belongs to stdout."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JSONFormatter}, "text": {"()": TextFormatter}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": form}},
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            "project": {"level": "INFO"},
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.request": {"level": "ERROR"},  # what clients did wrong is in the lines of their requests
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            "django.server": {"handlers": [], "level": "CRITICAL", "propagate": True},  # as are runserver's lines
            "gunicorn.error": {"handlers": [], "propagate": True},
            "waitress.queue": {"level": "ERROR"},  # it warns of each request that waits for a thread
        },
    }


class JSONFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")[:-6] + "Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": message_of(record),
            "request_id": request_id.get() or None,
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[1]:
            line["traceback"] = traceback_of(record.exc_info[1])
        return json.dumps(line)


class TextFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created)
        line = f"{time:%H:%M:%S} {record.levelname:<7} {visible(message_of(record))}"
        if record.exc_info and record.exc_info[1]:
            lines = [f"request {request_id.get() or 'none'}", *traceback_of(record.exc_info[1]).splitlines()]
            line += "".join(f"\n    {visible(each)}" for each in lines)
        return line


def message_of(record: logging.LogRecord) -> str:
    """Without mail addresses, and without the path as it came: Django's own messages about a request name it."""
    message, args = str(record.msg), record.args
    if isinstance(args, tuple):
        args = tuple(words_of(each) if isinstance(each, BaseException) else each for each in args)
    if args:
        message %= args
    if request := getattr(record, "request", None):
        path = request.path.encode("unicode_escape").decode()  # as Django has written it there
        message = message.replace(path, path_of(request))
    if record.name == "waitress":
        message = WHOM_IT_SERVED.sub(r"\1 a request", message)
    return ADDRESS.sub("[address]", message)


def path_of(request) -> str:
    """The route, filled in with its numbers and no other words of a visitor's: `/api/v1/movies/7/`."""
    match = request.resolver_match
    return NUMBER.sub(lambda number: str(match.kwargs[number[1]]), route_of(request))


def route_of(request) -> str:
    """
    The URL pattern, as `/api/v1/movies/<int:pk>/`. Empty where there is none: a path of nobody's may be anything,
    for instance a link to reset a password that went astray.
    """
    if request.path in WITHOUT_A_ROUTE:
        return request.path
    return f"/{request.resolver_match.route}" if request.resolver_match else ""


def traceback_of(error: BaseException) -> str:
    """As Python's own, but without what a database's error says about the values of a row, from its second line on."""
    told = "".join(traceback.format_tb(error.__traceback__)) + f"{type(error).__qualname__}: {words_of(error)}"
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return f"{traceback_of(cause)}\n\n{told}" if cause else told


def words_of(error: BaseException) -> str:
    words = str(error)
    if type(error).__module__.startswith(DATABASES):
        words = words.partition("\n")[0]
    return ADDRESS.sub("[address]", words)


def visible(text: str) -> str:
    """Nothing that a visitor sent can begin a line of its own or move a terminal's cursor (CWE-117)."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)
