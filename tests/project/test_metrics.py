"""Figures for Prometheus: of all workers together, exact, and for nobody without the token."""

import json
from collections import Counter
from http.client import HTTPConnection

import pytest
from prometheus_client.parser import text_string_to_metric_families
from rest_framework.test import APIClient

from tests import harness
from tests.cast import make_user
from tests.cinema import ids_of, make_movie
from tests.clients import program
from tests.race import at_once
from tests.refusals import problem_of
from users.models import Login
from users.tokens import AccessToken

TOKEN = "a-token-of-our-own-that-opens-nothing-else"
LABELS = ("method", "route", "status", "code", "le")
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def figures(text: str) -> dict:
    """By name and labels."""
    return {
        (sample.name, *(sample.labels[label] for label in LABELS if label in sample.labels)): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


class TestWithoutAToken:
    def test_there_is_nothing(self, anonymous, db):
        for headers in ({}, BEARER):
            assert problem_of(anonymous.get("/metrics", headers=headers)) == (404, "not_found")


@pytest.fixture
def turned_on(settings) -> None:
    """As the settings do it at the start."""
    settings.METRICS_TOKEN = TOKEN
    settings.MIDDLEWARE = [*settings.MIDDLEWARE]
    settings.MIDDLEWARE.insert(settings.MIDDLEWARE.index("project.health.health"), "project.metrics.metrics")


@pytest.mark.usefixtures("turned_on", "db")
class TestPage:
    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Authorization": ""},
            {"Authorization": "Bearer"},
            {"Authorization": "Bearer x"},
            {"Authorization": f"Bearer {TOKEN}x"},
            {"Authorization": f"Bearer {TOKEN[:-1]}"},
            {"Authorization": f"Basic {TOKEN}"},
            {"Authorization": "Bearer é"},
            {"X-Metrics-Token": TOKEN},
            {"Cookie": f"access_token={TOKEN}"},
        ],
    )
    def test_it_is_refused_without_the_token(self, anonymous, headers):
        for path in ("/metrics", f"/metrics?token={TOKEN}"):
            response = anonymous.get(path, headers=headers)
            assert problem_of(response) == (401, "not_authenticated")
            assert response["WWW-Authenticate"] == "Bearer"
            assert b"http_requests" not in response.content

    def test_an_admin_is_nobody_here(self, ada):
        assert problem_of(program(ada.logins.create()).get("/metrics")) == (401, "not_authenticated")

    def test_it_can_only_be_read(self, anonymous):
        response = anonymous.post("/metrics", headers=BEARER)
        assert problem_of(response) == (405, "method_not_allowed")
        assert response["Allow"] == "GET, HEAD"

    def test_it_is_text_that_is_kept_nowhere(self, anonymous):
        response = anonymous.get("/metrics", headers=BEARER, HTTP_HOST="10.0.0.7:8000")
        assert response.status_code == 200
        assert response["Content-Type"].startswith("text/plain; version=")
        assert response["Cache-Control"] == "no-store"

    def counted(self, *labels: str) -> float:
        text = APIClient().get("/metrics", headers=BEARER).content.decode()
        return figures(text).get(("http_requests_total", *labels), 0)

    @pytest.mark.parametrize(
        ("method", "path", "labels"),
        [
            ("GET", "/api/v1/movies/7/", ("GET", "/api/v1/movies/<int:pk>/", "404", "not_found")),
            ("GET", "/livez", ("GET", "/livez", "200", "")),
            ("GET", "/nowhere/alice@example.org", ("GET", "", "404", "not_found")),
            ("POST", "/api/v1/reservations/", ("POST", "/api/v1/reservations/", "401", "not_authenticated")),
            ("BREW", "/api/v1/genres/", ("other", "/api/v1/genres/", "401", "not_authenticated")),
        ],
    )
    def test_an_answer_is_counted_by_its_route_and_never_by_its_path(self, anonymous, method, path, labels):
        before = self.counted(*labels)
        anonymous.generic(method, path)
        assert self.counted(*labels) == before + 1

    def test_any_number_of_paths_makes_one_figure(self, anonymous):
        def names() -> set:
            return set(figures(anonymous.get("/metrics", headers=BEARER).content.decode()))

        anonymous.get("/api/v1/movies/1000/")
        anonymous.get("/nowhere/1000/")
        before = names()
        for number in range(20):
            anonymous.get(f"/api/v1/movies/{number}/")
            anonymous.get(f"/nowhere/{number}/")
        assert names() == before


@pytest.mark.django_db(transaction=True)
def test_the_figures_of_several_workers_are_exact(tmp_path, settings, showtime):
    """32 visitors at once, each with a look and a booking of the same seat; then any worker knows all about it."""
    movie = make_movie("Another")
    tokens = [str(AccessToken.of(Login.objects.create(user=make_user(f"buyer{n}")))) for n in range(32)]
    booking = json.dumps({"showtime_id": showtime.pk, "seat_ids": ids_of(showtime, "A1")})
    keys = {"SECRET_KEY": settings.SECRET_KEY, "REFRESH_SECRET_KEY": settings.REFRESH_SECRET_KEY}
    environment = harness.environment(
        harness.database_of_the_tests(), tmp_path, WEB_CONCURRENCY="3", METRICS_TOKEN=TOKEN, **keys
    )
    with harness.serve(environment, tmp_path / "log") as address:

        def ask(method: str, path: str, body: str | None = None, **headers: str) -> tuple[int, str]:
            connection = HTTPConnection(*address, timeout=30)
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            content = response.read().decode()
            connection.close()
            return response.status, content

        def visit(token: str) -> int:
            for _ in range(3):
                assert ask("GET", f"/api/v1/movies/{movie.pk}/")[0] == 200
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            return ask("POST", "/api/v1/reservations/", booking, **headers)[0]

        statuses = Counter(at_once(*(lambda token=token: visit(token) for token in tokens)))
        assert statuses == {201: 1, 409: 31}
        for _ in range(6):
            status, text = ask("GET", "/metrics", **BEARER)
            assert status == 200
            told = figures(text)
            answers, seconds = "http_requests_total", "http_request_duration_seconds_count"
            assert told[answers, "GET", "/api/v1/movies/<int:pk>/", "200", ""] == 96
            assert told[answers, "POST", "/api/v1/reservations/", "201", ""] == 1
            assert told[answers, "POST", "/api/v1/reservations/", "409", "seats_unavailable"] == 31
            assert told[seconds, "GET", "/api/v1/movies/<int:pk>/"] == 96
            assert told[seconds, "POST", "/api/v1/reservations/"] == 32
        assert ask("GET", "/metrics")[0] == 401
    assert TOKEN not in (tmp_path / "log").read_text()
