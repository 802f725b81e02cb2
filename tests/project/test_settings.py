"""Settings are read once, at the start; so each of these starts a process with an environment of its own."""

import json
import os
import subprocess
import sys

import pytest

KEY = "one-key-of-two-that-open-nothing-but-are-as-long-as-the-longest-needs-to-be"
OTHER_KEY = KEY[::-1]
PRODUCTION = {"SECRET_KEY": KEY, "REFRESH_SECRET_KEY": OTHER_KEY, "ALLOWED_HOSTS": "cinema.example"}
HOW_TO_MAKE_ONE = "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(64))'"


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    """Python in a process that knows nothing but these settings."""
    base = {"PATH": os.defpath, "ENV_FILE": os.devnull, "DJANGO_SETTINGS_MODULE": "project.settings"}
    command = [sys.executable, *arguments]
    return subprocess.run(command, env=base | environment, capture_output=True, text=True, timeout=60)


def start(**environment: str) -> subprocess.CompletedProcess:
    return run("-c", "import django; django.setup()", **environment)


def refusal(**environment: str) -> str:
    """What the server says when it refuses to start, without the way there."""
    done = start(**environment)
    assert done.returncode == 1
    return done.stderr.partition("django.core.exceptions.ImproperlyConfigured: ")[2].strip()


