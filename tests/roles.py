"""For tests of what a superuser sets up: a database, and the two roles that are named after it."""

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests import harness, postgres


@contextmanager
def superuser() -> Iterator[tuple[str, dict[str, str]]]:
    """A name that nobody else has, and a superuser's settings. What has that name is gone afterwards."""
    name = f"cinema_{secrets.token_hex(4)}"
    with ExitStack() as stack:
        settings = stack.enter_context(postgres.server())
        if harness.execute(settings, "SELECT FROM pg_roles WHERE rolname = current_user AND NOT rolsuper"):
            pytest.skip("The roles are made by a superuser, and on this server we are none.")
        for role in (f"{name}_owner", name):
            stack.callback(harness.execute, settings, f"DROP ROLE IF EXISTS {role}")
        stack.callback(harness.execute, settings, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        yield name, settings
