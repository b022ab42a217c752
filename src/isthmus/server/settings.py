"""Settings of the server, from the environment.

ISTHMUS_DATA: the data folder (default `var`); it holds the database and the secret key. DATABASE_URL: another
database than SQLite in that folder. ISTHMUS_HOSTS: names by which the server may be addressed, with commas.
ISTHMUS_UPLOAD_LIMIT: the most that one upload may hold, in bytes. ISTHMUS_ORIGIN: the name under which the server's
logs are known for ever, such as dialogue.example (default `localhost`). ISTHMUS_DEMONSTRATION=1: keys marked for
demonstrations are taken, and no others. ISTHMUS_DEBUG=1: tracebacks in the browser.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

import dj_database_url
from django.utils.translation import gettext_lazy as _

from isthmus.server.core.secrets import secret_key

PACKAGE: Final = Path(__file__).resolve().parent.parent
DATA: Final = Path(os.environ.get("ISTHMUS_DATA", "var")).absolute()

# Without a data folder of its own (a type checker, say) a process has a key of its own too and writes nothing.
SECRET_KEY = secret_key(DATA if "ISTHMUS_DATA" in os.environ else None)
DEBUG = os.environ.get("ISTHMUS_DEBUG") == "1"
ALLOWED_HOSTS = [name for name in os.environ.get("ISTHMUS_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if name]

SQLITE_OPTIONS: Final[dict[str, Any]] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
    "PRAGMA secure_delete=ON",  # what is deleted is overwritten
}


def database(url: str) -> dict[str, Any]:
    """Django's settings for the database at `url`."""
    found: dict[str, Any] = {**dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True)}
    if found["ENGINE"] == "django.db.backends.sqlite3":
        found["OPTIONS"] = {**SQLITE_OPTIONS, **found.get("OPTIONS", {})}
    return found


DATABASES = {"default": database(os.environ.get("DATABASE_URL") or f"sqlite:///{DATA / 'isthmus.sqlite3'}")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "isthmus.server.core",
    "isthmus.server.dialogues",
    "isthmus.server.exchange",
    "isthmus.server.demo",
    "isthmus.server.web",
]

MIDDLEWARE = [
    "isthmus.server.web.caching.keep_out_of_caches",
    "isthmus.server.api.problems.ProblemDocuments",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "isthmus.server.web.limits.UploadLimit",  # before anything that reads the body of a request
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "isthmus.server.web.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": ["django.template.context_processors.request", "isthmus.server.web.context.page"],
        },
    }
]
WSGI_APPLICATION = "isthmus.server.wsgi.application"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [PACKAGE / "locale"]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATICFILES_DIRS = [PACKAGE / "formats" / "report" / "static"]  # the one stylesheet, shared with the reports
WHITENOISE_USE_FINDERS = True  # a few small files, served from where they are installed: nothing to collect

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "isthmus.server.web.errors.csrf_failure"

ISTHMUS_DATA = DATA if "ISTHMUS_DATA" in os.environ else None  # where the key of the logs is kept
ISTHMUS_ORIGIN = os.environ.get("ISTHMUS_ORIGIN", "localhost")
ISTHMUS_DEMONSTRATION = os.environ.get("ISTHMUS_DEMONSTRATION") == "1"
ISTHMUS_UPLOAD_LIMIT = int(os.environ.get("ISTHMUS_UPLOAD_LIMIT", "50_000_000"))  # bytes of one request
ISTHMUS_UNPACKED_LIMIT = 10 * ISTHMUS_UPLOAD_LIMIT  # bytes of one file, once unpacked
ISTHMUS_ROW_LIMIT = 20_000_000  # rows of one table
DATA_UPLOAD_MAX_NUMBER_FIELDS = 50

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"quiet": {"()": "isthmus.server.core.logs.WithoutContent"}, "full": {}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "full" if DEBUG else "quiet"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        # Anybody can send a wrong name or address; a line for each would bury what matters.
        "django.security": {"level": "CRITICAL"},
        "django.request": {"level": "ERROR"},
        "django_tasks_db": {"level": "ERROR"},  # it tells of every signal
    },
}
