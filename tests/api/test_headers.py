import re

import pytest
from rest_framework.response import Response
from rest_framework.test import APIClient

from movies.views import GenreViewSet
from tests.cast import PASSWORD
from tests.cinema import make_showtime
from tests.clients import browser, program
from tests.refusals import problem_of
from users import mail
from users.request_id import request_id

GENRES, ME, LOGIN = "/api/v1/genres/", "/api/v1/users/me/", "/api/v1/auth/login/"
DOCS = "/api/v1/docs/"  # Swagger UI wants to speak with pages that it opens
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def fails(*args, **kwargs):
    raise RuntimeError


# Answers from every layer: what is asked, and the status of the answer.
EVERY_ANSWER = [
    ("GET", GENRES, {}, 200),
    ("HEAD", GENRES, {}, 200),
    ("OPTIONS", GENRES, {}, 200),
    ("GET", GENRES, {"HTTP_ACCEPT": "text/html"}, 200),
    ("GET", DOCS, {}, 200),
    ("GET", "/api/v1/schema/", {}, 200),
    ("GET", "/admin/login/", {}, 200),
    ("POST", "/api/v1/auth/logout/", {}, 204),
    ("GET", "/api/v1/genres", {}, 301),
    ("GET", GENRES, {"HTTP_HOST": "elsewhere.example"}, 400),
    ("POST", LOGIN, {"CONTENT_TYPE": "application/json"}, 400),
    ("GET", ME, {}, 401),
    ("POST", LOGIN, {"HTTP_ORIGIN": "https://elsewhere.example"}, 403),
    ("GET", "/nowhere", {}, 404),
    ("GET", "/api/v1/movies/1/", {}, 404),
    ("DELETE", "/api/v1/auth/csrf/", {}, 405),
    ("GET", GENRES, {"HTTP_ACCEPT": "image/png"}, 406),
    ("POST", LOGIN, {"CONTENT_LENGTH": "9999999"}, 413),
    ("POST", LOGIN, {"CONTENT_TYPE": "text/plain", "CONTENT_LENGTH": "2"}, 415),
    ("DELETE", "/api/v1/genres/drama/", {}, 500),
    ("GET", "/livez", {}, 200),
    ("GET", "/readyz", {}, 200),
]


@pytest.mark.parametrize(("method", "path", "headers", "status"), EVERY_ANSWER)
def test_every_answer_tells_browsers_to_be_careful(ada, monkeypatch, method, path, headers, status):
    monkeypatch.setattr(GenreViewSet, "destroy", fails)
    client = APIClient(raise_request_exception=False)
    if status == 500:
        client.force_authenticate(ada)
    response = client.generic(method, path, **headers)
    assert response.status_code == status
    assert response["Content-Security-Policy"] == POLICY
    assert response["Permissions-Policy"] == "camera=(), geolocation=(), microphone=()"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == ("unsafe-none" if path == DOCS else "same-origin")
    assert re.fullmatch(r"[0-9a-f]{32}", response["X-Request-ID"])


class TestCaching:
    def test_what_everybody_sees_may_be_kept_but_is_asked_for_again(self, anonymous, db):
        for path in (GENRES, "/api/v1/movies/1/", ME):
            assert anonymous.get(path)["Cache-Control"] == "no-cache"

    @pytest.mark.parametrize("come_in", [program, browser], ids=["bearer", "cookie"])
    def test_what_somebody_sees_is_kept_nowhere(self, alice, come_in):
        client = come_in(alice.logins.create())
        for path in (GENRES, ME, "/api/v1/movies/1/"):
            assert client.get(path)["Cache-Control"] == "no-store"

    def test_nor_is_what_credentials_that_count_for_nothing_bring(self, db):
        assert APIClient(HTTP_AUTHORIZATION="Bearer x").get(ME)["Cache-Control"] == "no-store"

    def test_nor_is_the_answer_to_a_write(self, anonymous, alice):
        sent = {"login": "alice", "password": PASSWORD}
        for path in (LOGIN, "/api/v1/auth/token/", "/api/v1/auth/register/", "/api/v1/auth/logout/"):
            assert anonymous.post(path, sent)["Cache-Control"] == "no-store"

    def test_nor_is_what_sets_a_cookie(self, anonymous, db):
        assert anonymous.get("/api/v1/auth/csrf/")["Cache-Control"] == "no-store"

    def test_a_seat_map_is_the_same_for_all_and_asked_for_again(self, alice):
        path = f"/api/v1/showtimes/{make_showtime().pk}/seats/"
        for client in (APIClient(), program(alice.logins.create())):
            assert client.get(path)["Cache-Control"] == "no-cache"


