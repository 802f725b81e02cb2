"""Each command of ours teaches with `--help`: what it is for, what each option does, and where to read on."""

import re

import pytest
from django.core.management import get_commands, load_command_class

from project.settings import BASE_DIR

OURS = {name: app for name, app in get_commands().items() if app in ("api", "users", "reservations")}


@pytest.mark.parametrize("name", sorted(OURS))
def test_what_help_tells(name):
    parser = load_command_class(OURS[name], name).create_parser("manage.py", name)
    assert len(parser.description) > 80
    assert [action.dest for action in parser._actions if not action.help] == []
    pages = re.findall(r"[\w/]+\.md", parser.description)
    assert pages
    assert all((BASE_DIR / page).exists() for page in pages)
