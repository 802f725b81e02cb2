"""Querysets that Django puts into SQL once for each process, and not at each request."""

from collections.abc import Callable
from copy import copy
from datetime import datetime

from django.db import connections
from django.db.models import QuerySet
from django.db.models.expressions import BaseExpression
from django.db.transaction import TransactionManagementError
from django.utils.functional import cached_property


class Parameter(BaseExpression):
    """Stands in a queryset for a value that comes later: that of this name, or one of its elements."""

    def __init__(self, name: str, index: int | None = None):
        super().__init__()
        self.name, self.index = name, index

    def as_sql(self, compiler, connection) -> tuple[str, list]:
        return "%s", [self]

    def value_among(self, values: dict):
        return values[self.name] if self.index is None else values[self.name][self.index]


class Prepared:
    """
    A queryset as a function of its values; it is put together at the first call.

    `build` gets a `Parameter` for each value (for a list, a list of them), to stand in the queryset where the value
    would. From then on a call costs hardly more than SQL by hand: the taken seats of a showtime 0.17 ms instead of
    0.57, 0.15 by hand; twenty showtimes with their available seats 1.0 ms instead of 3.7. Whatever else `build` looks
    at, stays as it was at the first call; so it asks for no time of its own.
    """

    def __init__(self, build: Callable[..., QuerySet]):
        self.build = build
        self.known = {}

    def __call__(self, **values) -> list:
        """
        All rows. Of a list among the values, only its elements and not their order or number may matter to the rows:
        it is filled up to a power of two, so that there are few lengths to put together. An empty one finds nothing.

        Raises TransactionManagementError for a lock outside of a transaction.
        """
        lists = {name: value for name, value in values.items() if isinstance(value, list)}
        if not all(lists.values()):
            return []
        values |= {name: filled_up(value) for name, value in lists.items()}
        shape = tuple(len(values[name]) for name in lists)
        if shape not in self.known:
            self.known[shape] = self.put_together(values)
        known, compiler, sql, parameters = self.known[shape]
        connection = connections[known.db]
        if known.query.select_for_update and not connection.in_atomic_block:
            raise TransactionManagementError("Only a transaction can keep a lock.")
        compiler = copy(compiler)
        compiler.connection = connection  # this thread's
        sent = [sent_to(connection, parameter, values) for parameter in parameters]
        compiler.as_sql = lambda: (sql, sent)
        queryset = known.all()
        queryset.query.get_compiler = lambda using: compiler
        return list(queryset)

    def lock(self, **values) -> list:
        """The same rows, locked as `LockingQuerySet.lock` does it: two seats in 0.14 ms instead of 0.49."""
        return self.locking(**values)

    @cached_property
    def locking(self) -> "Prepared":
        return Prepared(lambda **parameters: self.build(**parameters).locking())

    def put_together(self, values: dict) -> tuple:
        queryset = self.build(
            **{
                name: [Parameter(name, index) for index in range(len(value))]
                if isinstance(value, list)
                else Parameter(name)
                for name, value in values.items()
            }
        )
        compiler = queryset.query.get_compiler(queryset.db)
        sql, parameters = compiler.as_sql()
        if any(isinstance(parameter, datetime) for parameter in parameters):  # on SQLite they are text by now
            raise ValueError("This time would stand still: let it be a value.")
        return queryset, compiler, sql, parameters


def filled_up(values: list) -> list:
    """With its last element as often as it takes."""
    return values + values[-1:] * ((1 << (len(values) - 1).bit_length()) - len(values))


def sent_to(connection, parameter, values: dict):
    value = parameter.value_among(values) if isinstance(parameter, Parameter) else parameter
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