def value_of(*names: str, **environment: str) -> list:
    """These settings, in production with this environment."""
    script = """
import json, sys
from django.conf import settings
print(json.dumps([getattr(settings, name, None) for name in sys.argv[1:]], default=str))
"""
    done = run("-c", script, *names, **PRODUCTION | environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class TestRefusingToStart:
    def test_two_strong_keys_and_a_host_are_enough(self):
        done = start(**PRODUCTION)
        assert (done.returncode, done.stderr) == (0, "")

    def test_without_anything_it_says_all_that_is_missing(self):
        assert refusal().splitlines() == [
            "SECRET_KEY is missing or weak: HS256 needs at least 32 random bytes.",
            "REFRESH_SECRET_KEY is missing or weak: HS256 needs at least 32 random bytes.",
            HOW_TO_MAKE_ONE,
            "ALLOWED_HOSTS is empty: name the hosts that this server answers for, as in ALLOWED_HOSTS=cinema.example",
        ]

    @pytest.mark.parametrize("name", ["SECRET_KEY", "REFRESH_SECRET_KEY"])
    @pytest.mark.parametrize("key", ["", "secret", KEY[:31], "a" * 64, "abcabcabc" * 10])
    def test_a_key_that_is_missing_or_weak_is_named(self, name, key):
        weak = f"{name} is missing or weak: HS256 needs at least 32 random bytes."
        assert refusal(**PRODUCTION | {name: key}).splitlines() == [weak, HOW_TO_MAKE_ONE]

    def test_two_keys_that_are_one_are_refused(self):
        same = "SECRET_KEY and REFRESH_SECRET_KEY are the same: each needs a key of its own."
        assert refusal(**PRODUCTION | {"REFRESH_SECRET_KEY": KEY}).splitlines() == [same, HOW_TO_MAKE_ONE]

    @pytest.mark.parametrize(("algorithm", "size"), [("HS256", 32), ("HS384", 48), ("HS512", 64)])
    def test_a_key_is_as_long_as_its_algorithm_wants(self, algorithm, size):
        settings = PRODUCTION | {"ALGORITHM": algorithm}
        assert start(**settings | {"SECRET_KEY": KEY[:size]}).returncode == 0
        assert f"{algorithm} needs at least {size} random bytes" in refusal(
            **settings | {"SECRET_KEY": KEY[: size - 1]}
        )

    @pytest.mark.parametrize("algorithm", ["none", "RS256", "hs256", "HS1"])
    def test_another_algorithm_is_refused(self, algorithm):
        said = refusal(**PRODUCTION | {"ALGORITHM": algorithm})
        assert said == f"ALGORITHM='{algorithm}': use one of HS256, HS384, HS512."

    def test_without_hosts_it_says_so(self):
        assert refusal(**PRODUCTION | {"ALLOWED_HOSTS": ""}).startswith("ALLOWED_HOSTS is empty: ")

    def test_a_malformed_rate_is_refused(self):
        said = refusal(**PRODUCTION | {"THROTTLE_LOGIN": "ten a minute"})
        assert said.startswith("THROTTLE_LOGIN='ten a minute': write N/second, ")

    def test_debug_needs_no_hosts_but_keys(self):
        assert start(**PRODUCTION | {"ALLOWED_HOSTS": "", "DEBUG": "1"}).returncode == 0
        assert "SECRET_KEY is missing" in refusal(DEBUG="1")


class TestHttps:
    COOKIES = ("ACCESS_COOKIE", "REFRESH_COOKIE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_SECURE", "HTTPS")

    def test_it_is_on_unless_turned_off(self):
        assert value_of("HTTPS", "DEBUG") == [True, False]

    def test_cookies_have_prefixes_and_are_secure(self):
        assert value_of(*self.COOKIES) == ["__Host-access_token", "__Secure-refresh_token", True, True, True]
        assert value_of(*self.COOKIES, HTTPS="0") == ["access_token", "refresh_token", False, False, False]

    def test_plain_http_is_redirected_except_for_the_health_of_the_server(self):
        script = """
import json, django
django.setup()
from django.test import Client
def ask(path, **how):
    answer = Client().get(path, HTTP_HOST="cinema.example", **how)
    return [answer.status_code, answer.headers.get("Location"), answer.headers.get("Strict-Transport-Security")]
print(json.dumps([ask("/api/v1/auth/csrf/"), ask("/livez"), ask("/livez/"), ask("/api/v1/auth/csrf/", secure=True)]))
"""
        done = run("-c", script, **PRODUCTION)
        hsts = "max-age=31536000; includeSubDomains; preload"
        assert json.loads(done.stdout) == [
            [301, "https://cinema.example/api/v1/auth/csrf/", None],
            [200, None, None],
            [301, "https://cinema.example/livez/", None],
            [200, None, hsts],
        ]

    def test_without_it_nothing_is_redirected(self):
        assert value_of("SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", HTTPS="0") == [False, 0]


class TestDatabase:
    def test_without_settings_it_is_sqlite_in_a_file(self):
        [databases, base] = value_of("DATABASES", "BASE_DIR")
        assert databases["default"]["ENGINE"] == "django.db.backends.sqlite3"
        assert databases["default"]["NAME"] == f"{base}/db.sqlite3"

    @pytest.mark.parametrize("path", ["cinema.sqlite3", "/var/lib/cinema/db.sqlite3"])
    def test_sqlite_path_says_where(self, path):
        [databases, base] = value_of("DATABASES", "BASE_DIR", SQLITE_PATH=path)
        assert databases["default"]["NAME"] == (path if path.startswith("/") else f"{base}/{path}")

    @pytest.mark.parametrize("name", ["POSTGRES_DB", "POSTGRES_USER", "POSTGRES_PASSWORD", "DB_HOST", "DB_PORT"])
    def test_any_of_its_settings_means_postgresql(self, name):
        [databases] = value_of("DATABASES", **{name: "1234"})
        database = databases["default"]
        assert database["ENGINE"] == "project.postgresql"
        defaults = {
            "POSTGRES_DB": "postgres",
            "POSTGRES_USER": "postgres",
            "POSTGRES_PASSWORD": "",
            "DB_HOST": "127.0.0.1",
            "DB_PORT": "5432",
        }
        read = dict(zip(defaults, (database[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")), strict=True))
        assert read == defaults | {name: "1234"}

    def test_nobody_waits_for_ever(self):
        [databases] = value_of("DATABASES", POSTGRES_DB="cinema")
        options = databases["default"]["OPTIONS"]
        assert options["connect_timeout"] == 5
        for limit in ("lock_timeout=5s", "statement_timeout=15s", "idle_in_transaction_session_timeout=15s"):
            assert f"-c {limit}" in options["options"]


class TestBrowsers:
    def test_origins_of_both_settings_are_trusted(self):
        origins = {
            "CSRF_TRUSTED_ORIGINS": "https://a.example",
            "CORS_ALLOWED_ORIGINS": "https://b.example,https://c.example",
        }
        assert value_of("CSRF_TRUSTED_ORIGINS", "CORS_ALLOWED_ORIGINS", "CORS_ALLOW_CREDENTIALS", **origins) == [
            ["https://a.example", "https://b.example", "https://c.example"],
            ["https://b.example", "https://c.example"],
            True,
        ]

    def test_by_default_no_other_origin_is(self):
        names = ("CSRF_TRUSTED_ORIGINS", "CORS_ALLOWED_ORIGINS", "CORS_ALLOW_ALL_ORIGINS")
        assert value_of(*names) == [[], [], None]

    def test_proxies_are_believed_only_when_there_are_some(self):
        names = ("SECURE_PROXY_SSL_HEADER", "USE_X_FORWARDED_HOST")
        assert value_of(*names) == [None, False]
        assert value_of(*names, TRUSTED_PROXIES="1") == [["HTTP_X_FORWARDED_PROTO", "https"], True]


def test_access_tokens_live_as_long_as_the_environment_says():
    assert value_of("SIMPLE_JWT", ACCESS_TOKEN_EXPIRE_MINUTES="5")[0]["ACCESS_TOKEN_LIFETIME"] == "0:05:00"


@pytest.mark.parametrize("database", [{}, {"POSTGRES_DB": "cinema"}], ids=["sqlite", "postgresql"])
def test_a_production_configuration_passes_djangos_checks(database):
    done = run("-m", "django", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION | database)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert done.stdout.startswith("System check identified no issues")


def test_the_migrations_are_what_the_models_say(db):
    done = run("-m", "django", "makemigrations", "--check", "--dry-run", **PRODUCTION)
    assert (done.returncode, done.stdout) == (0, "No changes detected\n")
