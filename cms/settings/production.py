"""Production: everything from the environment. What is missing or insecure is named, all at once.

docs/settings.md explains each variable.
"""

import sys
from pathlib import Path

from cms.settings import requirements
from cms.settings.base import *
from cms.settings.base import DATABASES, STORAGES, VAR_DIR, env
from cms.settings.logs import to_stderr

SECRET_KEY = requirements.secret_key(env)
ALLOWED_HOSTS = requirements.hosts(env)
WAGTAILADMIN_BASE_URL = requirements.public_url(env, ALLOWED_HOSTS)
ANTENNE_ENCRYPTION_KEYS = requirements.encryption_keys(env)
ANTENNE_HASH_KEY = requirements.hash_key(env)
requirements.postgresql(env, DATABASES["default"]["ENGINE"])
requirements.broker(env)
requirements.mail(env)
EMAIL_PORT = env.integer("EMAIL_PORT", 587)

MEDIA_ROOT = requirements.media_directory(env)
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(VAR_DIR / "static")))
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

ANTENNE_UNDO_SECONDS = env.integer("ANTENNE_UNDO_SECONDS", 120)

if env.flag("ANTENNE_BEHIND_PROXY"):
    # Only where a proxy sets this header itself: otherwise any visitor could claim to come by https.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked from within, without TLS
SECURE_HSTS_SECONDS = requirements.hsts_seconds(env)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.flag("SECURE_HSTS_INCLUDE_SUBDOMAINS", True)
SECURE_HSTS_PRELOAD = env.flag("SECURE_HSTS_PRELOAD")
# Both concern more than this site (other hosts below it, the browsers' own lists), so they are the
# operator's to decide and no fault either way.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True

LOGGING = to_stderr(requirements.log_level(env))

if env.faults:
    # The lines below say all; a traceback would only push them out of sight.
    sys.tracebacklimit = 0
env.raise_for_faults()
