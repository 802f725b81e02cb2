"""Clients that are generated from schema.yml, without a warning, make the visit of docs/clients.md at a real server."""

import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.documents import blocks, section
from tests.generated.conftest import HERE, said
from tests.harness import ROOT, database, environment, run, serve
from tests.once import once

SCHEMA = ROOT / "schema.yml"
PAGE = (ROOT / "docs/clients.md").read_text()
WARNING = re.compile(r"\[?WARN|\[?ERROR|[Ww]arning")
LEAVES_OUT_EXAMPLES = "WARN  o.o.c.languages.AbstractJavaCodegen - Ignoring complex example on request body"
TWO_SEATS = r"\[ ?'[A-F]\d', '[A-F]\d' ?\]\n"
JAVA_LIBRARIES = ("httpcore", "httpclient", "httpmime", "geronimo-annotation-1.3-spec")
pytestmark = [
    once,
    pytest.mark.timeout(300),
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


def page(title: str, language: str) -> str:
    """The code of this language in a section of docs/clients.md."""
    return "".join(blocks(section(PAGE, title), language))


def generate(title: str, folder: Path) -> str:
    """As the page says, to the letter, but for what is installed already: what the generator tells."""
    shutil.copy(SCHEMA, folder)
    commands = [line for line in page(title, "sh").splitlines() if " install " not in line]
    return said(["sh", "-euc", "\n".join(commands)], cwd=folder)


@pytest.fixture(scope="module")
def python_client(tmp_path_factory) -> Path:
    """The folder with the package `cinema_client`."""
    folder = tmp_path_factory.mktemp("python")
    assert not WARNING.search(generate("Python", folder))
    return folder


@pytest.fixture(scope="module")
def typescript_client(tmp_path_factory, npx, address) -> Path:
    """The folder with the visit and the page's lines, compiled as strictly as tsc can."""
    folder = tmp_path_factory.mktemp("typescript")
    (folder / "node_modules").symlink_to(HERE / "node_modules")
    for name in ("package.json", "tsconfig.json", "visit.ts"):
        shutil.copy(HERE / name, folder)
    (folder / "page.ts").write_text(page("TypeScript", "ts").replace("http://127.0.0.1:8000", address))
    assert not WARNING.search(generate("TypeScript", folder))
    assert npx("tsc", "--project", folder, cwd=folder) == ""
    return folder


def test_the_page_names_the_versions_that_are_tried():
    pinned = json.loads((HERE / "package.json").read_text())["devDependencies"]
    pinned |= dict(re.findall(r"(?m)^(.+)==(.+)$", (ROOT / "requirements-dev.txt").read_text()))
    told = re.findall(r"([a-z-]+)(?:==|@)([0-9.]+)", PAGE)
    assert {name for name, _ in told} >= {"openapi-python-client", "openapi-typescript", "openapi-generator-cli"}
    assert dict(told) == {name: pinned[name] for name, _ in told}


def test_the_pages_lines_in_python(address, python_client):
    lines = page("Python", "python").replace("http://127.0.0.1:8000", address)
    assert re.fullmatch(TWO_SEATS, said([sys.executable, "-c", lines], cwd=python_client))


def test_the_pages_lines_in_typescript(typescript_client):
    assert re.fullmatch(TWO_SEATS, said(["node", typescript_client / "page.js"]))


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
    assert not WARNING.search(generate("Java, and others", tmp_path).replace(LEAVES_OUT_EXAMPLES, ""))
    generator = Path(find_spec("openapi_generator_cli").origin).with_name("openapi-generator.jar")
    path = ":".join(map(str, [generator, *libraries]))
    sources = (tmp_path / "java/src/main/java").rglob("*.java")
    said(["javac", "-proc:none", "-nowarn", "-d", tmp_path / "classes", "-classpath", path, *sources])
    assert (tmp_path / "classes/org/openapitools/client/api/ReservationsApi.class").exists()


def test_redocly_finds_nothing(npx):
    assert "Your API description is valid" in npx("redocly", "lint", SCHEMA, "--config", HERE / "redocly.yaml")
