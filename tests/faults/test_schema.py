"""The schema changes while customers book, on a PostgreSQL of their own."""

import random
import sys
from contextlib import ExitStack

import pytest

from tests.faults import schema
from tests.faults.audit import Audit
from tests.faults.disk import disk
from tests.faults.faults import FAULTS, Fault
from tests.faults.judge import Result, judge
from tests.faults.play import play
from tests.faults.site import Site


@pytest.fixture(autouse=True)
def only_with_postgresql(request):
    if not request.config.getoption("postgres"):
        pytest.skip("On SQLite everybody waits for everybody.")
    if sys.platform != "linux":
        pytest.skip("What the server's processes are is looked up in /proc.")


@pytest.fixture
def strike():
    with ExitStack() as stack:
        site, audit = Site(stack, stack.enter_context(disk(small=False)), seed=1, careless=False), Audit()

        def strike(fault: Fault) -> Result:
            return judge(site, audit, play(site, fault, random.Random(1)))

        yield strike


@pytest.mark.timeout(240)
def test_nobody_waits_for_a_change_that_is_made_well_and_somebody_for_one_that_is_not(strike):
    done_well = strike(FAULTS["schema changed"])
    assert done_well.complaints == []
    assert done_well.acknowledged > 50
    [complaint] = strike(Fault(schema.change_schema_naively, set())).complaints
    assert complaint.startswith("somebody waited ")
