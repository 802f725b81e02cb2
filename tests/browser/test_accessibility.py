"""What axe-core finds on the pages. It is fetched by npm for the run, and is no part of this repository."""

import pytest

from tests import node
from tests.browser.acts import best_sold, free_showtime, get, log_in, seat

AXE = "axe-core@4.14.1"


@pytest.fixture(scope="module")
def axe(tmp_path_factory) -> str:
    folder = tmp_path_factory.mktemp("axe")
    if reason := node.why_not("install", AXE, cwd=folder):
        pytest.skip(f"{AXE} is not here: {reason}")
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text()


def faults(page, axe: str) -> list[str]:
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [
        f"{page.url}: {fault['id']}: {node['target']} {node['html'][:200]}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"][:3]
    ]


def test_a_fault_would_be_found(browsers, axe):
    page = browsers.open()
    page.goto("/login/")
    page.evaluate("document.querySelector('label[for=page-login]').remove()")
    assert [fault for fault in faults(page, axe) if ": label: ['#page-login']" in fault]


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_nothing_serious(browsers, axe, colours):
    page = browsers.open(color_scheme=colours, viewport={"width": 390, "height": 844})
    found = []
    for path in ("/login/", "/register/", "/api/v1/", "/api/v1/schedule/"):
        page.goto(path)
        found += faults(page, axe)
    log_in(page, "admin")
    showtime = free_showtime(page)
    reservation = get(page, "reservations/")["results"][0]["id"]
    lists = ("", "movies/", "halls/", "showtimes/", "reservations/", "users/", "reports/sales/?group_by=day")
    for path in (*lists, f"reservations/{reservation}/", f"showtimes/{best_sold(page)}/"):
        page.goto(f"/api/v1/{path}")
        found += faults(page, axe)
    page.goto(f"/api/v1/showtimes/{showtime}/")
    seat(page, "A1").click()
    found += faults(page, axe)
    assert found == []
