"""What every installation shares. No secrets and no host names: those come from the others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dj_database_url
from django.utils.translation import gettext_lazy as _

from cms.env import Environment
from cms.plugins import entry_point_apps

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = Environment()
VAR_DIR = Path(env.text("ANTENNE_VAR", str(BASE_DIR / "var")))

APPS = [
    "partnerships",
    "barcamp_pages",
    "tasks",
    "cms",
]
FRAMEWORKS = [
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.simple_translation",
    "wagtail.locales",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "wagtail_modeladmin",
    "modelcluster",
    "taggit",
    "ninja",
    "django_tasks",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
]
INSTALLED_APPS = [*APPS, *entry_point_apps([*APPS, *FRAMEWORKS]), *FRAMEWORKS]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "cms.middleware.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "cms.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "cms.urls"
WSGI_APPLICATION = "cms.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cms.context_processors.site",
            ]
        },
    }
]


def database(url: str) -> dict[str, Any]:
    """Django's settings for the database at ``url``, with the locking that the outbox relies on."""
    try:
        config: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=60))
    except ValueError as error:
        env.faults.append(f"DATABASE_URL cannot be understood: {error}")
        return {"ENGINE": "django.db.backends.dummy"}
    if config["ENGINE"] == "django.db.backends.sqlite3":
        # IMMEDIATE takes the write lock at the start of a transaction: without it, two workers
        # that read and then write fail with "database is locked" instead of waiting.
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
    else:
        config["CONN_HEALTH_CHECKS"] = True
        config["OPTIONS"] = {**config.get("OPTIONS", {}), "connect_timeout": 5}
    return config