class TestCors:
    """Pages of the configured origins may use the API with the visitor's cookies; no other page may read a thing."""

    ORIGIN = "https://box-office.example"

    @pytest.fixture(autouse=True)
    def configured(self, settings):
        settings.CORS_ALLOWED_ORIGINS = settings.CSRF_TRUSTED_ORIGINS = [self.ORIGIN]

    def preflight(self, origin: str, path: str = LOGIN):
        asks = {"HTTP_ACCESS_CONTROL_REQUEST_METHOD": "POST", "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": "x-csrftoken"}
        return APIClient().options(path, HTTP_ORIGIN=origin, **asks)

    def test_a_configured_origin_may_read_with_credentials(self, anonymous, db):
        response = anonymous.get(GENRES, HTTP_ORIGIN=self.ORIGIN)
        assert response["Access-Control-Allow-Origin"] == self.ORIGIN
        assert response["Access-Control-Allow-Credentials"] == "true"
        assert "origin" in response["Vary"]
        exposed = {name.strip() for name in response["Access-Control-Expose-Headers"].split(",")}
        assert exposed == {"ETag", "Idempotent-Replayed", "Location", "Retry-After", "X-Request-ID"}

    @pytest.mark.parametrize(
        ("method", "path", "headers"),
        [
            ("GET", ME, {}),
            ("GET", "/api/v1/nothing/", {}),
            ("POST", LOGIN, {"CONTENT_LENGTH": "9999999"}),
            ("GET", GENRES, {"HTTP_HOST": "elsewhere.example"}),
        ],
    )
    def test_it_may_read_errors_too(self, anonymous, db, method, path, headers):
        response = anonymous.generic(method, path, HTTP_ORIGIN=self.ORIGIN, **headers)
        assert response.status_code >= 400
        assert response["Access-Control-Allow-Origin"] == self.ORIGIN

    def test_it_may_send_what_the_api_reads(self):
        response = self.preflight(self.ORIGIN)
        assert response.status_code == 200
        assert response["Access-Control-Allow-Origin"] == self.ORIGIN
        assert response["Access-Control-Allow-Credentials"] == "true"
        assert {"GET", "POST", "PUT", "PATCH", "DELETE"} <= set(response["Access-Control-Allow-Methods"].split(", "))
        assert set(response["Access-Control-Allow-Headers"].split(", ")) == {
            "accept",
            "authorization",
            "content-type",
            "idempotency-key",
            "if-none-match",
            "x-csrftoken",
            "x-request-id",
        }

    @pytest.mark.parametrize(
        "origin",
        [
            "https://elsewhere.example",
            "http://box-office.example",
            "https://box-office.example:444",
            "https://box-office.example.elsewhere.example",
            "https://kiosk.box-office.example",
            "null",
        ],
    )
    def test_any_other_origin_may_not(self, anonymous, db, origin):
        for response in (anonymous.get(GENRES, HTTP_ORIGIN=origin), self.preflight(origin)):
            assert not [name for name in response.headers if name.startswith("Access-Control-")]

    def test_nobody_may_outside_of_the_api(self, anonymous, db):
        for path in ("/admin/login/", "/livez", "/nowhere"):
            assert "Access-Control-Allow-Origin" not in anonymous.get(path, HTTP_ORIGIN=self.ORIGIN)

    def test_by_default_there_is_no_such_origin(self, anonymous, db, settings):
        settings.CORS_ALLOWED_ORIGINS = []
        assert "Access-Control-Allow-Origin" not in anonymous.get(GENRES, HTTP_ORIGIN=self.ORIGIN)

    def test_a_page_of_a_configured_origin_logs_in_and_acts(self, alice):
        client = APIClient(enforce_csrf_checks=True)
        sent = {"login": "alice", "password": PASSWORD}
        assert client.post(LOGIN, sent, HTTP_ORIGIN=self.ORIGIN).status_code == 200
        client.credentials(HTTP_X_CSRFTOKEN=client.cookies["csrftoken"].value, HTTP_ORIGIN=self.ORIGIN)
        assert client.patch(ME, {"username": "alicia"}).status_code == 200
        client.credentials(HTTP_X_CSRFTOKEN=client.cookies["csrftoken"].value, HTTP_ORIGIN="https://elsewhere.example")
        assert problem_of(client.patch(ME, {"username": "mallory"})) == (403, "csrf_failed")


class TestRequestId:
    @pytest.mark.parametrize("request_id", ["12345678", "a" * 64, "5e3c1a2f-6f0b.trace_1"])
    def test_a_well_formed_one_is_taken(self, anonymous, db, request_id):
        assert anonymous.get(GENRES, HTTP_X_REQUEST_ID=request_id)["X-Request-ID"] == request_id

    @pytest.mark.parametrize("request_id", [None, "", "1234567", "a" * 65, "a b c d e", "<script>alert(1)", "é" * 8])
    def test_else_one_is_made(self, anonymous, db, request_id):
        headers = {} if request_id is None else {"HTTP_X_REQUEST_ID": request_id}
        made = {anonymous.get(GENRES, **headers)["X-Request-ID"] for _ in range(3)}
        assert len(made) == 3
        assert all(re.fullmatch(r"[0-9a-f]{32}", each) for each in made)

    def test_whatever_is_called_meanwhile_can_read_it(self, anonymous, db, monkeypatch):
        seen = []
        monkeypatch.setattr(GenreViewSet, "list", lambda *args, **kwargs: seen.append(request_id.get()) or Response())
        for asked in ("the-first-of-two", "the-second-one"):
            anonymous.get(GENRES, HTTP_X_REQUEST_ID=asked)
        assert seen == ["the-first-of-two", "the-second-one"]
        assert request_id.get() == ""

    def test_so_can_the_postman_whom_it_leaves_a_mail_to(self, anonymous, alice, monkeypatch):
        seen = []
        monkeypatch.setattr("users.mail._send_password_reset", lambda email: seen.append(request_id.get()))
        anonymous.post("/api/v1/auth/password/reset/", {"email": alice.email}, HTTP_X_REQUEST_ID="somebody-forgot")
        mail.postman.submit(int).result()
        assert seen == ["somebody-forgot"]
