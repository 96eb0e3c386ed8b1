"""Where log lines go: to standard error, for the service manager to keep."""

from __future__ import annotations

from typing import Any


def to_stderr(level: str = "INFO") -> dict[str, Any]:
    """A LOGGING setting. Without it Django shows no error at all where DEBUG is off."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        # Django's own handler would mail each error to ADMINS and drop it otherwise.
        "loggers": {
            "django": {"handlers": [], "propagate": True},
            # Two lines per indexed page, and addresses with tokens in them.
            "django_tasks": {"level": "WARNING"},
            "httpx": {"level": "WARNING"},
            # Every line of the conversation.
            "imapclient": {"level": "WARNING"},
        },
    }
