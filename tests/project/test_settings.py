"""Settings are read once, at the start; so each of these starts a process with an environment of its own."""

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import environ
import pytest
from django.core.exceptions import ImproperlyConfigured

from tests.once import once

pytestmark = once
KEY = "one-key-of-two-that-open-nothing-but-are-as-long-as-the-longest-needs-to-be"
OTHER_KEY = KEY[::-1]
THIRD_KEY, FOURTH_KEY = KEY.upper(), OTHER_KEY.upper()
PRODUCTION = {"SECRET_KEY": KEY, "REFRESH_SECRET_KEY": OTHER_KEY, "ALLOWED_HOSTS": "cinema.example"}
ROOT = Path(__file__).parent.parent.parent
SETTINGS = ROOT / "project" / "settings.py"
HOW_TO_MAKE_ONE = "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(64))'"


NUMBER = "write a whole number from {} to {}"
RATE = "write N/second, N/minute, N/hour or N/day, or nothing for no limit"
THROTTLES = ("THROTTLE_LOGIN", "THROTTLE_REGISTER", "THROTTLE_PASSWORD_RESET", "THROTTLE_RESERVE")
HOSTS = "write the names of the hosts, as cinema.example, without a scheme, a port or *"
ORIGINS = "write origins as https://tickets.example, with commas between"
RESET_URL = "write a page's address with {uid} and {token} in it, as https://cinema.example/reset/{uid}/{token}"
MEDIA_URL = (
    "write a path of this server or an address, with a slash at the end, as /media/ or https://cdn.example/cinema/"
)
FROM = "write a mail address, as tickets@cinema.example"
DEBUG = "errors then show code and settings to everybody; write 0, or HTTPS=0 on your own computer"
REDIS = "write redis://127.0.0.1:6379/0"
EMAIL = "write smtp+tls://user:password@mail.example:587, with odd characters as %40"

