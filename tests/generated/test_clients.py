"""Clients that are generated from schema.yml, without a warning, make the visit of docs/clients.md at a real server."""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.db import connection

from tests.generated.conftest import HERE, said
from tests.harness import ROOT, database, environment, run, serve

SCHEMA = ROOT / "schema.yml"
JAVA_OPTIONS = "library=native,openApiNullable=false"
JAVA_LIBRARIES = ("httpcore", "httpclient", "httpmime", "geronimo-annotation-1.3-spec")
pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(connection.vendor == "postgresql", reason="Clients see no difference between the databases."),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    """Of a server of its own with the cinema of seed.py."""
    folder = tmp_path_factory.mktemp("server")
    with database("sqlite") as settings:
        env = environment(settings, folder, WEB_CONCURRENCY="1")
        run(env, "manage.py", "migrate")
        run(env, "-m", "tests.generated.seed")
        with serve(env, folder / "log") as (host, port):
            yield f"http://{host}:{port}"


@pytest.fixture(scope="module")
def python_client(tmp_path_factory) -> Path:
    """The folder with the package `cinema_client`."""
    folder = tmp_path_factory.mktemp("python")
    arguments = ["--config", HERE / "python.yml", "--path", SCHEMA, "--output-path", folder / "cinema_client"]
    command = [Path(sys.executable).with_name("openapi-python-client"), "generate", "--meta", "none", *arguments]
    assert "arning" not in said([*command, "--fail-on-warning"])
    return folder


@pytest.fixture(scope="module")
def typescript_client(tmp_path_factory, npx) -> Path:
    """The folder with visit.js, compiled as strictly as tsc can."""
    folder = tmp_path_factory.mktemp("typescript")
    (folder / "node_modules").symlink_to(HERE / "node_modules")
    for name in ("package.json", "tsconfig.json", "visit.ts"):
        shutil.copy(HERE / name, folder)
    assert "arning" not in npx("openapi-typescript", SCHEMA, "-o", folder / "schema.d.ts", cwd=folder)
    assert npx("tsc", "--project", folder, cwd=folder) == ""
    return folder


@pytest.mark.parametrize("way", ["cookies", "bearer"])
def test_in_python(address, python_client, way):
    env = os.environ | {"PYTHONPATH": str(python_client)}
    python = [sys.executable, "-W", "error", "-W", "ignore::ResourceWarning"]  # the visit's end closes its connections
    assert said([*python, HERE / "visit.py", address, way, f"py-{way}"], env=env) == ""


@pytest.mark.parametrize("way", ["cookies", "bearer"])
def test_in_typescript(address, typescript_client, way):
    assert said(["node", typescript_client / "visit.js", address, way, f"ts-{way}"]) == ""


def test_in_java_as_far_as_compiling(tmp_path):
    """With Debian's libraries, and for JSON those that the generator brings along."""
    libraries = [Path("/usr/share/java", f"{name}.jar") for name in JAVA_LIBRARIES]
    if not (shutil.which("javac") and all(library.exists() for library in libraries)):
        packages = "default-jdk-headless libhttpmime-java libgeronimo-annotation-1.3-spec-java"
        pytest.skip(f"This needs Java and some of its libraries: apt-get install {packages}")
    generator = Path(find_spec("openapi_generator_cli").origin).with_name("openapi-generator.jar")
    java = ["java", "-jar", generator, "generate", "-g", "java", "-i", SCHEMA, "-o", tmp_path]
    told = said([*java, f"--additional-properties={JAVA_OPTIONS}", "--global-property=models,apis,supportingFiles"])
    assert not re.search(r"\] (WARN|ERROR) ", told), told
    path = ":".join(map(str, [generator, *libraries]))
    sources = (tmp_path / "src/main/java").rglob("*.java")
    said(["javac", "-proc:none", "-nowarn", "-d", tmp_path / "classes", "-classpath", path, *sources])
    assert (tmp_path / "classes/org/openapitools/client/api/ReservationsApi.class").exists()


def test_redocly_finds_nothing(npx):
    assert "Your API description is valid" in npx("redocly", "lint", SCHEMA, "--config", HERE / "redocly.yaml")