DATABASES = {"default": database(env.text("DATABASE_URL", f"sqlite:///{VAR_DIR / 'db.sqlite3'}"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DEFAULT_EXCEPTION_REPORTER_FILTER = "cms.reporting.NoAddressesWithPasswords"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

LANGUAGE_CODE = "de"
LANGUAGES = [("de", _("German")), ("fr", _("French")), ("en", _("English"))]
WAGTAIL_CONTENT_LANGUAGES = [("de", _("German")), ("fr", _("French"))]
WAGTAILADMIN_PERMITTED_LANGUAGES = [("de", "Deutsch"), ("fr", "Français"), ("en", "English")]
WAGTAIL_I18N_ENABLED = True
TIME_ZONE = "Europe/Berlin"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

WAGTAIL_SITE_NAME = "Antenne"
WAGTAILADMIN_BASE_URL = env.text("ANTENNE_URL", "http://localhost:8000")
WAGTAILDOCS_EXTENSIONS = ["pdf", "odt", "docx", "xlsx", "csv", "ics"]
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "modelsearch.backends.database"}}
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None

EMAIL_HOST = env.text("EMAIL_HOST", "127.0.0.1")
EMAIL_PORT = env.integer("EMAIL_PORT", 1025)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS")
EMAIL_USE_SSL = env.flag("EMAIL_USE_SSL")
EMAIL_TIMEOUT = env.integer("EMAIL_TIMEOUT", 15)
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Antenne <antenne@example.org>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# A provider in place of relays. What it needs stands in variables ANYMAIL_…, in django-anymail's own names.
ANTENNE_MAIL_PROVIDER = env.text("ANTENNE_MAIL_PROVIDER").lower()
ANYMAIL: dict[str, Any] = env.beginning_with("ANYMAIL_")
if ANTENNE_MAIL_PROVIDER:
    # Django's own mails, such as those for a forgotten password, go the same way.
    EMAIL_BACKEND = f"anymail.backends.{ANTENNE_MAIL_PROVIDER}.EmailBackend"
    ANYMAIL["SEND_DEFAULTS"] = {"track_opens": False, "track_clicks": False}

REDIS_URL = env.text("REDIS_URL", "redis://127.0.0.1:6379/0")

# What the outbox does; docs/settings.md explains each.
ANTENNE_NEWSLETTER_LANGUAGES = ("de", "fr", "en")
ANTENNE_TRANSLATION_WAIT_HOURS = env.integer("ANTENNE_TRANSLATION_WAIT_HOURS", 72)
ANTENNE_UNDO_SECONDS = env.integer("ANTENNE_UNDO_SECONDS", 0)
ANTENNE_RECENT_DAYS = env.integer("ANTENNE_RECENT_DAYS", 3)
ANTENNE_SWEEP_SECONDS = env.integer("ANTENNE_SWEEP_SECONDS", 15)
ANTENNE_LEASE_SECONDS = env.integer("ANTENNE_LEASE_SECONDS", 120)
ANTENNE_DOORBELL = env.flag("ANTENNE_DOORBELL", True)
ANTENNE_HTTP_ALLOW_PRIVATE = env.flag("ANTENNE_HTTP_ALLOW_PRIVATE")
ANTENNE_PAGE_GATE = env.flag("ANTENNE_PAGE_GATE", True)
ANTENNE_META_APP = env.text("ANTENNE_META_APP")
ANTENNE_META_VERSION = env.text("ANTENNE_META_VERSION", "v24.0")
ANTENNE_THREADS_APP = env.text("ANTENNE_THREADS_APP")
ANTENNE_LINKEDIN_APP = env.text("ANTENNE_LINKEDIN_APP")
ANTENNE_LINKEDIN_VERSION = env.text("ANTENNE_LINKEDIN_VERSION", "202609")
ANTENNE_TOKEN_WARNING_DAYS = env.integer("ANTENNE_TOKEN_WARNING_DAYS", 14)
ANTENNE_ENCRYPTION_KEYS = env.words("ANTENNE_ENCRYPTION_KEYS")
ANTENNE_SERVE_MEDIA = False

# The newsletter; docs/settings.md explains each.
# Relays as URLs, e.g. smtp+starttls://user:password@host:587?name=main&weight=3&connections=10.
# Empty: the one of the EMAIL_* settings.
ANTENNE_RELAYS = env.words("ANTENNE_RELAYS")
ANTENNE_MAIL_CONNECTIONS = env.integer("ANTENNE_MAIL_CONNECTIONS", 20)
ANTENNE_MAIL_DOMAIN_RATES = env.words("ANTENNE_MAIL_DOMAIN_RATES")
ANTENNE_BOUNCE_ADDRESS = env.text("ANTENNE_BOUNCE_ADDRESS")
ANTENNE_BOUNCE_MAILBOX = env.text("ANTENNE_BOUNCE_MAILBOX")
ANTENNE_DKIM = env.words("ANTENNE_DKIM")
ANTENNE_HASH_KEY = env.text("ANTENNE_HASH_KEY")
ANTENNE_CONSENT_IP_DAYS = env.integer("ANTENNE_CONSENT_IP_DAYS", 30)
ANTENNE_DELIVERY_DAYS = env.integer("ANTENNE_DELIVERY_DAYS", 365)
ANTENNE_CALL_DAYS = env.integer("ANTENNE_CALL_DAYS", 90)
ANTENNE_SIGNUP_PER_ADDRESS = env.integer("ANTENNE_SIGNUP_PER_ADDRESS", 3)
ANTENNE_SIGNUP_PER_NETWORK = env.integer("ANTENNE_SIGNUP_PER_NETWORK", 20)
ANTENNE_SIGNUP_IN_ALL = env.integer("ANTENNE_SIGNUP_IN_ALL", 500)
ANTENNE_RELAY_PER_RECIPIENT = env.integer("ANTENNE_RELAY_PER_RECIPIENT", 10)
ANTENNE_RELAY_TEXT_DAYS = env.integer("ANTENNE_RELAY_TEXT_DAYS", 30)
ANTENNE_TRUSTED_PROXIES = env.integer("ANTENNE_TRUSTED_PROXIES", 0)
ANTENNE_DIGEST_WEEKDAY = env.integer("ANTENNE_DIGEST_WEEKDAY", 1)
ANTENNE_DIGEST_HOUR = env.integer("ANTENNE_DIGEST_HOUR", 7)
