"""The choices in a consent record, in words that a court or a reader understands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tasks.newsletter.models import LANGUAGES, Frequency, Standing
from tasks.newsletter.topics import subject_labels, topic_label


def _topics(keys: Any) -> str:
    return ", ".join(topic_label(key) for key in keys)


def _subjects(keys: Any) -> str:
    return ", ".join(subject_labels(list(keys), get_language() or "de"))


def _frequency(value: Any) -> str:
    return str(dict(Frequency.choices).get(value, value))


def _language(value: Any) -> str:
    return str(dict(LANGUAGES).get(value, value))


def _standing(value: Any) -> str:
    return str(dict(Standing.choices).get(value, value))


WORDS: dict[str, tuple[Any, Callable[[Any], str]]] = {
    "topics": (_("Topics"), _topics),
    "subjects": (_("What you follow"), _subjects),
    "follows": (_("What you follow"), _subjects),
    "frequency": (_("How often"), _frequency),
    "mails_in": (_("Language of the mails"), _language),
    "language": (_("Language of the mails"), _language),
    "standing": (_("standing"), _standing),
    "paused_until": (_("paused until"), str),
}


def in_words(details: dict[str, Any]) -> list[tuple[str, str]]:
    """(what, choice) in the active language; what has no words stays as it was recorded."""
    return [_said(name, value) for name, value in details.items() if value not in (None, "", [], {})]


def _said(name: str, value: Any) -> tuple[str, str]:
    label, words = WORDS.get(name, (name, str))
    return str(label), words(value)
