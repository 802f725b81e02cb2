"""
A real Chromium before a real server with the demo's data. No test may leave a message on the console, or send a request
to another host.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import harness

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
)
PICTURES = Path(__file__).resolve().parent.parent.parent / "docs" / "images"
SECONDS = 30  # of patience, also on a computer that does much else
REFUSAL = re.compile(r"Failed to load resource: the server responded with a status of (\d+) ")


def pytest_addoption(parser):
    parser.addoption("--screenshots", action="store_true", help="make the pictures in docs/images anew")


@pytest.fixture(scope="session", autouse=True)
def only_where_it_can_be(request):
    if not CHROMIUM:
        pytest.skip("there is no Chromium (Debian: apt install chromium)")
    if request.config.getoption("postgres"):
        pytest.skip("pages are the same on every database")


@pytest.fixture(scope="session")
def address(tmp_path_factory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("cinema")
    with harness.database("sqlite") as database:
        settings = {"DJANGO_SETTINGS_MODULE": "tests.browser.settings", "WEB_CONCURRENCY": "1"}
        env = harness.environment(database, folder, **settings)
        harness.run(env, "manage.py", "migrate")
        harness.run(env, "manage.py", "demo")
        with harness.serve(env, folder / "log") as (host, port):
            yield f"http://{host}:{port}"


# Not for the session: while it is there, Django takes this thread for one of asyncio and refuses to query.
@pytest.fixture(scope="module")
def chromium():
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=SECONDS * 1000)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


class Browsers:
    """Each with cookies of its own. `refused` are the statuses that a test expects some of its requests to get."""

    def __init__(self, chromium, address: str):
        self.chromium, self.address = chromium, address
        self.refused: list[int] = []
        self.refusals: list[int] = []
        self.messages: list[str] = []
        self.elsewhere: list[str] = []

    def open(self, **options):
        context = self.chromium.new_context(base_url=self.address, **options)
        context.set_default_timeout(SECONDS * 1000)
        page = context.new_page()
        page.on("console", lambda message: self.hear(message.text))
        page.on("pageerror", lambda error: self.messages.append(str(error)))
        page.on("request", lambda request: self.watch(request.url))
        return page

    def hear(self, message: str) -> None:
        """Chromium tells by itself of every refusal."""
        if refusal := REFUSAL.match(message):
            self.refusals.append(int(refusal[1]))
        else:
            self.messages.append(message)

    def watch(self, url: str) -> None:
        if not url.startswith((f"{self.address}/", "data:")):
            self.elsewhere.append(url)


@pytest.fixture
def browsers(chromium, address) -> Iterator[Browsers]:
    browsers = Browsers(chromium, address)
    yield browsers
    for context in chromium.contexts:
        context.close()
    assert browsers.messages == []
    assert browsers.elsewhere == []
    assert browsers.refusals == browsers.refused


@pytest.fixture
def picture(request):
    """Keeps what a page or a part of it shows, if asked for, in few colours, so that the repository stays small."""

    def keep(shown, name: str) -> None:
        if not request.config.getoption("screenshots", False):
            return
        from PIL import Image

        shown.screenshot(path=PICTURES / name)
        with Image.open(PICTURES / name) as image:
            image.convert("RGB").quantize(64).save(PICTURES / name, optimize=True)

    return keep
