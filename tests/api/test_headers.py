import re

import pytest
from django.db import OperationalError
from drf_spectacular.generators import SchemaGenerator
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
THE_SAME_FOR_ALL = {"showtimes_seats", "showtimes_seats_map"}  # has an ETag, and nothing of who asks
DOCS = "/api/v1/docs/"  # Swagger UI wants to speak with pages that it opens
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PICTURE = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
OF_THEIR_OWN = {"showtimes_seats_map": {"policy": PICTURE, "embedder": "cross-origin"}}


def fails(*args, **kwargs):
    raise RuntimeError


def is_locked(*args, **kwargs):
    raise OperationalError("the database is locked")


def assert_careful(response, policy: str = POLICY, opener: str = "same-origin", embedder: str = "same-origin") -> None:
    """What tells browsers to take nothing for what it is not, to load nothing of others', and to tell them nothing."""
    assert response["Content-Security-Policy"] == policy
    assert response["Permissions-Policy"] == "camera=(), geolocation=(), microphone=()"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == opener
    assert response["Cross-Origin-Resource-Policy"] == embedder
    assert response["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert re.fullmatch(r"[0-9a-f]{32}", response["X-Request-ID"])
    assert not response.cookies or "no-store" in response["Cache-Control"]


@pytest.fixture
def https(settings) -> None:
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True


# Every operation, as method and path.
OPERATIONS = {
    operation["operationId"]: (method.upper(), path)
    for path, methods in SchemaGenerator().get_schema(public=True)["paths"].items()
    for method, operation in methods.items()
}


@pytest.mark.usefixtures("https")
@pytest.mark.parametrize("operation", OPERATIONS)
class TestEveryOperation:
    """Whether it succeeds or not: the headers, and that nobody keeps what is for one."""

    @pytest.fixture
    def ask(self, operation, ada, showtime):
        """Who asks is an admin, with a body that most refuse; or anybody."""
        admin, anybody = program(ada.logins.create()), APIClient()
        for client in (admin, anybody):
            client.raise_request_exception = False
        method, path = OPERATIONS[operation]
        path = path.format(id=showtime.pk, number=showtime.hall_id, slug="drama")

        def ask(client: APIClient = admin, **how):
            return client.generic(method, path, "{}", content_type="application/json", secure=True, **how)

        ask.anybody = anybody
        return ask

    def test_an_answer_to_an_admin(self, ask, operation):
        response = ask()
        assert response.status_code < 500
        assert_careful(response, **OF_THEIR_OWN.get(operation, {}))
        assert response["Cache-Control"] == ("no-cache" if operation in THE_SAME_FOR_ALL else "no-store")

    def test_an_answer_to_anybody(self, ask, operation):
        response = ask(ask.anybody)
        assert response.status_code < 500
        assert_careful(response, **OF_THEIR_OWN.get(operation, {}))
        is_shared = OPERATIONS[operation][0] == "GET" and not response.cookies
        assert response["Cache-Control"] == ("no-cache" if is_shared else "no-store")

    def test_what_it_cannot_be_asked(self, ask, operation):
        response = ask(HTTP_ACCEPT="image/png")
        assert response.status_code == 406
        assert_careful(response)
        assert response["Cache-Control"] == "no-store"

    @pytest.mark.parametrize(("trouble", "status"), [(fails, 500), (is_locked, 503)])
    def test_trouble_of_our_own(self, ask, monkeypatch, trouble, status):
        monkeypatch.setattr("rest_framework.views.APIView.perform_authentication", trouble)
        response = ask()
        assert response.status_code == status
        assert_careful(response)
        assert response["Cache-Control"] == "no-store"


# Answers from every layer: what is asked, the status of the answer, and whether it may be kept.
EVERY_ANSWER = [
    ("GET", GENRES, {}, 200, "no-cache"),
    ("HEAD", GENRES, {}, 200, "no-cache"),
    ("OPTIONS", GENRES, {}, 200, "no-cache"),
    ("GET", GENRES, {"HTTP_ACCEPT": "text/html"}, 200, "no-store"),
    ("GET", DOCS, {}, 200, "no-cache"),
    ("GET", "/api/v1/schema/", {}, 200, "no-cache"),
    ("GET", "/login/", {}, 200, "no-store"),
    ("GET", "/admin/login/", {}, 200, "max-age=0, no-cache, no-store, must-revalidate, private"),
    ("POST", "/api/v1/auth/logout/", {}, 204, "no-store"),
    ("GET", "/api/v1/genres", {}, 301, "no-cache"),
    ("GET", "/favicon.ico", {}, 302, "no-cache"),
    ("GET", GENRES, {"HTTP_HOST": "elsewhere.example"}, 400, "no-cache"),
    ("POST", LOGIN, {"CONTENT_TYPE": "application/json"}, 400, "no-store"),
    ("GET", ME, {}, 401, "no-cache"),
    ("POST", LOGIN, {"HTTP_ORIGIN": "https://elsewhere.example"}, 403, "no-store"),
    ("GET", "/nowhere", {}, 404, "no-cache"),
    ("GET", "/nowhere", {"HTTP_COOKIE": "sessionid=x"}, 404, "no-store"),
    ("GET", "/media/posters/nothing.webp", {}, 404, "no-cache"),
    ("GET", "/static/nothing.css", {}, 404, "no-cache"),
    ("GET", "/api/v1/movies/1/", {}, 404, "no-cache"),
    ("DELETE", "/api/v1/auth/csrf/", {}, 405, "no-store"),
    ("GET", GENRES, {"HTTP_ACCEPT": "image/png"}, 406, "no-cache"),
    ("POST", LOGIN, {"CONTENT_LENGTH": "9999999"}, 413, "no-store"),
    ("POST", LOGIN, {"CONTENT_TYPE": "text/plain", "CONTENT_LENGTH": "2"}, 415, "no-store"),
    ("GET", "/livez", {}, 200, "no-cache"),
    ("GET", "/readyz", {}, 200, "no-cache"),
]


@pytest.mark.usefixtures("https", "db")
class TestEveryAnswer:
    @pytest.mark.parametrize(("method", "path", "headers", "status", "kept"), EVERY_ANSWER)
    def test_of_any_layer(self, anonymous, method, path, headers, status, kept):
        response = anonymous.generic(method, path, secure=True, **headers)
        assert response.status_code == status
        assert_careful(response, opener="unsafe-none" if path == DOCS else "same-origin")
        assert response["Cache-Control"] == kept

    def test_of_the_admin_site(self, client, ada):
        client.force_login(ada)
        for path in ("/admin/", "/admin/users/user/", "/admin/users/user/9999/change/", "/admin/nowhere/"):
            response = client.get(path, secure=True)
            assert_careful(response)
            assert "no-store" in response["Cache-Control"]

    def test_a_file(self, settings):
        settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = True
        response = APIClient().get("/static/api/style.css", secure=True)
        assert b"".join(response.streaming_content)
        assert_careful(response)

    def test_a_map_that_has_not_changed(self, anonymous, showtime):
        path = f"/api/v1/showtimes/{showtime.pk}/seats/map/"
        etag = anonymous.get(path)["ETag"]
        response = anonymous.get(path, secure=True, HTTP_IF_NONE_MATCH=etag)
        assert response.status_code == 304
        assert_careful(response, PICTURE, embedder="cross-origin")

    def test_figures(self, anonymous, settings):
        settings.METRICS_TOKEN = "a-token-of-our-own-that-opens-nothing-else"
        settings.MIDDLEWARE = [*settings.MIDDLEWARE]
        settings.MIDDLEWARE.insert(settings.MIDDLEWARE.index("project.health.health"), "project.metrics.metrics")
        for headers, status in (({}, 401), ({"Authorization": f"Bearer {settings.METRICS_TOKEN}"}, 200)):
            response = APIClient().get("/metrics", secure=True, headers=headers)
            assert response.status_code == status
            assert_careful(response)


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
            assert not [name for name in response.headers if name.lower().startswith("access-control-")]

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
        seen, none = [], {"count": 0, "next": None, "previous": None, "results": []}
        monkeypatch.setattr(
            GenreViewSet, "list", lambda *args, **kwargs: seen.append(request_id.get()) or Response(none)
        )
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
