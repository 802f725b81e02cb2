"""The admin's evening: a hall, a film with its poster, a showtime, and what happens to it."""

from datetime import timedelta

from django.utils import timezone
from PIL import Image

from tests.browser.acts import answer, expect, get, log_in, seat, status_of


def open_what_was_made(page, name: str) -> None:
    expect(answer(page)).to_contain_text("HTTP 201")
    page.locator(f"pre a[href^='/api/v1/{name}/']").first.click()
    page.wait_for_url(f"**/{name}/*/")


def test_from_a_new_hall_to_a_cancelled_showtime(browsers, tmp_path):
    browsers.refused = [405, 405, 405, 405]  # what takes only a POST shows a form for it
    page = browsers.open()
    page.on("dialog", lambda dialog: dialog.accept())
    starts_at = (timezone.now() + timedelta(days=60)).replace(hour=20, minute=0, second=0, microsecond=0)
    log_in(page, "admin", "/api/v1/halls/")
    for number in (98, 99):
        page.goto("/api/v1/halls/")
        page.locator("#POST-number").fill(str(number))
        page.locator("#POST-name").fill(f"Cellar {number}")
        page.locator("#POST-layout").fill("SS.SS\nSS.AA")
        page.get_by_role("button", name="POST").first.click()
        expect(answer(page)).to_contain_text("HTTP 201")

    page.goto("/api/v1/movies/")
    page.locator("#POST-title").fill("The Browser")
    page.get_by_label("Drama").last.check()  # the first is the filter's
    page.locator("#POST-runtime_minutes").fill("90")
    page.get_by_role("button", name="POST").first.click()
    open_what_was_made(page, "movies")
    expect(answer(page)).to_contain_text('"title": "The Browser"')
    movie = page.url.split("/")[-2]

    poster = tmp_path / "poster.png"
    Image.new("RGB", (200, 300), "teal").save(poster)
    page.get_by_role("link", name="Poster", exact=True).click()
    page.locator("#PUT-poster").set_input_files(poster)
    preview = page.get_by_role("img", name="What poster.png shows")
    expect(preview).to_be_visible()
    assert preview.evaluate("image => image.decode().then(() => image.naturalHeight)") == 300
    page.get_by_role("button", name="PUT").click()
    expect(answer(page)).to_contain_text("HTTP 200")
    page.goto(f"/api/v1/movies/{movie}/")
    expect(page.get_by_role("img", name="The Browser")).to_be_visible()

    page.goto("/api/v1/showtimes/")
    assert page.locator("#POST-movie_id-choices option").first.text_content() == "The Browser"
    page.locator("#POST-movie_id").fill(movie)
    page.locator("#POST-hall_number").select_option("98: Cellar 98")
    page.locator("#POST-starts_at").fill(f"{starts_at:%Y-%m-%dT%H:%M}")
    page.locator("#POST-price").fill("10")
    page.get_by_role("button", name="POST").first.click()
    open_what_was_made(page, "showtimes")
    showtime = page.url

    page.get_by_role("link", name="Seats block").click()
    seat(page, "A1").click()
    page.get_by_role("button", name="POST").first.click()
    expect(answer(page)).to_contain_text('"status": "blocked"')
    assert status_of(page, "A1") == "blocked"
    page.goto(showtime)
    page.get_by_role("link", name="Seats unblock").click()
    expect(seat(page, "A2")).to_have_count(0)
    seat(page, "A1").click()
    page.get_by_role("button", name="POST").first.click()
    expect(answer(page)).to_contain_text('"status": "available"')

    page.goto(showtime)
    page.locator("#PATCH-hall_number").select_option("99: Cellar 99")
    page.locator("#PATCH-starts_at").fill(f"{starts_at + timedelta(hours=1):%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="PATCH").first.click()
    expect(answer(page)).to_contain_text('"hall_number": 99')
    expect(answer(page)).to_contain_text(f'"starts_at": "{starts_at:%Y-%m-%d}T21:00:00Z"')

    page.goto(showtime)
    seat(page, "B4").click()
    page.get_by_role("button", name="Reserve seats").click()
    page.wait_for_url("**/reservations/*/")
    reservation = page.url
    page.goto(f"/api/v1/reports/sales/?movie_id={movie}")
    expect(answer(page)).to_contain_text('"revenue": "10.00"')

    page.goto(showtime)
    page.get_by_role("link", name="Cancel", exact=True).click()
    page.get_by_role("button", name="POST").click()
    expect(answer(page)).to_contain_text('"status": "cancelled"')
    page.goto(reservation)
    expect(answer(page)).to_contain_text('"cancelled_because": "showtime_cancelled"')
    assert get(page, f"reports/sales/?movie_id={movie}")["totals"]["revenue"] == "0.00"
