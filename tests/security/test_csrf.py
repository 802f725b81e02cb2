"""
Another site's page can make a browser send cookies, and read nothing of the answer (OWASP CSRF Prevention).

So an unsafe request that comes in by cookie shows a token that only this site's pages can read, and comes from no
foreign Origin. Here is every unsafe operation × every way around that: none passes by cookie, and all by bearer.
"""

from urllib.parse import urlencode

import pytest
from django.test import Client

from tests.clients import browser, program
from tests.operations import FORM, IN_SCHEMA, OPERATIONS, Cinema
from tests.refusals import nothing_changes, problem_of
from tests.rows import undone
from tests.test_access import ACCESS
from tests.test_access import cinema as cinema
from users.models import Login

# What looks at no credentials, and so cannot be done in somebody's name by another site's page.
LOOKS_AT_NONE = {
    *("auth_login", "auth_register", "auth_token", "auth_token_refresh"),
    *("auth_password_reset", "auth_password_reset_confirm"),
}
# Of these, what would log a visitor in unawares, as somebody else (OWASP Login CSRF).
LOGS_IN = {"auth_login", "auth_register"}
UNSAFE = [name for name, operation in OPERATIONS.items() if operation.method != "GET" and name not in LOOKS_AT_NONE]
PAGES = {name for name in UNSAFE if name not in IN_SCHEMA}  # forms, which want a token of everybody
BY_BEARER = [name for name in UNSAFE if name not in PAGES | {"auth_refresh"}]  # that one takes a cookie alone

HTTPS = {"secure": True}
TOKENS = {
    "an empty token": {"HTTP_X_CSRFTOKEN": ""},
    "a short token": {"HTTP_X_CSRFTOKEN": "x"},
    "a wrong token": {"HTTP_X_CSRFTOKEN": "x" * 32},
    "a long wrong token": {"HTTP_X_CSRFTOKEN": "x" * 64},
}
# With the right token, as if it had leaked.
ORIGINS = {
    "a foreign Origin": {"HTTP_ORIGIN": "https://elsewhere.example"},
    "a null Origin": {"HTTP_ORIGIN": "null"},
    "an empty Origin": {"HTTP_ORIGIN": ""},
    "a sibling subdomain": {"HTTP_ORIGIN": "http://kiosk.testserver"},
    "a longer name": {"HTTP_ORIGIN": "http://testserver.elsewhere.example"},
    "another port": {"HTTP_ORIGIN": "http://testserver:81"},
    "another scheme": {"HTTP_ORIGIN": "https://testserver"},
    "no scheme": {"HTTP_ORIGIN": "testserver"},
    "HTTPS, from plain HTTP": HTTPS | {"HTTP_ORIGIN": "http://testserver"},
}
REFERERS = {
    "HTTPS, no Referer": HTTPS,
    "HTTPS, a foreign Referer": HTTPS | {"HTTP_REFERER": "https://elsewhere.example/testserver/"},
    "HTTPS, a sibling's Referer": HTTPS | {"HTTP_REFERER": "https://kiosk.testserver/"},
    "HTTPS, a Referer of plain HTTP": HTTPS | {"HTTP_REFERER": "http://testserver/"},
    "HTTPS, a broken Referer": HTTPS | {"HTTP_REFERER": "https://"},
}
# What a page can send without asking first, with cookies and no token.
FORMS = {
    "a form": FORM,
    "a form with files": "multipart/form-data; boundary=x",
    "plain text": "text/plain",
}
HEADERS = TOKENS | ORIGINS | REFERERS
WELCOME = {
    "the own Origin": {"HTTP_ORIGIN": "http://testserver"},
    "HTTPS, the own Origin": HTTPS | {"HTTP_ORIGIN": "https://testserver"},
    "HTTPS, the own Referer": HTTPS | {"HTTP_REFERER": "https://testserver/box-office"},
    "a trusted Origin": {"HTTP_ORIGIN": "https://box-office.example"},
    "a trusted subdomain": {"HTTP_ORIGIN": "https://kiosk.cinema.example"},
}


@pytest.fixture(autouse=True)
def trusted(settings) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://box-office.example", "https://*.cinema.example"]


def who_may(cinema: Cinema, operation: str, way: str) -> tuple[Login, int]:
    """Somebody who may do it, and the status that they get for it."""
    role = next(role for role in ("owner", "admin") if ACCESS[operation][role, "cookie"] < 400)
    return cinema.log_in(role), ACCESS[operation][role, way]


