"""/login/, /logout/ and /register/: the API's own ways in and out, as forms for people."""

import re
from urllib.parse import quote

import pytest
from rest_framework.test import APIClient

from tests.api.html import HTML, Page, page, send
from tests.cast import PASSWORD
from tests.clients import browser, program
from tests.refusals import nothing_changes
from users.models import AuditEntry, Login, User

LOGIN, LOGOUT, REGISTER = "/login/", "/logout/", "/register/"
COOKIES = {"access_token", "refresh_token", "csrftoken"}
CREDENTIALS = {"login": "alice", "password": PASSWORD}
NEWCOMER = {"username": "newcomer", "email": "newcomer@example.org", "password": "a-long-pass-phrase-7"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitor() -> APIClient:
    """A browser that has opened a page and sends nothing but its forms."""
    client = APIClient(enforce_csrf_checks=True)
    client.get(LOGIN, headers=HTML)
    return client


def fill_in(client, address: str, asked: dict):
    """Open a page, and send its form with the token that is hidden in it."""
    hidden = page(client, address).all("input", name="csrfmiddlewaretoken")[0]["value"]
    return send(client, "POST", address, asked | {"csrfmiddlewaretoken": hidden})


def who_am_i(client) -> str | None:
    return client.get("/api/v1/users/me/").json().get("username")


# Log in


def test_the_form_asks_for_login_and_password(visitor):
    shown = page(visitor, LOGIN)
    assert [field["name"] for field in shown.all("input")] == ["csrfmiddlewaretoken", "login", "password"]
    assert shown.all("input", name="password")[0]["type"] == "password"
    assert shown.all("input", name="login")[0]["autocomplete"] == "username"


def test_it_logs_in_with_the_same_cookies_as_the_api(visitor, alice):
    response = fill_in(visitor, LOGIN, CREDENTIALS)
    assert (response.status_code, response["Location"]) == (302, "/api/v1/")
    by_api = APIClient().post("/api/v1/auth/login/", CREDENTIALS)
    assert set(response.cookies) == set(by_api.cookies) == COOKIES
    for name in COOKIES:
        here, there = response.cookies[name], by_api.cookies[name]
        assert {**here, "expires": None} == {**there, "expires": None}
    assert who_am_i(visitor) == "alice"


def test_the_csrf_token_is_another_one_afterwards(visitor, alice):
    before = visitor.cookies["csrftoken"].value
    fill_in(visitor, LOGIN, CREDENTIALS)
    assert visitor.cookies["csrftoken"].value != before


@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"login": "nobody"}])
def test_a_wrong_login_stays_on_the_page(visitor, alice, wrong):
    with nothing_changes(AuditEntry):
        response = fill_in(visitor, LOGIN, CREDENTIALS | wrong)
    shown = Page(response)
    assert shown.status == 401
    assert "No active account has this login and password." in shown.text
    assert shown.all("input", name="password")[0]["value"] == ""
    assert COOKIES & set(response.cookies) <= {"csrftoken"}


def test_an_empty_form_is_told_what_it_lacks(visitor):
    shown = Page(fill_in(visitor, LOGIN, {"login": "", "password": ""}))
    assert shown.status == 400
    assert shown.text.count("This field may not be blank.") == 4


@pytest.mark.parametrize(("address", "asked"), [(LOGIN, CREDENTIALS), (REGISTER, NEWCOMER), (LOGOUT, {})])
@pytest.mark.parametrize("token", ["", "x" * 64])
def test_no_form_is_taken_without_its_token(visitor, alice, address, asked, token):
    with nothing_changes():
        shown = Page(send(visitor, "POST", address, asked | {"csrfmiddlewaretoken": token}))
    assert shown.status == 403
    assert "CSRF failed" in shown.text


def test_no_form_is_taken_from_another_site(visitor, alice):
    token = page(visitor, LOGIN).all("input", name="csrfmiddlewaretoken")[0]["value"]
    headers = HTML | {"Origin": "https://elsewhere.example"}
    with nothing_changes():
        response = send(visitor, "POST", LOGIN, CREDENTIALS | {"csrfmiddlewaretoken": token}, headers)
    assert response.status_code == 403


@pytest.mark.parametrize(
    "address",
    ["/api/v1/reservations/?showtime_id=1", "http://testserver/api/v1/movies/", "/api/v1/movies/?search=%C3%A9+%26"],
)
def test_it_goes_on_where_the_visit_was(visitor, alice, address):
    response = fill_in(visitor, f"{LOGIN}?next={quote(address, safe='')}", CREDENTIALS)
    assert response["Location"] == address


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.example/",
        "//elsewhere.example/",
        "///elsewhere.example/",
        "/\\elsewhere.example/",
        "\\\\elsewhere.example/",
        "http:elsewhere.example",
        "javascript:alert(1)",
        "\thttps://elsewhere.example/",
        "http://testserver@elsewhere.example/",
        "https://testserver:443@elsewhere.example/",
        "",
    ],
)
def test_nobody_is_led_to_another_site(visitor, alice, address):
    response = fill_in(visitor, f"{LOGIN}?next={quote(address, safe='')}", CREDENTIALS)
    assert response["Location"] == "/api/v1/"


