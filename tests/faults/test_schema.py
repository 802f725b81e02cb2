"""The schema changes while customers book, on a PostgreSQL of their own."""

import random
import sys
from contextlib import ExitStack

import pytest

from tests.faults.audit import Audit
from tests.faults.disk import disk
from tests.faults.faults import FAULTS
from tests.faults.judge import judge
from tests.faults.play import play
from tests.faults.schema import change_schema_naively
from tests.faults.site import Site


@pytest.fixture
def site(request):
    if not request.config.getoption("postgres"):
        pytest.skip("On SQLite everybody waits for everybody.")
    if sys.platform != "linux":
        pytest.skip("What the server's processes are is looked up in /proc.")
    with ExitStack() as stack:
        yield Site(stack, stack.enter_context(disk(small=False)), seed=1, careless=False)


@pytest.mark.timeout(240)
def test_nobody_waits_for_a_change_that_is_made_well_and_somebody_for_one_that_is_not(site):
    result = judge(site, Audit(), play(site, FAULTS["schema changed"], random.Random(1)))
    assert result.complaints == []
    assert result.acknowledged > 20

    site.crowd.go()
    change_schema_naively(site)
    site.crowd.pause()
    [complaint] = site.complaints
    assert complaint.startswith("somebody waited ")
