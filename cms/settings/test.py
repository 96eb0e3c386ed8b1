"""Tests: SQLite unless DATABASE_URL names another database, no network but loopback."""

import os
import tempfile
from pathlib import Path

# A test run must never touch the demo's database, mailbox or media.
os.environ.setdefault("ANTENNE_VAR", str(Path(tempfile.gettempdir()) / f"antenne-test-{os.getpid()}"))

from cms.settings.base import *
from cms.settings.base import DATABASES, VAR_DIR, env

(VAR_DIR / "static").mkdir(parents=True, exist_ok=True)
SECRET_KEY = "test-only-" + "x" * 50
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, not memory: workers in other processes open the same database.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
WHITENOISE_USE_FINDERS = True
ANTENNE_HTTP_ALLOW_PRIVATE = True
ANTENNE_PAGE_GATE = False
ANTENNE_DOORBELL = env.flag("ANTENNE_DOORBELL", False)