def form(body: dict | None, content_type: str) -> str:
    """The body as such a form has it."""
    body = {name: value for name, value in (body or {}).items() if isinstance(value, str)}
    if content_type.startswith("multipart"):
        parts = (f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{body[name]}\r\n' for name in body)
        return "".join(parts) + "--x--\r\n"
    return urlencode(body)


@pytest.mark.parametrize("operation", UNSAFE)
def test_by_cookie_none_passes(cinema, operation):
    login, _ = who_may(cinema, operation, "cookie")
    client, body, answers = browser(login), cinema.body(operation, login), {}
    client.credentials()
    token = {"HTTP_X_CSRFTOKEN": client.cookies["csrftoken"].value}
    with nothing_changes():
        for attack, headers in HEADERS.items():
            answers[attack] = cinema.send(client, operation, body, **(token | headers))
        for attack, kind in FORMS.items():
            method, path = OPERATIONS[operation].method, cinema.path(operation)
            answers[attack] = client.generic(method, path, form(body, kind), kind)
        in_the_address = f"csrfmiddlewaretoken={token['HTTP_X_CSRFTOKEN']}"
        answers["the token in the address"] = cinema.send(client, operation, body, QUERY_STRING=in_the_address)
        client.cookies["csrftoken"] = browser().cookies["csrftoken"].value
        answers["another's cookie"] = cinema.send(client, operation, body, **token)
        del client.cookies["csrftoken"]
        answers["no cookie"] = cinema.send(client, operation, body, **token)
    if operation in PAGES:
        assert {response.status_code for response in answers.values()} == {403}
    else:
        assert {name: problem_of(response) for name, response in answers.items()} == dict.fromkeys(
            answers, (403, "csrf_failed")
        )


@pytest.mark.parametrize("operation", UNSAFE)
def test_the_own_pages_and_those_that_the_settings_trust_are_welcome_with_the_token(cinema, operation):
    login, status = who_may(cinema, operation, "cookie")
    body, answers = cinema.body(operation, login), {}
    for welcome, headers in WELCOME.items():
        with undone():
            answers[welcome] = cinema.send(browser(login), operation, body, **headers).status_code
    assert answers == dict.fromkeys(WELCOME, status)


@pytest.mark.parametrize("operation", BY_BEARER)
def test_by_bearer_all_pass(cinema, operation):
    """Also beside cookies: no browser sends a bearer unasked."""
    login, status = who_may(cinema, operation, "bearer")
    body, answers = cinema.body(operation, login), {}
    for attack, headers in (HEADERS | WELCOME).items():
        client = program(login)
        if operation != "auth_logout":  # which ends what the cookies name, and so asks for a token where one came
            client.cookies = browser(login).cookies
        with undone():
            answers[attack] = cinema.send(client, operation, body, **headers).status_code
    assert answers == dict.fromkeys(answers, status)


@pytest.mark.parametrize("operation", sorted(LOOKS_AT_NONE))
def test_nobody_is_logged_in_unawares(cinema, operation):
    status = ACCESS[operation]["anonymous", "cookie"]
    body, answers, expected = cinema.body(operation), {}, {}
    for name, headers in (HEADERS | WELCOME).items():
        with undone():
            response = cinema.send(browser(), operation, body, **headers)
        is_refused = name in ORIGINS and operation in LOGS_IN
        answers[name] = problem_of(response) if response.status_code == 403 else response.status_code
        expected[name] = (403, "csrf_failed") if is_refused else status
        assert not (is_refused and response.cookies)
    assert answers == expected


@pytest.mark.parametrize("operation", sorted(LOOKS_AT_NONE))
@pytest.mark.parametrize("kind", FORMS.values())
def test_nor_by_a_form(cinema, operation, kind):
    sent = form(cinema.body(operation), kind)
    with nothing_changes():
        response = browser().post(cinema.path(operation), sent, content_type=kind)
    assert problem_of(response) == (415, "unsupported_media_type")


@pytest.mark.parametrize("attack", HEADERS)
@pytest.mark.parametrize(
    "path", ["/admin/login/", "/admin/logout/", "/admin/users/user/add/", "/admin/movies/genre/add/"]
)
def test_nor_does_the_admin_site_let_one_pass(ada, attack, path):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    token = client.get("/api/v1/auth/csrf/").json()["csrf_token"]
    with nothing_changes():
        sent = {"HTTP_X_CSRFTOKEN": token} | HEADERS[attack]
        assert problem_of(client.post(f"/admin/{path}", {"name": "Mallory", "slug": "mallory"}, **sent)) == (
            403,
            "csrf_failed",
        )


OVERRIDES = ("HTTP_X_HTTP_METHOD_OVERRIDE", "HTTP_X_HTTP_METHOD", "HTTP_X_METHOD_OVERRIDE")


@pytest.mark.parametrize("operation", [name for name in UNSAFE if name in IN_SCHEMA])
def test_no_method_is_another_than_it_is(cinema, operation):
    """Neither by a header nor by a field, as other frameworks take it: a GET needs no token."""
    login, _ = who_may(cinema, operation, "cookie")
    method, path, _ = OPERATIONS[operation]
    others = {"GET"} | {"POST"} - methods_of(path)
    sent = {"_method": method, "_METHOD": method, "method": method}
    for client, other in ((client, other) for client in (browser(login), program(login)) for other in others):
        with nothing_changes():
            address = f"{cinema.path(operation)}?{urlencode(sent)}"
            response = client.generic(other, address, urlencode(sent), FORM, **dict.fromkeys(OVERRIDES, method))
        assert response.status_code in ({200, 403} if other in methods_of(path) else {405, 415})


def methods_of(path: str) -> set[str]:
    return {operation.method for operation in IN_SCHEMA.values() if operation.path == path}
