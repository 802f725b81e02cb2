"""The mutants fit the code as it is now. That their tests notice them takes longer: `make sabotage`."""

import pytest

from tests.harness import ROOT
from tests.sabotage import table
from tests.sabotage.mutants import MUTANTS

EACH = pytest.mark.parametrize("mutant", MUTANTS, ids=[mutant.guard for mutant in MUTANTS])


@EACH
def test_the_guard_is_there_once_and_without_it_this_is_still_python(mutant):
    code = (ROOT / mutant.file).read_text()
    assert mutant.of(code) != code
    compile(mutant.of(code), mutant.file, "exec")


@EACH
def test_the_test_that_has_to_notice_is_there(mutant):
    file, *names = mutant.test.split("::")
    text = (ROOT / file).read_text()
    for name in (name.partition("[")[0] for name in names):
        assert f"def {name}(" in text or f"class {name}:" in text


def test_each_guard_is_taken_out_once():
    assert len({mutant.guard for mutant in MUTANTS}) == len(MUTANTS) >= 14


def test_the_docs_list_them_all():
    """`python -m tests.sabotage --table` prints it."""
    assert table.of(MUTANTS) in (ROOT / "docs" / "sabotage.md").read_text()