def test_no_header_can_be_smuggled_into_the_answer(visitor, alice):
    response = fill_in(visitor, f"{LOGIN}?next=/api/%0d%0aSet-Cookie:%20a=b", CREDENTIALS)
    assert "\n" not in response["Location"]
    assert set(response.cookies) == COOKIES


def test_it_is_throttled_together_with_the_apis_login(visitor, alice, settings):
    rates = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] | {"login": "3/minute"}
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"DEFAULT_THROTTLE_RATES": rates}
    assert [fill_in(visitor, LOGIN, {"login": "alice"}).status_code for _ in range(2)] == [400, 400]
    assert APIClient().post("/api/v1/auth/login/", {"login": "alice"}).status_code == 400
    response = fill_in(visitor, LOGIN, CREDENTIALS)
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
    assert "throttled" in Page(response).text
    assert visitor.get(LOGIN, headers=HTML).status_code == 200


def test_only_forms_are_read(visitor, alice):
    token = {"X-CSRFToken": visitor.get("/api/v1/auth/csrf/").json()["csrf_token"]}
    with nothing_changes():
        assert visitor.post(LOGIN, CREDENTIALS, headers=HTML | token).status_code == 415


@pytest.mark.parametrize("address", [LOGIN, LOGOUT, REGISTER])
def test_nobody_keeps_the_page(visitor, address):
    response = visitor.get(address, headers=HTML)
    assert response["Cache-Control"] == "no-store"
    assert not Page(response).scripts


# Log out


def test_it_ends_that_login_and_clears_its_cookies(alice):
    login, other = Login.objects.create(user=alice), Login.objects.create(user=alice)
    visitor = browser(login)
    visitor.credentials()
    response = fill_in(visitor, f"{LOGOUT}?next=/api/v1/schedule/", {})
    assert (response.status_code, response["Location"]) == (302, "/api/v1/schedule/")
    assert {name for name, cookie in response.cookies.items() if cookie["max-age"] == 0} >= {
        "access_token",
        "refresh_token",
    }
    login.refresh_from_db()
    other.refresh_from_db()
    assert login.revoked_at
    assert not other.revoked_at
    assert who_am_i(visitor) is None


def test_it_ends_it_also_once_the_access_cookie_has_run_out(alice):
    """The browser sends the refresh cookie to its own path only, and so is led there."""
    login = Login.objects.create(user=alice)
    visitor = browser(login)
    visitor.credentials()
    refresh_token = visitor.cookies.pop("refresh_token")
    del visitor.cookies["access_token"]
    token = page(visitor, LOGOUT).all("input", name="csrfmiddlewaretoken")[0]["value"]
    asked = {"csrfmiddlewaretoken": token}
    response = send(visitor, "POST", f"{LOGOUT}?next=/api/v1/schedule/", asked)
    assert response.status_code == 307
    assert response["Location"].startswith(refresh_token["path"])
    visitor.cookies["refresh_token"] = refresh_token.value
    response = send(visitor, "POST", response["Location"], asked)
    assert (response.status_code, response["Location"]) == (302, "/api/v1/schedule/")
    login.refresh_from_db()
    assert login.revoked_at
    assert visitor.cookies["refresh_token"]["max-age"] == 0


def test_every_page_has_a_button_for_it_that_leads_to_where_nobody_has_to_be_logged_in(alice):
    visitor = browser(Login.objects.create(user=alice))
    visitor.credentials()
    shown = page(visitor, "/api/v1/reservations/")
    assert "Log in" not in shown.text
    [form] = [form for form in shown.all("form") if form.get("action", "").startswith(LOGOUT)]
    token = shown.all("input", name="csrfmiddlewaretoken")[0]["value"]
    response = send(visitor, "POST", form["action"], {"csrfmiddlewaretoken": token})
    assert response["Location"] == "/api/v1/"
    assert who_am_i(visitor) is None


def test_looking_at_the_page_ends_nothing(alice):
    visitor = browser(Login.objects.create(user=alice))
    page(visitor, LOGOUT)
    assert who_am_i(visitor) == "alice"


# Register


def test_it_registers_and_logs_in(visitor):
    response = fill_in(visitor, f"{REGISTER}?next=/api/v1/schedule/", NEWCOMER)
    assert (response.status_code, response["Location"]) == (302, "/api/v1/schedule/")
    assert set(response.cookies) == COOKIES
    assert who_am_i(visitor) == "newcomer"
    assert User.objects.get(username="newcomer").role == "user"


def test_nobody_makes_an_admin_of_oneself(visitor):
    fill_in(visitor, REGISTER, NEWCOMER | {"role": "admin", "is_staff": "true", "is_superuser": "true"})
    assert not User.objects.get(username="newcomer").is_admin


def test_what_is_wrong_is_said_beside_the_fields(visitor, alice):
    with nothing_changes():
        shown = Page(fill_in(visitor, REGISTER, NEWCOMER | {"username": "Alice", "password": "12345"}))
    assert shown.status == 400
    assert len(re.findall("This username is taken.", shown.text)) == 2
    assert shown.all("input", name="username")[0]["value"] == "Alice"
    assert shown.all("input", name="password")[0]["value"] == ""


def test_a_program_has_no_use_for_these(alice):
    client = program(Login.objects.create(user=alice))
    for address in (LOGIN, LOGOUT, REGISTER):
        assert client.get(address, headers={"Accept": "application/json"}).status_code == 406