# A setting's values that cannot be meant, and what to write instead.
REFUSALS = [
    ("HTTPS", "write 1 or 0", ["ture", "2", "1;", "None"]),
    ("DEBUG", "write 1 or 0", ["maybe"]),
    ("DEBUG", DEBUG, ["1", "yes"]),
    ("ALGORITHM", "use one of HS256, HS384, HS512", ["none", "RS256", "hs256", "HS1", "HS256,HS512"]),
    ("ALLOWED_HOSTS", HOSTS, ["*", "cinema.example,*", "https://cinema.example", "cinema.example:443", "a b", "a/b"]),
    ("TIME_ZONE", "write a name of the IANA time zone database, as Europe/Berlin", ["Mars", "Europe", "../UTC", "+01"]),
    ("CURRENCY", "write its code of ISO 4217, as EUR", ["eur", "EURO", "€", "<b>"]),
    ("HOLD_SECONDS", NUMBER.format(1, 1000000), ["0", "-600", "ten", "1.5", "6e2", "1_000", "٣", "1000001", "9" * 30]),
    ("MAX_SEATS_PER_RESERVATION", NUMBER.format(1, 1000000), ["0", "-1", "many"]),
    ("MAX_SEATS_PER_SHOWTIME", NUMBER.format(1, 1000000), ["0", "-1", "many"]),
    ("MAX_HOLDS_PER_USER", NUMBER.format(0, 1000000), ["-1", "many"]),
    ("CANCELLATION_CUTOFF_MINUTES", NUMBER.format(0, 1000000), ["-1", "1h", "1000001"]),
    ("ACCESS_TOKEN_EXPIRE_MINUTES", NUMBER.format(1, 43200), ["0", "-60", "1h", "43201"]),
    ("TRUSTED_PROXIES", NUMBER.format(0, 10), ["-1", "11", "10.0.0.1", "true"]),
    ("PORT", NUMBER.format(1, 65535), ["0", "-1", "65536", "http"]),
    ("WEB_CONCURRENCY", NUMBER.format(1, 1000), ["0", "-2", "1001", "auto"]),
    ("LOG_FORMAT", "use one of json, text", ["xml", "JSON"]),
    ("DB_PORT", NUMBER.format(1, 65535), ["0", "65536", "postgres"]),
    *((name, RATE, ["ten a minute", "0/minute", "-1/minute", "10", "10/min", "10/week", " "]) for name in THROTTLES),
    ("THROTTLE_LOGIN", RATE, ["ten/minute", "10/minutes", "1.5/day", "/", "10/", "10/minute/2"]),
    ("CORS_ALLOWED_ORIGINS", ORIGINS, ["tickets.example", "*", "null", "https://a.example/", "http://a.example"]),
    ("CSRF_TRUSTED_ORIGINS", ORIGINS, ["tickets.example", "https://*.a.example", "http://a.example", "https://a b"]),
    ("PASSWORD_RESET_URL", RESET_URL, ["https://a.example/reset/", "https://a.example/{uid}", "/{uid}/{token}"]),
    ("PASSWORD_RESET_URL", RESET_URL, ["http://a.example/{uid}/{token}", "https://a.example/{uid}/{token}/{name}"]),
    ("MEDIA_URL", MEDIA_URL, ["/media", "media/", "/", "/api/", "/static/x/", "http://cdn.example/", "javascript:/"]),
    ("LOG_FORMAT", "use one of json, text", ["JSON", "xml"]),
    ("DEFAULT_FROM_EMAIL", FROM, ["cinema", "a@b@c.example", "Cinema <cinema>", "a@b.example\nBcc: c@d.example"]),
]
SECRET_REFUSALS = [
    ("METRICS_TOKEN", "write at least 32 random letters and digits", ["x", KEY[:31], f"{KEY[:31]} {KEY[:31]}"]),
    ("EMAIL_URL", EMAIL, ["mail.example", "gopher://mail.example", "smtp://", "smtp://u:hunter2@mail.example:port"]),
    ("METRICS_TOKEN", "write at least 32 random letters and digits", ["hunter2", "hunter2 " * 8, "hünter2" * 8]),
    ("REDIS_URL", REDIS, ["127.0.0.1:6379", "http://u:hunter2@127.0.0.1", "redis://", "redis://:hunter2@r:port/0"]),
]
BAD = [(name, value, advice) for name, advice, values in REFUSALS for value in values]
BAD_SECRETS = [(name, value, advice) for name, advice, values in SECRET_REFUSALS for value in values]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    """Python in a process that knows nothing but these settings."""
    base = {"PATH": os.defpath, "ENV_FILE": os.devnull, "DJANGO_SETTINGS_MODULE": "project.settings"}
    command = [sys.executable, *arguments]
    return subprocess.run(command, env=base | environment, capture_output=True, text=True, timeout=60)


def start(**environment: str) -> subprocess.CompletedProcess:
    return run("-c", "import django; django.setup()", **environment)


