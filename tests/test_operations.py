"""docs/operations.md is true: a cinema is set up, saved and brought back by its commands, and its unit works."""

import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from tests import harness, postgres
from tests.documents import blocks
from tests.roles import superuser

ROOT = harness.ROOT
PAGE = (ROOT / "docs" / "operations.md").read_text()
PAGES = [ROOT / "README.md", ROOT / "SECURITY.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
PROGRAMS = ("bash", "createdb", "psql", "pg_dump", "pg_restore", "tar")

# Each block of shell code in the documents, by what it contains: where it is run to the letter, or why it is not.
SHELL = {
    "README.md": {
        "make run\n": "It fetches libraries, and serves until Ctrl-C; tests/test_readme.py begins behind it.",
        "pick()": "tests/test_readme.py",
        "auth/token/": "tests/test_readme.py",
        "auth/register/": "tests/test_readme.py",
        "SEATS=$(": "tests/test_readme.py",
        "RESERVATION=$(": "tests/test_readme.py",
        "/cancel/": "tests/test_readme.py",
    },
    "docs/operations.md": {
        "git clone": "It fetches libraries, and adds a user to the system.",
        "createdb": "here",
        "collectstatic": "here",
        "createsuperuser": "It asks at a terminal, becomes another user, and serves; tests/project does both without.",
        "pg_dump": "here",
        "pg_restore": "here",
        "manage.py purge": "here",
    },
    "docs/docker.md": {
        "mkdir -m 700 secrets": "tests/project/test_containers.py",
        "docker compose up": "It needs a container engine; tests/project/test_containers.py does the steps without.",
        "docker compose run": "It needs a container engine.",
    },
    "docs/clients.md": {
        "openapi-python-client generate": "tests/generated/test_clients.py",
        "npx openapi-typescript": "tests/generated/test_clients.py",
        "openapi-generator-cli generate": "tests/generated/test_clients.py",
    },
    "docs/development.md": {"make test ARGS": "These run the tests, of which this is one."},
    "docs/logs.md": {"token_urlsafe(32)": "here"},
    "docs/privacy.md": {
        "export_user": "tests/reservations does it, with other names.",
        "erase_user": "tests/reservations does it, with other names.",
    },
}


def test_it_is_known_of_each_block_of_shell_code_whether_it_is_run():
    found = {str(page.relative_to(ROOT)): blocks(page.read_text(), "(?:sh|bash|console|shell)") for page in PAGES}
    for page, code in found.items():
        known = SHELL.get(page, {})
        assert len(code) == len(known), page
        for block, mark in zip(code, known, strict=True):
            assert mark in block, (page, mark)


def test_a_token_for_metrics_is_long_enough():
    [make] = blocks((ROOT / "docs" / "logs.md").read_text(), "sh")
    token = subprocess.run(["sh", "-c", make], capture_output=True, text=True, check=True).stdout.strip()
    assert re.fullmatch("[!-~]{32,}", token)


class Site:
    """
    The page's computer, under names of our own: /srv/cinema, /etc/cinema and /var/lib/cinema are folders of a test, and
    the database and its roles are called otherwise. All else is done as it is written.
    """

    def __init__(self, folder: Path, name: str, superuser: dict[str, str]):
        self.folder, self.name = folder, name
        self.srv, self.etc = folder / "srv", folder / "etc"
        ignored = shutil.ignore_patterns(".*", "__pycache__", "static", "media", "secrets", "tests", "db.sqlite3*")
        shutil.copytree(ROOT, self.srv, ignore=ignored)
        (self.srv / ".venv").symlink_to(sys.prefix)
        roles = self.srv / "project/postgresql/roles.sql"
        roles.write_text(self.renamed(roles.read_text()))
        self.etc.mkdir()
        (folder / "var/media").mkdir(parents=True)

        self.passwords = {who: secrets.token_urlsafe() for who in (name, f"{name}_owner")}
        host, port, user = superuser["DB_HOST"], superuser["DB_PORT"], superuser["POSTGRES_USER"]
        known = {**self.passwords, user: superuser.get("POSTGRES_PASSWORD", "")}
        passfile = folder / "pgpass"
        passfile.write_text("".join(f"{host}:{port}:*:{who}:{password}\n" for who, password in known.items()))
        passfile.chmod(0o600)
        unset = (*harness.SETTINGS, "ENV_FILE")
        self.environment = {name: value for name, value in os.environ.items() if name not in unset} | {
            "PGHOST": host, "PGPORT": port, "PGUSER": user, "PGPASSFILE": str(passfile),
        }  # fmt: skip
        self.where = f"DB_HOST={host}\nDB_PORT={port}\n"

    def renamed(self, text: str) -> str:
        text = text.replace("/etc/cinema", str(self.etc)).replace("/var/lib/cinema", str(self.folder / "var"))
        return re.sub(r"(?<![/\w])cinema(?=_owner|\b)(?!\.example)", self.name, text)

    def write_settings(self) -> None:
        """As the page shows them; its dots are what everybody has to fill in."""
        settings = re.search(r"^```\n(SECRET_KEY=.*?)^```", PAGE, re.DOTALL | re.MULTILINE)[1]
        settings = self.renamed(settings).replace("DB_HOST=127.0.0.1\n", self.where)
        settings = re.sub("KEY=…", lambda _: f"KEY={secrets.token_urlsafe(64)}", settings)
        for file, who in (("serve.env", self.name), ("migrate.env", f"{self.name}_owner")):
            text = settings.replace(f"POSTGRES_USER={self.name}\n", f"POSTGRES_USER={who}\n")
            (self.etc / file).write_text(text.replace("PASSWORD=…", f"PASSWORD={self.passwords[who]}"))

    def do(self, code: str, stdin: str = "") -> str:
        """What the page's code said. It has no terminal, so that what asks for a password reads it from `stdin`."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", self.renamed(code)],
            cwd=self.srv,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            start_new_session=True,
        )
        assert done.returncode == 0, f"{code}\n{done.stdout}{done.stderr}"
        return done.stdout


@pytest.fixture
def site(tmp_path) -> Iterator[Site]:
    if connection.vendor != "postgresql":
        pytest.skip("The page is about PostgreSQL.")
    if missing := [program for program in PROGRAMS if not shutil.which(program)]:
        pytest.skip(f"The page's commands need {', '.join(missing)}, which is not here.")
    with superuser() as (name, settings):
        yield Site(tmp_path, name, settings)


def test_a_cinema_is_set_up_saved_and_brought_back(site):
    code = dict(zip(SHELL["docs/operations.md"], blocks(PAGE, "sh"), strict=True))
    createdb, roles, *passwords = code["createdb"].splitlines()
    site.do(createdb)
    site.do(roles)
    for line, who in zip(passwords, (f"{site.name}_owner", site.name), strict=True):
        site.do(line, stdin=f"{site.passwords[who]}\n" * 2)
    site.write_settings()
    site.do(code["collectstatic"])
    site.do(roles)

    role = "SELECT rolpassword IS NOT NULL FROM pg_authid WHERE rolname IN ('cinema', 'cinema_owner')"
    assert site.do(f'psql -qAt -c "{role}" cinema').split() == ["t", "t"]
    site.do("psql -qAt -U cinema -c \"INSERT INTO movies_genre (name, slug) VALUES ('Drama', 'drama')\" cinema")
    (site.folder / "var/media/poster.webp").write_bytes(b"poster")
    site.do(code["pg_dump"])

    site.do("dropdb cinema")
    (site.folder / "var/media/poster.webp").unlink()
    site.do(createdb)
    site.do(roles)
    restore, archive, *checks = code["pg_restore"].splitlines(keepends=True)
    site.do(restore + archive)
    site.do(roles)
    site.do("".join(checks))
    assert site.do("psql -qAt -U cinema -c 'SELECT slug FROM movies_genre' cinema").split() == ["drama"]
    assert (site.folder / "var/media/poster.webp").read_bytes() == b"poster"
    assert "audit: 0 removed" in site.do(code["manage.py purge"])


# The unit for systemd.

UNIT = blocks(PAGE, "ini")[0]


def analyze(*arguments: object) -> subprocess.CompletedProcess[str]:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("no systemd-analyze on the PATH, so the unit is not looked at")
    return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)


@pytest.fixture
def unit(tmp_path) -> Path:
    """The unit, for the programs that are here."""
    text = UNIT.replace("/srv/cinema/.venv/bin", str(Path(sys.executable).parent)).replace("/srv/cinema", str(ROOT))
    file = tmp_path / "cinema.service"
    file.write_text(text)
    return file


def test_systemd_finds_no_fault_with_the_unit(unit):
    done = analyze("verify", "--man=no", unit)
    assert (done.returncode, [line for line in done.stderr.splitlines() if "cinema" in line]) == (0, [])


def test_the_unit_is_locked_up(unit):
    done = analyze("security", "--offline=true", "--threshold=20", "--no-pager", unit)
    assert done.returncode == 0, done.stdout


def test_it_tells_systemd_when_it_listens_and_ends_at_sigterm(unit, tmp_path):
    command = re.search(r"^ExecStart=(.+)$", unit.read_text(), re.MULTILINE)[1].split()
    with harness.database("sqlite") as settings, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(harness.SECONDS_TO_START)
        port = {"PORT": str(postgres.free_port()), "WEB_CONCURRENCY": "1"}
        env = harness.environment(settings, tmp_path, NOTIFY_SOCKET=str(tmp_path / "notify"), **port)
        with open(tmp_path / "log", "wb") as log:
            server = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True)
        try:
            assert systemd.recv(4096).startswith(b"READY=1")
            server.send_signal(signal.SIGTERM)
            assert server.wait(harness.SECONDS_TO_STOP) == 0
        finally:
            harness.stop(server)
