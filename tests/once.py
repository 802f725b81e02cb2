"""For tests in whose matter the database has no part: `pytestmark = once`. `make test` runs them on SQLite alone."""

import pytest
from django.db import connection

once = pytest.mark.skipif(connection.vendor == "postgresql", reason="This is the same on every database.")