@pytest.fixture
def refusal(monkeypatch):
    """What is said about this environment by who refuses to start in it: here, and past Django, to be quick."""

    def ask(**environment: str) -> str:
        monkeypatch.setattr(os, "environ", {"ENV_FILE": os.devnull} | environment)
        with pytest.raises(ImproperlyConfigured) as refused:
            runpy.run_path(str(SETTINGS))
        return str(refused.value)

    return ask


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

    def test_without_anything_it_says_all_that_is_missing(self, refusal):
        assert refusal().splitlines() == [
            "SECRET_KEY is missing or weak: HS256 needs at least 32 random bytes.",
            "REFRESH_SECRET_KEY is missing or weak: HS256 needs at least 32 random bytes.",
            HOW_TO_MAKE_ONE,
            "ALLOWED_HOSTS is empty: name the hosts that this server answers for, as in ALLOWED_HOSTS=cinema.example",
        ]

    def test_without_hosts_it_says_so(self, refusal):
        assert refusal(**PRODUCTION | {"ALLOWED_HOSTS": ""}).startswith("ALLOWED_HOSTS is empty: ")

    def test_debug_needs_no_hosts_but_keys(self, refusal):
        assert start(**PRODUCTION | {"ALLOWED_HOSTS": "", "DEBUG": "1", "HTTPS": "0"}).returncode == 0
        assert "SECRET_KEY is missing" in refusal(DEBUG="1", HTTPS="0")

    @pytest.mark.parametrize(("name", "value", "advice"), BAD)
    def test_what_cannot_be_meant_is_named_with_what_to_write(self, refusal, name, value, advice):
        assert refusal(**PRODUCTION | {name: value}) == f"{name}={value!r}: {advice}."

    @pytest.mark.parametrize(("name", "value", "advice"), BAD_SECRETS)
    def test_a_secret_is_named_but_not_said(self, refusal, name, value, advice):
        assert refusal(**PRODUCTION | {name: value}) == f"{name}: {advice}."

    def test_all_of_it_is_said_at_once(self, refusal):
        said = refusal(**PRODUCTION | {"HTTPS": "ture", "PORT": "http", "ALGORITHM": "none"})
        assert [line.partition("=")[0] for line in said.splitlines()] == ["HTTPS", "ALGORITHM", "PORT"]

    def test_an_empty_one_is_the_same_as_none(self):
        names = {name for name, *_ in (*REFUSALS, *SECRET_REFUSALS)} - {"ALLOWED_HOSTS"}
        assert start(**PRODUCTION | dict.fromkeys(names, "")).stderr == ""

    def test_a_file_of_settings_that_is_not_there_is_named(self, refusal):
        said = refusal(**PRODUCTION | {"ENV_FILE": "/etc/cinema/enviroment"})
        assert said == "ENV_FILE='/etc/cinema/enviroment': there is no such file."

    @pytest.mark.parametrize("content", [None, b"CURRENCY=\xe4"], ids=["a folder", "no text"])
    def test_one_that_cannot_be_read_is_named(self, refusal, tmp_path, content):
        file = tmp_path / "cinema.env"
        file.mkdir() if content is None else file.write_bytes(content)
        assert refusal(**PRODUCTION | {"ENV_FILE": str(file)}).startswith(f"{file} cannot be read: ")


class TestKeys:
    @pytest.mark.parametrize("name", ["SECRET_KEY", "REFRESH_SECRET_KEY"])
    @pytest.mark.parametrize("key", ["", "secret", KEY[:31], "a" * 64, "abcabcabc" * 10])
    def test_one_that_is_missing_or_weak_is_named(self, refusal, name, key):
        weak = f"{name} is missing or weak: HS256 needs at least 32 random bytes."
        assert refusal(**PRODUCTION | {name: key}).splitlines() == [weak, HOW_TO_MAKE_ONE]

    @pytest.mark.parametrize("name", ["SECRET_KEY_FALLBACKS", "REFRESH_SECRET_KEY_FALLBACKS"])
    @pytest.mark.parametrize("key", ["secret", KEY[:31], "a" * 64, "abcabcabc" * 10])
    def test_one_that_is_still_taken_must_be_as_strong(self, refusal, name, key):
        weak = f"{name} is missing or weak: HS256 needs at least 32 random bytes."
        assert refusal(**PRODUCTION | {name: f"{THIRD_KEY},{key}"}).splitlines() == [weak, HOW_TO_MAKE_ONE]

    @pytest.mark.parametrize(("algorithm", "size"), [("HS256", 32), ("HS384", 48), ("HS512", 64)])
    def test_each_is_as_long_as_its_algorithm_wants(self, refusal, algorithm, size):
        settings = PRODUCTION | {"ALGORITHM": algorithm}
        assert start(**settings | {"SECRET_KEY": KEY[:size]}).returncode == 0
        said = refusal(**settings | {"SECRET_KEY": KEY[: size - 1]})
        assert f"{algorithm} needs at least {size} random bytes" in said

    @pytest.mark.parametrize(
        ("first", "second", "keys"),
        [
            ("SECRET_KEY", "REFRESH_SECRET_KEY", {"REFRESH_SECRET_KEY": KEY}),
            ("SECRET_KEY", "REFRESH_SECRET_KEY_FALLBACKS", {"REFRESH_SECRET_KEY_FALLBACKS": f"{THIRD_KEY},{KEY}"}),
            ("REFRESH_SECRET_KEY", "SECRET_KEY_FALLBACKS", {"SECRET_KEY_FALLBACKS": OTHER_KEY}),
            ("SECRET_KEY", "SECRET_KEY_FALLBACKS", {"SECRET_KEY_FALLBACKS": KEY}),
            (
                "SECRET_KEY_FALLBACKS",
                "REFRESH_SECRET_KEY_FALLBACKS",
                {"SECRET_KEY_FALLBACKS": THIRD_KEY, "REFRESH_SECRET_KEY_FALLBACKS": f"{FOURTH_KEY}, {THIRD_KEY}"},
            ),
        ],
    )
    def test_none_serves_twice(self, refusal, first, second, keys):
        same = f"{first} and {second} have a key in common: each needs its own."
        assert refusal(**PRODUCTION | keys).splitlines() == [same, HOW_TO_MAKE_ONE]

    def test_a_refusal_says_none(self, refusal):
        said = refusal(SECRET_KEY=KEY[:31], REFRESH_SECRET_KEY=KEY, SECRET_KEY_FALLBACKS=KEY)
        assert KEY[:5] not in said

    def test_those_that_are_still_taken_are_in_a_list(self):
        keys = {"SECRET_KEY_FALLBACKS": f"{THIRD_KEY}, {FOURTH_KEY}"}
        assert value_of("SECRET_KEY_FALLBACKS", "REFRESH_SECRET_KEY_FALLBACKS", **keys) == [[THIRD_KEY, FOURTH_KEY], []]


