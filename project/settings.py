"""Every setting, read from the environment or from `.env` (the environment wins). The README has them as a table."""

import os
import sys
from datetime import timedelta
from pathlib import Path

from project import logs
from project.env import KEY_BYTES, Env

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env(BASE_DIR / ".env")

DEBUG = env.flag("DEBUG", False)
HTTPS = env.flag("HTTPS", True)
scheme = "https" if HTTPS else "https?"  # of the addresses in other settings
if DEBUG and HTTPS:
    env.refuse("DEBUG", "errors then show code and settings to everybody; write 0, or HTTPS=0 on your own computer")
ALLOWED_HOSTS = env.words(
    "ALLOWED_HOSTS",
    r"\.?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*|\[[0-9a-f:.]+\]",
    "write the names of the hosts, as cinema.example, without a scheme, a port or *",
)

# Keys, each with those before it that are still taken.

ALGORITHM = env.text("ALGORITHM", "HS256", "|".join(KEY_BYTES), f"use one of {', '.join(KEY_BYTES)}")
SECRET_KEY = env.text("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")
REFRESH_SECRET_KEY = env.text("REFRESH_SECRET_KEY")
REFRESH_SECRET_KEY_FALLBACKS = env.words("REFRESH_SECRET_KEY_FALLBACKS")
env.refuse_weak_keys(
    ALGORITHM,
    SECRET_KEY=[SECRET_KEY],
    REFRESH_SECRET_KEY=[REFRESH_SECRET_KEY],
    SECRET_KEY_FALLBACKS=SECRET_KEY_FALLBACKS,
    REFRESH_SECRET_KEY_FALLBACKS=REFRESH_SECRET_KEY_FALLBACKS,
)

# The shop's rules.

TIME_ZONE = env.time_zone("TIME_ZONE", "UTC")
CURRENCY = env.text("CURRENCY", "EUR", "[A-Z]{3}", "write its code of ISO 4217, as EUR")
HOLD_SECONDS = env.number("HOLD_SECONDS", 600, least=1)
MAX_SEATS_PER_RESERVATION = env.number("MAX_SEATS_PER_RESERVATION", 10, least=1)
MAX_SEATS_PER_SHOWTIME = env.number("MAX_SEATS_PER_SHOWTIME", 20, least=1)
MAX_HOLDS_PER_USER = env.number("MAX_HOLDS_PER_USER", 3)
CANCELLATION_CUTOFF_MINUTES = env.number("CANCELLATION_CUTOFF_MINUTES", 0)

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
    "project.requests.log_requests",
    "api.middleware.security_headers",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "project.health.health",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "api.middleware.limit_body",
    "project.sessions.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "project.sessions.AuthenticationMiddleware",
    "project.sessions.MessageMiddleware",
]
METRICS_TOKEN = env.text("METRICS_TOKEN", "", "[!-~]{32,}", "write at least 32 random letters and digits", secret=True)
if METRICS_TOKEN:
    MIDDLEWARE.insert(MIDDLEWARE.index("project.health.health"), "project.metrics.metrics")
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

