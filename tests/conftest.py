import pytest

from showtimes.renderers import heads_of

pytest_plugins = ["tests.cast", "tests.cinema"]


@pytest.fixture(autouse=True)
def no_seats_of_other_tests():
    """What a test rolls back can come again with the same ids at the same instant: the clock often stands still."""
    heads_of.cache_clear()
