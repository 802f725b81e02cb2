"""The README is true: its first visit works to the letter, and its table has each setting that there is."""

import io
import os
import re
import runpy
import shutil
import subprocess
from collections import UserDict
from pathlib import Path

import environ
import pytest
from django.core.management import call_command

from movies import posters
from reservations.management.commands import demo
from reservations.management.demo import canvas
from reservations.models import Reservation
from tests import postgres
from tests.documents import blocks, section
from users.models import User

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


@pytest.fixture
def visit(live_server, tmp_path, monkeypatch):
    """Runs shell code of the README against a server with the demo data, as with `bash` in an empty folder."""
    for program in ("bash", "curl", "python3"):
        if not shutil.which(program):
            pytest.skip(f"The README's visit needs {program}, which is not here.")
    monkeypatch.setattr(canvas, "FINER", 1)
    monkeypatch.setattr(posters, "POSTER", (120, 180))
    monkeypatch.setattr(demo, "DAYS", 4)
    call_command("demo", stdout=io.StringIO())

    def run(code: str) -> str:
        code = code.replace("http://127.0.0.1:8000", live_server.url)
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


@pytest.mark.django_db(transaction=True)
def test_the_first_visit_works_to_the_letter(visit, tmp_path):
    said = visit("".join(blocks(section(README, "A first visit"), "bash")))

    newcomer = User.objects.get(username="newcomer")
    [theirs] = newcomer.reservations.all()
    assert (theirs.status, theirs.cancelled_because, theirs.reserved_seats.count()) == ("cancelled", "user", 2)
    assert '"status":"confirmed"' in said
    assert '"code":"seats_unavailable"' in said
    assert '"status":"cancelled"' in said
    assert (tmp_path / "seats.svg").read_text().startswith("<svg")
    alices = Reservation.objects.filter(user__username="alice").first()
    assert (alices.status, alices.cancelled_because, alices.reserved_seats.count()) == ("cancelled", "user", 2)
    assert said.count(alices.code) == 2  # confirmed, and cancelled


def test_the_demo_log_ins_are_those_of_the_demo():
    for username, password, role in demo.LOGINS:
        assert f"| `{username}` | `{password}` | {role} |" in section(README, "Try it")


class Recorder(UserDict):
    """An environment that remembers which names it was asked for."""

    def __init__(self, *args, **kwargs):
        self.asked = set()
        super().__init__(*args, **kwargs)

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default=None):
        self.asked.add(name)
        return super().get(name, default)


def test_the_table_names_each_setting_that_is_read(monkeypatch):
    read = set()
    for more in ({}, {"POSTGRES_DB": "cinema"}):
        environment = Recorder({name: value for name, value in os.environ.items() if name not in postgres.SETTINGS})
        environment.update(more)
        monkeypatch.setattr(os, "environ", environment)
        monkeypatch.setattr(environ.Env, "ENVIRON", environment)
        for file in ("settings.py", "gunicorn.py"):
            runpy.run_path(str(ROOT / "project" / file))
        read |= environment.asked
        monkeypatch.undo()

    table = re.findall(r"^\| `([A-Z_]+)` \|", section(README, "Settings"), re.MULTILINE)
    assert sorted(table) == sorted(read)


@pytest.mark.parametrize(
    "page",
    ["README.md", "SECURITY.md", "CHANGELOG.md", *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))],
)
def test_links_lead_somewhere(page):
    text = (ROOT / page).read_text()
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
        assert (ROOT / page).parent.joinpath(target).exists(), target


def test_the_threat_model_names_files_that_are_there():
    named = re.findall(r"`([a-z_/]+\.(?:py|sql))`", (ROOT / "SECURITY.md").read_text())
    assert len(named) > 20
    assert [name for name in named if not (ROOT / name).exists()] == []
