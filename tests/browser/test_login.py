"""An access token that runs out in the middle of a visit: as the browser sees it, its cookie is gone."""

import pytest

from tests.browser.acts import answer, expect, free_showtime, log_in, seat


def run_out(page) -> None:
    page.context.clear_cookies(name="access_token")


def test_the_next_page_renews_it(browsers):
    browsers.refused = [401]  # the page, before
    page = browsers.open()
    log_in(page, "alice")
    run_out(page)
    page.goto("/api/v1/movies/")
    expect(page.get_by_role("link", name="alice")).to_be_visible()
    run_out(page)
    page.goto("/api/v1/reservations/")
    expect(answer(page)).to_contain_text("HTTP 200")


def test_the_next_form_renews_it_and_nothing_is_lost(browsers):
    browsers.refused = [401]
    page = browsers.open()
    log_in(page, "alice", f"/api/v1/showtimes/{free_showtime(page)}/")
    seat(page, "E5").click()
    run_out(page)
    page.get_by_role("button", name="Reserve seats").click()
    page.wait_for_url("**/reservations/*/")
    expect(answer(page)).to_contain_text('"label": "E5"')


def test_a_login_that_has_ended_is_not_asked_for_again_and_again(browsers):
    browsers.refused = [401, 401, 401]  # the page, the refresh, and the page once more
    page = browsers.open()
    log_in(page, "alice")
    page.context.clear_cookies(name="access_token")
    page.context.clear_cookies(name="refresh_token")
    with page.expect_response("**/auth/refresh/"):
        page.goto("/api/v1/reservations/")
    page.goto("/api/v1/reservations/?status=held")
    page.get_by_role("alert").get_by_role("link", name="Log in").click()
    page.get_by_label("Login").fill("alice")
    page.get_by_label("Password").fill("popcorn-alice-7")
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/api/v1/reservations/?status=held")


@pytest.mark.parametrize("with_script", [True, False])
def test_logging_out_ends_it_all_the_same(browsers, with_script):
    page = browsers.open(java_script_enabled=with_script)
    log_in(page, "alice")
    cookies = page.context.cookies()
    run_out(page)
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("navigation", name="Main").get_by_role("link", name="Log in")).to_be_visible()
    page.context.add_cookies(cookies)
    csrf_token = next(cookie["value"] for cookie in cookies if cookie["name"] == "csrftoken")
    response = page.request.post("/api/v1/auth/refresh/", headers={"X-CSRFToken": csrf_token})
    assert response.status == 401


def test_without_script_all_but_the_clicking_works(browsers):
    page = browsers.open(java_script_enabled=False)
    showtime = free_showtime(page)
    [*_, last] = page.request.get(f"/api/v1/showtimes/{showtime}/seats/?format=json").json()
    log_in(page, "bob", f"/api/v1/showtimes/{showtime}/")
    expect(page.get_by_role("img", name="The seats")).to_be_visible()
    page.get_by_label("Seat ids").fill(str(last["id"]))
    page.get_by_role("button", name="Reserve seats").click()
    expect(answer(page)).to_contain_text("HTTP 201")
    expect(answer(page)).to_contain_text(f'"label": "{last["label"]}"')
