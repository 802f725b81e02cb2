"""
What `Dockerfile` and `compose.yml` say, done without containers: each step, on a copy of what the image would hold.

Whether images can be built of it only a builder can tell (docs/docker.md).
"""

import base64
import hashlib
import hmac
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import psycopg
import pytest
import yaml
from django.db import connection

from tests import harness, postgres
from tests.documents import blocks
from tests.environment import SETTINGS
from tests.roles import superuser

ROOT = harness.ROOT
COMPOSE = yaml.safe_load((ROOT / "compose.yml").read_text())
SERVICES = COMPOSE["services"]
IMAGE = re.compile(r"[a-z0-9/.-]+:[a-z0-9.-]*[0-9][a-z0-9.-]*")  # with a tag that has a version


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's, without comments, each on one line."""
    lines = [line for line in (ROOT / "Dockerfile").read_text().splitlines() if not line.startswith("#")]
    text = re.sub(r"\s*\\\n\s*", " ", "\n".join(lines))
    return [tuple(line.split(maxsplit=1)) for line in text.splitlines() if line]


def the(word: str) -> str:
    """The last one of its kind, which is what counts."""
    return [rest for name, rest in instructions() if name == word][-1]


def words(command: str) -> list[str]:
    """Of an instruction in its exec form, with a Python and a gunicorn that are here."""
    found = json.loads(command[command.index("[") :])
    return {"python": [sys.executable], "gunicorn": [sys.executable, "-m", "gunicorn"]}[found[0]] + found[1:]


@pytest.fixture(scope="module")
def image(tmp_path_factory) -> Path:
    """A folder with what `.dockerignore` lets in, after the build's last step."""
    folder = tmp_path_factory.mktemp("image")
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        if line.startswith("!"):
            source, target = ROOT / line[1:], folder / line[1:]
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, target)
    [collect] = [rest for word, rest in instructions() if word == "RUN" and "collectstatic" in rest]
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    subprocess.run(["sh", "-euc", collect], cwd=folder, env=bare(PATH=path), check=True, capture_output=True)
    return folder


def bare(**more: str) -> dict[str, str]:
    """An environment without any setting."""
    return {**{name: value for name, value in os.environ.items() if name not in (*SETTINGS, "ENV_FILE")}, **more}


def test_nothing_comes_in_but_the_application(image):
    assert {path.name for path in image.iterdir()} == {
        *("requirements.txt", "manage.py", "static"),
        *("project", "api", "reservations", "showtimes", "movies", "users"),
    }
    assert (image / "static/admin/css/base.css.gz").exists()
    assert (ROOT / ".dockerignore").read_text().splitlines()[1] == "*"


def test_images_are_pinned_and_nobody_is_root():
    assert all(IMAGE.fullmatch(rest.split()[0]) for word, rest in instructions() if word == "FROM")
    assert all(service["image"] == "cinema" or IMAGE.fullmatch(service["image"]) for service in SERVICES.values())
    assert the("USER") == "10001"
    assert f"--uid {the('USER')} " in " ".join(rest for word, rest in instructions() if word == "RUN")


def test_what_can_be_is_locked_up():
    for name, service in SERVICES.items():
        assert service["read_only"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert name == "database" or service["cap_drop"] == ["ALL"], name
    published = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert published == ["127.0.0.1:8000:8000"]


def test_the_server_is_healthy_when_it_is_ready(image, tmp_path):
    port = str(postgres.free_port())
    with harness.database("sqlite") as settings:
        env = harness.environment(settings, tmp_path, WEB_CONCURRENCY="1")
        health = [word.replace("8000", port) for word in words(the("HEALTHCHECK"))]
        command = [word.replace("0.0.0.0:8000", f"127.0.0.1:{port}") for word in words(the("CMD"))]

        def is_healthy() -> bool:
            return subprocess.run(health, capture_output=True).returncode == 0

        assert not is_healthy()
        with open(tmp_path / "log", "wb") as log:
            server = subprocess.Popen(command, cwd=image, env=env, stdout=log, stderr=log, start_new_session=True)
        try:
            while "Listening at" not in (tmp_path / "log").read_text():
                assert server.poll() is None
                time.sleep(0.1)
            assert not is_healthy()
            harness.run(env, "manage.py", "migrate", "--verbosity=0")
            assert is_healthy()
        finally:
            harness.stop(server)


# The services of compose.yml, one after the other, with a database and roles of their own.


def knows(password: str, verifier: str) -> bool:
    """Whether a password is that of PostgreSQL's `SCRAM-SHA-256$rounds:salt$stored:server` (RFC 5802, 3)."""
    rounds, salt, stored, _ = re.fullmatch(r"SCRAM-SHA-256\$(\d+):(.+)\$(.+):(.+)", verifier).groups()
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(salt), int(rounds))
    key = hmac.digest(salted, b"Client Key", "sha256")
    return hashlib.sha256(key).digest() == base64.b64decode(stored)


