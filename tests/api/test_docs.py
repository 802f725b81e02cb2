"""GET docs/ (Swagger UI) and the schema that it shows. That it works is tried in a browser."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from tests.api.html import Page
from tests.cast import as_

URL = "/api/v1/docs/"


@pytest.fixture
def response(anonymous):
    return anonymous.get(URL)


def test_anyone_may_read_them(db, response, alice):
    assert response.status_code == 200
    assert as_(alice).get(URL).status_code == 200


def test_everything_comes_from_this_server(response):
    shown = Page(response)
    assert all(address.startswith("/static/") for address in shown.loads())
    assert not re.search(rb"https?:", response.content)
    assert not shown.scripts
    assert "unsafe-eval" not in response["Content-Security-Policy"]


def test_its_files_are_there(response):
    found = [finders.find(address.removeprefix("/static/")) for address in Page(response).loads()]
    assert all(found)
    assert {Path(path).name for path in found} >= {"swagger-ui-bundle.js", "swagger-ui.css", "docs.js"}


def test_it_shows_the_schema(anonymous, response):
    [main] = Page(response).all("main")
    schema = anonymous.get(main["data-schema"], headers={"Accept": "application/vnd.oai.openapi+json"})
    assert schema.status_code == 200
    assert schema.json()["openapi"] == "3.0.3"


def test_no_token_is_baked_into_it(anonymous, response):
    """Logging in changes the token, so that the page has to read it from the cookie each time."""
    assert not response.cookies
    assert b"csrf" not in response.content.lower()
    script = Path(finders.find("api/docs.js")).read_text()
    assert "document.cookie" in script
    assert "X-CSRFToken" in script


def test_pages_and_first_page_are_no_part_of_the_schema(anonymous):
    paths = anonymous.get("/api/v1/schema/?format=json").json()["paths"]
    assert not {"/login/", "/logout/", "/register/", "/api/v1/", URL} & paths.keys()
