"""alice's evening: from the first page to seats, and back."""

import re

from tests.browser.acts import answer, best_sold, expect, free_showtime, get, log_in, seat, status_of


def test_from_registering_to_logging_out(browsers, picture):
    page = browsers.open(viewport={"width": 1000, "height": 900})
    page.goto("/api/v1/")
    page.get_by_role("main").get_by_role("link", name="Register", exact=True).click()
    page.get_by_label("Username").fill("newcomer")
    page.get_by_label("Email").fill("newcomer@example.org")
    page.get_by_label("Password").fill("two-in-the-middle")
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_role("link", name="newcomer")).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Log in").click()
    page.get_by_label("Login").fill("newcomer")
    page.get_by_label("Password").fill("two-in-the-middle")
    page.get_by_role("button", name="Log in").click()

    film = get(page, f"showtimes/{free_showtime(page)}/")["movie_title"]
    page.goto("/api/v1/movies/")
    page.get_by_text("Filter").click()
    page.get_by_label("Search").fill(film)
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name=film).click()
    page.get_by_role("link", name="Showtimes", exact=True).click()
    page.goto(f"/api/v1/showtimes/{best_sold(page)}/")
    expect(page.get_by_role("status")).to_be_visible()
    picture(page.locator(".map"), "seat-map.png")
    page.goto(f"/api/v1/showtimes/{free_showtime(page)}/")

    for label in ("B2", "B3", "C4"):
        seat(page, label).click()
    seat(page, "C4").click()
    expect(seat(page, "B3")).to_have_attribute("aria-pressed", "true")
    expect(seat(page, "C4")).to_have_attribute("aria-pressed", "false")
    expect(page.get_by_role("status")).to_have_text(re.compile(r"^Chosen: B2, .*; B3, [^;]*\.$"))
    picture(page, "showtime.png")
    page.get_by_label("Hold").check()
    page.get_by_role("button", name="Reserve seats").click()

    expect(answer(page)).to_contain_text('"status": "held"')
    reservation = page.url
    page.get_by_role("button", name="Confirm a hold").click()
    expect(answer(page)).to_contain_text('"status": "confirmed"')
    page.goto("/api/v1/reservations/")
    page.locator(f"pre a[href='{reservation.removeprefix(browsers.address)}']").click()
    page.get_by_label("B2").check()
    page.get_by_role("button", name="Cancel all seats, or some").click()
    expect(answer(page)).to_contain_text('"status": "released"')
    expect(answer(page)).to_contain_text('"status": "confirmed"')
    page.goto(reservation)
    expect(page.get_by_label("B2")).to_have_count(0)
    page.get_by_role("button", name="Cancel all seats, or some").click()
    expect(answer(page)).to_contain_text('"status": "cancelled"')
    page.goto(reservation)
    expect(page.get_by_role("button", name="Cancel all seats, or some")).to_have_count(0)

    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("navigation", name="Main").get_by_role("link", name="Log in")).to_be_visible()
    assert {cookie["name"] for cookie in page.context.cookies()} == {"csrftoken"}


def test_two_want_one_seat(browsers):
    browsers.refused = [409]
    alice, bob = browsers.open(), browsers.open()
    showtime = free_showtime(alice)
    for page, name in ((alice, "alice"), (bob, "bob")):
        log_in(page, name, f"/api/v1/showtimes/{showtime}/")
        seat(page, "D5").click()
    seat(bob, "D6").click()
    alice.get_by_role("button", name="Reserve seats").click()
    alice.wait_for_url("**/reservations/*/")

    bob.get_by_role("button", name="Reserve seats").click()
    expect(bob.get_by_role("alert")).to_contain_text("D5 is reserved")
    expect(seat(bob, "D5")).to_have_count(0)
    assert status_of(bob, "D5") == "reserved"
    expect(seat(bob, "D6")).to_have_attribute("aria-pressed", "true")
    bob.get_by_role("button", name="POST").first.click()
    bob.wait_for_url("**/reservations/*/")
    expect(answer(bob)).to_contain_text('"label": "D6"')
    expect(answer(bob)).not_to_contain_text('"label": "D5"')


def test_by_keyboard_alone(browsers):
    page = browsers.open()
    log_in(page, "alice", f"/api/v1/showtimes/{free_showtime(page)}/")
    expect(seat(page, "A1")).to_have_attribute("tabindex", "0")
    while page.evaluate("document.querySelector('[data-seat-map] div').shadowRoot.activeElement") is None:
        page.keyboard.press("Tab")
    for key in ("Space", "ArrowRight", "Enter", "ArrowDown", "ArrowUp", "ArrowLeft"):
        page.keyboard.press(key)
    expect(page.get_by_role("status")).to_have_text(re.compile("^Chosen: A1, .*; A2, "))
    page.keyboard.press("Space")
    expect(page.get_by_role("status")).to_have_text(re.compile("^Chosen: A2, [^;]*$"))
    while page.evaluate("document.activeElement.textContent") != "Reserve seats":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/reservations/*/")
    expect(answer(page)).to_contain_text('"label": "A2"')


def test_seats_that_are_typed_in_are_shown_on_the_picture(browsers):
    page = browsers.open()
    showtime = free_showtime(page)
    [first, *_] = get(page, f"showtimes/{showtime}/seats/?available=true")
    log_in(page, "alice", f"/api/v1/showtimes/{showtime}/seats/")
    expect(seat(page, first["label"])).to_have_attribute("aria-pressed", "false")
    page.get_by_label("Seat ids").fill(str(first["id"]))
    expect(seat(page, first["label"])).to_have_attribute("aria-pressed", "true")


def test_on_a_phone(browsers):
    page = browsers.open(viewport={"width": 360, "height": 740}, has_touch=True, color_scheme="dark")
    log_in(page, "bob", f"/api/v1/showtimes/{free_showtime(page)}/")
    seat(page, "B5").tap()
    expect(seat(page, "B5")).to_have_attribute("aria-pressed", "true")
    across = "document.querySelector('[data-seat-map] div').shadowRoot.querySelectorAll('use[role=button]')"
    one, next_one = page.evaluate(f"[...{across}].slice(0, 2).map((use) => use.getBoundingClientRect().x)")
    assert next_one - one >= 23.9  # pixels between two seats: WCAG 2.2, 2.5.8
    for path in ("", "schedule/", "movies/", "reservations/"):
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.goto(f"/api/v1/{path}")