@pytest.fixture
def cinema(tmp_path) -> Iterator[tuple[str, dict[str, str]]]:
    """A name that nobody else has, and the settings of a superuser in the empty database of that name."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no roles.")
    if not shutil.which("psql"):
        pytest.skip("What makes the roles is psql, which is not here.")
    with superuser() as (name, settings):
        harness.execute(settings, f"CREATE DATABASE {name}")
        yield name, {**settings, "POSTGRES_DB": name}


def test_it_comes_up_in_this_order(cinema, image, tmp_path):
    name, superuser = cinema
    before = {service: SERVICES[service].get("depends_on", {}) for service in SERVICES}
    order = [service for service in TopologicalSorter(before).static_order() if service not in ("database", "redis")]
    assert order == ["roles", "migrate", "grants", "server"]

    making = blocks((ROOT / "docs/docker.md").read_text(), "sh")[0]
    subprocess.run(["bash", "-euo", "pipefail", "-c", making], cwd=tmp_path, check=True, capture_output=True)
    files = {file.name: file for file in (tmp_path / "secrets").iterdir()}
    assert {name: ROOT / secret["file"] for name, secret in COMPOSE["secrets"].items()} == {
        name: ROOT / "secrets" / name for name in files
    }
    passwords = {}
    for file in ("serve.env", "migrate.env"):
        settings = dict(line.split("=", 1) for line in files[file].read_text().splitlines())
        passwords[settings["POSTGRES_USER"]] = settings["POSTGRES_PASSWORD"]
        files[file].write_text(re.sub(r"(?m)^(POSTGRES_USER)=cinema", rf"\1={name}", files[file].read_text()))
    assert passwords.keys() == {"cinema", "cinema_owner"}
    assert len({*passwords.values(), files["postgres"].read_text().strip()}) == 3

    here = {"/run/secrets": str(tmp_path / "secrets"), "/sql": str(tmp_path / "sql")}
    (tmp_path / "sql").mkdir()
    for source in (ROOT / "project/postgresql").glob("*.sql"):
        text = re.sub(r"\bcinema(?=\b|_owner)", name, source.read_text())
        (tmp_path / "sql" / source.name).write_text(text.replace("/run/secrets", here["/run/secrets"]))

    for service in order:
        say = SERVICES[service]
        env = {key: value.replace("/run/secrets", here["/run/secrets"]) for key, value in say["environment"].items()}
        if service in ("roles", "grants"):
            assert env == {"PGHOST": "database", "PGUSER": "postgres", "PGDATABASE": "cinema"}
            env |= {"PGHOST": superuser["DB_HOST"], "PGPORT": superuser["DB_PORT"], "PGDATABASE": name}
            command = [word.replace("$$", "$") for word in say["command"]]
            for there, place in here.items():
                command[-1] = command[-1].replace(there, place)
        else:
            assert (env["POSTGRES_DB"], env["DB_HOST"]) == ("cinema", "database")
            env |= {"POSTGRES_DB": name, **{key: superuser[key] for key in ("DB_HOST", "DB_PORT")}}
            command = [sys.executable, *say["command"][1:]] if "command" in say else None
        env = bare(**env)
        if command:
            done = subprocess.run(command, cwd=image, env=env, capture_output=True, text=True)
            assert done.returncode == 0, (shlex.join(command), done.stderr)

    with harness.serve({**env, "WEB_CONCURRENCY": "1"}, tmp_path / "log") as address:
        assert harness.is_ready(address)
    for role in (name, f"{name}_owner"):
        [[verifier]] = harness.execute(superuser, f"SELECT rolpassword FROM pg_authid WHERE rolname = '{role}'")  # noqa: S608
        assert knows(passwords[role.replace(name, "cinema")], verifier)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        harness.execute({**superuser, "POSTGRES_USER": name}, "DELETE FROM users_auditentry")