if any(env.text(name) for name in ("POSTGRES_DB", "POSTGRES_USER", "POSTGRES_PASSWORD", "DB_HOST", "DB_PORT")):
    DATABASES = {
        "default": {
            "ENGINE": "project.postgresql",
            "NAME": env.text("POSTGRES_DB", "postgres"),
            "USER": env.text("POSTGRES_USER", "postgres"),
            "PASSWORD": env.text("POSTGRES_PASSWORD"),
            "HOST": env.text("DB_HOST", "127.0.0.1"),
            "PORT": str(env.number("DB_PORT", 5432, 1, 65535)),
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
    SQLITE_PATH = BASE_DIR / env.text("SQLITE_PATH", "db.sqlite3")
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
PASSWORD_RESET_URL = env.text(
    "PASSWORD_RESET_URL",
    "http://127.0.0.1:8000/reset/{uid}/{token}",
    rf"(?=.*{{uid}})(?=.*{{token}}){scheme}://([^\s{{}}]|{{uid}}|{{token}})+",
    "write a page's address with {uid} and {token} in it, as https://cinema.example/reset/{uid}/{token}",
)
REFRESH_TOKEN_LIFETIME = timedelta(days=7)
LOGIN_LIFETIME = timedelta(days=30)
REFRESH_GRACE = timedelta(seconds=10)
SIMPLE_JWT = {
    "ALGORITHM": ALGORITHM,
    "ACCESS_TOKEN_LIFETIME": timedelta(
        minutes=env.number("ACCESS_TOKEN_EXPIRE_MINUTES", 60, 1, LOGIN_LIFETIME // timedelta(minutes=1))
    ),
    "REFRESH_TOKEN_LIFETIME": REFRESH_TOKEN_LIFETIME,
    "LEEWAY": timedelta(seconds=10),
}

# Browsers: cookies, origins, proxies, headers.

ACCESS_COOKIE = "__Host-access_token" if HTTPS else "access_token"
REFRESH_COOKIE = "__Secure-refresh_token" if HTTPS else "refresh_token"
SESSION_ENGINE = "users.sessions"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "api.problems.csrf_failure"
origins = (
    rf"{scheme}://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]+)?",
    "write origins as https://tickets.example, with commas between",
)
CORS_ALLOWED_ORIGINS = env.words("CORS_ALLOWED_ORIGINS", *origins)
CORS_ALLOW_CREDENTIALS = True
CORS_URLS_REGEX = r"^/api/"
CORS_EXPOSE_HEADERS = ["ETag", "Idempotent-Replayed", "Location", "Retry-After", "X-Request-ID"]
CORS_ALLOW_HEADERS = [
    *("accept", "authorization", "content-type", "idempotency-key", "if-none-match"),
    *("x-csrftoken", "x-request-id"),
]
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", *origins) + CORS_ALLOWED_ORIGINS
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0, most=10)
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    USE_X_FORWARDED_HOST = True
if HTTPS:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^(livez|readyz|metrics)$"]
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
SECURE_REFERRER_POLICY = "same-origin"

# Files.

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "static"
MEDIA_URL = env.text(
    "MEDIA_URL",
    "/media/",
    rf"(?!/(api|admin|static)/)({scheme}:/)?/[^\s?#]+/",
    "write a path of this server or an address, with a slash at the end, as /media/ or https://cdn.example/cinema/",
)
MEDIA_ROOT = BASE_DIR / env.text("MEDIA_ROOT", "media")
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

# Mail, Redis, gunicorn.

vars().update(env.email("EMAIL_URL", "consolemail://"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text(
    "DEFAULT_FROM_EMAIL",
    "cinema@localhost",
    r"[^\s<>@]+@[^\s<>@]+|[^<>@\n]+<[^\s<>@]+@[^\s<>@]+>",
    "write a mail address, as tickets@cinema.example",
)
REDIS_URL = env.text(  # then throttles count there, and not in the database
    "REDIS_URL",
    "",
    r"rediss?://([^\s@]*@)?[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[0-9]*)?(\?\S*)?|unix://(\S*@)?/\S+",
    "write redis://127.0.0.1:6379/0",
    secret=True,
)
PORT = env.number("PORT", 8000, 1, 65535)
cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count()  # a container may have fewer
WEB_CONCURRENCY = env.number("WEB_CONCURRENCY", cores or 1, 1, 1000)

# The API.

CURSOR_PAGINATION_CLASS = "api.pagination.CursorPagination"  # for the lists that only ever grow
THROTTLES = {"login": "10/minute", "register": "20/hour", "password_reset": "5/hour", "reserve": "60/minute"}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["api.authentication.CookieOrBearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["users.permissions.IsAdmin"],
    "DEFAULT_PARSER_CLASSES": ["api.parsers.JSONParser", "api.parsers.FormParser"],
    "DEFAULT_RENDERER_CLASSES": ["api.renderers.JSONRenderer", "api.renderers.BrowsableAPIRenderer"],
    "DEFAULT_PAGINATION_CLASS": "api.pagination.PageNumberPagination",
    "DEFAULT_FILTER_BACKENDS": ["api.filters.ListFilterBackend"],
    "DEFAULT_THROTTLE_CLASSES": ["api.throttles.ScopedThrottle"],
    "DEFAULT_THROTTLE_RATES": {scope: env.rate(f"THROTTLE_{scope.upper()}", rate) for scope, rate in THROTTLES.items()},
    "NUM_PROXIES": TRUSTED_PROXIES,
    "DEFAULT_SCHEMA_CLASS": "api.schema.operations.Schema",
    "DEFAULT_METADATA_CLASS": "api.metadata.Metadata",
    "EXCEPTION_HANDLER": "api.problems.exception_handler",
    "VIEW_NAME_FUNCTION": "api.views.name_of",
    "DATETIME_FORMAT": None,  # the renderer writes instants, in UTC
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Movie reservations",
    "DESCRIPTION": "The API with which a cinema sells its seats. To try it out here, log in with `auth/login/`: this "
    "page then sends the cookies and the CSRF token along. Or get a token from `auth/token/`, for *Authorize*.\n\n"
    "Besides what each operation says of itself, any request can be refused before there is an operation to it: 400 "
    "`bad_request` (no proper HTTP, or a host that this server does not answer for), 405, 406, and 413.",
    "VERSION": "1.0.0",
    "SERVERS": [{"url": "/"}],
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
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "api.schema.document.share_refusals",
        "api.schema.document.share_enums",
        "api.schema.document.references_that_can_be_null",
        "api.schema.document.integers_of_64_bits",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
}
LOG_FORMAT = env.text("LOG_FORMAT", "text" if DEBUG else "json", "json|text", "use one of json, text")
LOGGING = logs.configuration(LOG_FORMAT)

# Nothing starts on keys that can be guessed, without hosts, or on what cannot be meant (OWASP API8:2023).

if not ALLOWED_HOSTS and not DEBUG:
    env.faults.append(
        "ALLOWED_HOSTS is empty: name the hosts that this server answers for, as in ALLOWED_HOSTS=cinema.example"
    )
env.refuse_faults()
