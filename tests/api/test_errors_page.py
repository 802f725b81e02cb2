"""docs/errors.md has every error that there is; that it has those that the tests see, tests/refusals.py looks after."""

import re
from collections.abc import Iterator

from rest_framework.exceptions import APIException

import api.problems  # noqa: F401 - and with it the exceptions of every app
from tests.refusals import DOCUMENTED, PAGE

OURS = ("api", "users", "movies", "showtimes", "reservations")


def exceptions(base: type) -> Iterator[type]:
    for each in base.__subclasses__():
        yield from ([each] if each.__module__.split(".")[0] in OURS else [])
        yield from exceptions(each)


def test_each_exception_of_ours_is_there_and_each_409_is_one():
    raised = {
        (each.status_code, each.default_code) for each in exceptions(APIException) if "default_code" in vars(each)
    }
    assert raised - DOCUMENTED == set()
    assert {each for each in DOCUMENTED if each[0] == 409} == {each for each in raised if each[0] == 409}


def test_each_says_what_to_do_next():
    """A sentence for what is wrong, and one for what may help."""
    details = [str(each.default_detail) for each in exceptions(APIException) if "default_detail" in vars(each)]
    assert len(details) > 15
    assert [detail for detail in details if not re.search(r"[.:;] \w", detail)] == []
    assert re.findall(r"(?m)^\| \d{3} .*\| – \|$", PAGE.read_text()) == []
