"""The demo: everything on loopback, embedded defaults, nothing to configure."""

from django.core.management.utils import get_random_secret_key

from cms.settings.base import *
from cms.settings.base import VAR_DIR, env
from cms.settings.logs import to_stderr


def stored_secret_key() -> str:
    """This installation's own key, made on first use, so that sessions survive a restart."""
    path = VAR_DIR / "secret_key"
    if not path.exists():
        VAR_DIR.mkdir(parents=True, exist_ok=True)
        path.write_text(get_random_secret_key(), encoding="utf-8")
        path.chmod(0o600)
    return path.read_text(encoding="utf-8").strip()


(VAR_DIR / "static").mkdir(parents=True, exist_ok=True)
DEBUG = env.flag("DEBUG")
SECRET_KEY = stored_secret_key()
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
ANTENNE_SERVE_MEDIA = True
ANTENNE_HTTP_ALLOW_PRIVATE = True
WAGTAIL_SITE_NAME = "Antenne Métropole"
DEFAULT_FROM_EMAIL = "Antenne Métropole <antenne@example.org>"
LOGGING = to_stderr()
env.raise_for_faults()
