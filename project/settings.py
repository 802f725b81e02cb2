"""Every setting, read from the environment or from `.env` (the environment wins). The README has them as a table."""

import os
import re
from datetime import timedelta
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.read_env(os.environ.get("ENV_FILE", BASE_DIR / ".env"))

DEBUG = env.bool("DEBUG", False)
HTTPS = env.bool("HTTPS", True)
SECRET_KEY = env.str("SECRET_KEY", "")
REFRESH_SECRET_KEY = env.str("REFRESH_SECRET_KEY", "")
ALGORITHM = env.str("ALGORITHM", "HS256")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])

# The shop's rules.

TIME_ZONE = env.str("TIME_ZONE", "UTC")
CURRENCY = env.str("CURRENCY", "EUR")
HOLD_SECONDS = env.int("HOLD_SECONDS", 600)
MAX_SEATS_PER_RESERVATION = env.int("MAX_SEATS_PER_RESERVATION", 10)
MAX_SEATS_PER_SHOWTIME = env.int("MAX_SEATS_PER_SHOWTIME", 20)
MAX_HOLDS_PER_USER = env.int("MAX_HOLDS_PER_USER", 3)
CANCELLATION_CUTOFF_MINUTES = env.int("CANCELLATION_CUTOFF_MINUTES", 0)

# What is installed, and a request's way through it.

INSTALLED_APPS = [
    "users",
    "movies",
    "showtimes",
    "reservations",
    "api",
    "project.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "corsheaders",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
MIDDLEWARE = [
    "api.middleware.request_id",
    "api.middleware.security_headers",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "project.health.health",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "api.middleware.limit_body",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
ROOT_URLCONF = "project.urls"
WSGI_APPLICATION = "project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_I18N = False
USE_TZ = True

# The database: PostgreSQL as soon as one of its settings is there, else SQLite.

if any(env.str(name, "") for name in ("POSTGRES_DB", "POSTGRES_USER", "POSTGRES_PASSWORD", "DB_HOST", "DB_PORT")):
    DATABASES = {
        "default": {
            "ENGINE": "project.postgresql",
            "NAME": env.str("POSTGRES_DB", "postgres"),
            "USER": env.str("POSTGRES_USER", "postgres"),
            "PASSWORD": env.str("POSTGRES_PASSWORD", ""),
            "HOST": env.str("DB_HOST", "127.0.0.1"),
            "PORT": env.str("DB_PORT", "5432"),
            # A connection for each thread, renewed at the next request after the server has closed it.
            "CONN_MAX_AGE": 3600,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {
                # Statements are prepared the second time a connection meets them; that needs binding on the server.
                "prepare_threshold": 1,
                "server_side_binding": True,
                # Nobody waits for ever: not for a lock, not in a query, not on a client that went away,
                "options": "-c lock_timeout=5s -c statement_timeout=15s -c idle_in_transaction_session_timeout=15s"
                " -c client_connection_check_interval=5s",
                # and not for a server whose computer has vanished without a word.
                "connect_timeout": 5,
                "tcp_user_timeout": 5000,
                "keepalives_idle": 5,
                "keepalives_interval": 1,
            },
        }
    }
else:
    SQLITE_PATH = BASE_DIR / env.str("SQLITE_PATH", "db.sqlite3")
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": SQLITE_PATH,
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                # Writers queue for the one write lock at BEGIN; a transaction that began as a reader and then
                # wants to write would fail at once instead.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
            },
            # A file, so that threads share it.
            "TEST": {"NAME": SQLITE_PATH.with_name(f"test_{SQLITE_PATH.name}")},
        }
    }

# Who may come in.

AUTH_USER_MODEL = "users.User"
# A username is unique without regard to case, by a constraint that this check cannot see.
SILENCED_SYSTEM_CHECKS = ["auth.E003"]
PASSWORD_HASHERS = ["users.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
PASSWORD_RESET_TIMEOUT = 3600
PASSWORD_RESET_URL = env.str("PASSWORD_RESET_URL", "http://127.0.0.1:8000/reset/{uid}/{token}")
REFRESH_TOKEN_LIFETIME = timedelta(days=7)
LOGIN_LIFETIME = timedelta(days=30)
REFRESH_GRACE = timedelta(seconds=10)
SIMPLE_JWT = {
    "ALGORITHM": ALGORITHM,
    "SIGNING_KEY": SECRET_KEY,
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=env.int("ACCESS_TOKEN_EXPIRE_MINUTES", 60)),
    "REFRESH_TOKEN_LIFETIME": REFRESH_TOKEN_LIFETIME,
    "LEEWAY": timedelta(seconds=10),
}

# Browsers: cookies, origins, proxies, headers.

ACCESS_COOKIE = "__Host-access_token" if HTTPS else "access_token"
REFRESH_COOKIE = "__Secure-refresh_token" if HTTPS else "refresh_token"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "api.problems.csrf_failure"
CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=[])
CORS_ALLOW_CREDENTIALS = True
CORS_URLS_REGEX = r"^/api/"
CORS_EXPOSE_HEADERS = ["ETag", "Idempotent-Replayed", "Location", "Retry-After", "X-Request-ID"]
CORS_ALLOW_HEADERS = [
    *("accept", "authorization", "content-type", "idempotency-key", "if-none-match"),
    *("x-csrftoken", "x-request-id"),
]
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[]) + CORS_ALLOWED_ORIGINS
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    USE_X_FORWARDED_HOST = True
if HTTPS:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^(livez|readyz)$"]
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
SECURE_REFERRER_POLICY = "same-origin"

