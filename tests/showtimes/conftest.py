from datetime import UTC, datetime

import pytest
import time_machine

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock():
    """Stands still at noon of 1 March 2027, UTC; `clock.move_to` and `clock.shift` move it."""
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock
