"""What people do with the pages."""

import re

import pytest

NOT_INSTALLED = "playwright is not installed (requirements-dev.txt has it)"
expect = pytest.importorskip("playwright.sync_api", reason=NOT_INSTALLED).expect

PASSWORDS = {"alice": "popcorn-alice-7", "bob": "popcorn-bob-7", "admin": "popcorn-admin-7"}


def log_in(page, name: str, then: str = "/api/v1/") -> None:
    page.goto(f"/login/?next={then}")
    page.get_by_label("Login").fill(name)
    page.get_by_label("Password").fill(PASSWORDS[name])
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"**{then}")


def get(page, path: str):
    """What a program gets there with this browser's cookies."""
    response = page.request.get(f"/api/v1/{path}", headers={"Accept": "application/json"})
    assert response.ok
    return response.json()


def free_showtime(page) -> int:
    """One of the far end of the programme, which the demo sold nothing of."""
    showtimes = get(page, "showtimes/?status=scheduled&ordering=-starts_at")["results"]
    return next(each["id"] for each in showtimes if each["available_seats"] == each["capacity"])


def best_sold(page) -> int:
    showtimes = get(page, "showtimes/?status=scheduled&hall_number=1&page_size=100")["results"]
    return min(showtimes, key=lambda each: each["available_seats"])["id"]


def seat(page, label: str):
    return page.locator("use[role=button]", has_text=re.compile(rf"^{label}, "))


def status_of(page, label: str) -> str:
    """What the picture says of a seat, whether it can be picked or not."""
    return page.locator("use[id]", has_text=re.compile(rf"^{label}, ")).text_content().rpartition(", ")[2]


def answer(page):
    return page.get_by_label("The answer").locator("pre")