# Files.

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "static"
MEDIA_URL = env.str("MEDIA_URL", "/media/")
MEDIA_ROOT = BASE_DIR / env.str("MEDIA_ROOT", "media")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
# While developing, files are found where the apps keep them; else `collectstatic` has brought them together.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG
MAX_POSTER_BYTES = 5_000_000
MAX_POSTER_PIXELS = 25_000_000
MAX_JSON_BYTES = 1_000_000
MAX_BODY_BYTES = MAX_POSTER_BYTES + 100_000

# Mail, Redis.

vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "cinema@localhost")
REDIS_URL = env.str("REDIS_URL", "")  # then throttles count there, and not in the database

# The API.


def throttle_rate(name: str, default: str) -> str | None:
    """The rate in the environment, `N/second|minute|hour|day`, or None for no throttle."""
    rate = env.str(name, default)
    if rate and not re.fullmatch(r"[1-9]\d{0,8}/(second|minute|hour|day)", rate):
        raise ImproperlyConfigured(f"{name}={rate!r}: write N/second, N/minute, N/hour or N/day, or nothing.")
    return rate or None


CURSOR_PAGINATION_CLASS = "api.pagination.CursorPagination"  # for the lists that only ever grow
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["api.authentication.CookieOrBearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["users.permissions.IsAdmin"],
    "DEFAULT_PARSER_CLASSES": ["api.parsers.JSONParser", "api.parsers.FormParser"],
    "DEFAULT_RENDERER_CLASSES": ["api.renderers.JSONRenderer", "api.renderers.BrowsableAPIRenderer"],
    "DEFAULT_PAGINATION_CLASS": "api.pagination.PageNumberPagination",
    "DEFAULT_FILTER_BACKENDS": ["api.filters.ListFilterBackend"],
    "DEFAULT_THROTTLE_CLASSES": ["api.throttles.ScopedThrottle"],
    "DEFAULT_THROTTLE_RATES": {
        "login": throttle_rate("THROTTLE_LOGIN", "10/minute"),
        "register": throttle_rate("THROTTLE_REGISTER", "20/hour"),
        "password_reset": throttle_rate("THROTTLE_PASSWORD_RESET", "5/hour"),
        "reserve": throttle_rate("THROTTLE_RESERVE", "60/minute"),
    },
    "NUM_PROXIES": TRUSTED_PROXIES,
    "DEFAULT_SCHEMA_CLASS": "api.schema.Schema",
    "EXCEPTION_HANDLER": "api.problems.exception_handler",
    "VIEW_NAME_FUNCTION": "api.views.name_of",
    "DATETIME_FORMAT": None,  # the renderer writes instants, in UTC
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Movie reservations",
    "DESCRIPTION": "The API with which a cinema sells its seats. To try it out here, log in with `auth/login/`: this "
    "page then sends the cookies and the CSRF token along. Or get a token from `auth/token/`, for *Authorize*.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.0.3",
    "SCHEMA_PATH_PREFIX": r"/api/v1/",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "PARSER_WHITELIST": ["api.parsers.JSONParser"],
    "RENDERER_WHITELIST": ["api.renderers.JSONRenderer"],
    "ENUM_NAME_OVERRIDES": {
        "Role": "users.models.Role",
        "SeatKind": "showtimes.layouts.Kind",
        "SeatStatus": "showtimes.models.SeatStatus",
        "ShowtimeStatus": "showtimes.models.Status",
        "ReservationStatus": "reservations.models.reservation.SHOWN_STATUSES",
        "ReservedSeatStatus": ("active", "released"),
        "CancelledBecause": "reservations.models.CancelledBecause",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.request": {"level": "ERROR"},  # what clients did wrong is theirs to log
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}

# Production refuses to start on keys that can be guessed, and without hosts (RFC 8725, 3.5; OWASP API8:2023).

KEY_BYTES = {"HS256": 32, "HS384": 48, "HS512": 64}
if ALGORITHM not in KEY_BYTES:
    raise ImproperlyConfigured(f"ALGORITHM={ALGORITHM!r}: use one of {', '.join(KEY_BYTES)}.")
faults = [
    f"{name} is missing or weak: {ALGORITHM} needs at least {KEY_BYTES[ALGORITHM]} random bytes."
    for name, key in (("SECRET_KEY", SECRET_KEY), ("REFRESH_SECRET_KEY", REFRESH_SECRET_KEY))
    if len(key.encode()) < KEY_BYTES[ALGORITHM] or len(set(key)) < 10
]
if not faults and SECRET_KEY == REFRESH_SECRET_KEY:
    faults = ["SECRET_KEY and REFRESH_SECRET_KEY are the same: each needs a key of its own."]
if faults:
    faults.append("Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(64))'")
if not ALLOWED_HOSTS and not DEBUG:
    faults.append(
        "ALLOWED_HOSTS is empty: name the hosts that this server answers for, as in ALLOWED_HOSTS=cinema.example"
    )
if faults:
    raise ImproperlyConfigured("\n".join(faults))