class TestWhoeverStartsIt:
    """Says what is wrong in a line for each setting, and nothing else: no traceback."""

    def assert_refuses(self, *command: str) -> None:
        done = run(*command, **PRODUCTION | {"HOLD_SECONDS": "-1"})
        said = "HOLD_SECONDS='-1': write a whole number from 1 to 1000000.\n"
        assert (done.returncode, done.stdout, done.stderr) == (1, "", said)

    @pytest.mark.parametrize("command", ["check", "migrate", "runserver", "createsuperuser"])
    def test_manage_py(self, command):
        self.assert_refuses(str(ROOT / "manage.py"), command)

    def test_gunicorn(self):
        self.assert_refuses("-m", "gunicorn", "-c", "project/gunicorn.py")

    def test_make_run(self):
        self.assert_refuses("-m", "project.first_run")


class TestLogs:
    def test_they_are_json_except_where_somebody_develops(self):
        assert value_of("LOG_FORMAT") == ["json"]
        assert value_of("LOG_FORMAT", DEBUG="1", HTTPS="0") == ["text"]
        assert value_of("LOG_FORMAT", DEBUG="1", HTTPS="0", LOG_FORMAT="json") == ["json"]


class TestMetrics:
    def test_nothing_counts_without_a_token(self):
        [middleware] = value_of("MIDDLEWARE")
        assert "project.metrics.metrics" not in middleware
        [middleware] = value_of("MIDDLEWARE", METRICS_TOKEN=KEY)
        assert middleware.index("project.metrics.metrics") + 1 == middleware.index("project.health.health")


def test_gunicorn_reads_the_file_of_settings_anew_at_each_sighup(tmp_path, monkeypatch):
    file = tmp_path / "cinema.env"
    inherited = PRODUCTION | {"ENV_FILE": str(file), "WEB_CONCURRENCY": "3"}
    monkeypatch.setattr(os, "environ", inherited.copy())
    monkeypatch.setattr(environ.Env, "ENVIRON", os.environ)
    for port in ("8001", "8002"):
        file.write_text(f"PORT={port}\nWEB_CONCURRENCY=5\n")
        gunicorn = runpy.run_path(str(ROOT / "project" / "gunicorn.py"))
        assert (gunicorn["bind"], gunicorn["workers"]) == (f"127.0.0.1:{port}", 3)
    assert os.environ == inherited


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


@pytest.mark.parametrize(("rate", "means"), [("7/second", "7/second"), ("", None), (None, "10/minute")])
def test_a_throttle_is_as_the_environment_says_and_none_where_that_is_empty(rate, means):
    environment = {} if rate is None else {"THROTTLE_LOGIN": rate}
    assert value_of("REST_FRAMEWORK", **environment)[0]["DEFAULT_THROTTLE_RATES"]["login"] == means


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
