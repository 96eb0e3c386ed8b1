"""Topics one can subscribe to, as the plugins declare them."""

from __future__ import annotations

from cms.plugins import registry


def topic_choices() -> list[tuple[str, str]]:
    """(key, label in the active language) of every topic."""
    return [(key, str(label)) for key, label in registry().topics()]


def topic_label(key: str) -> str:
    """The label of one topic; its key where no plugin declares it any more."""
    return dict(topic_choices()).get(key, key)


def subject_labels(keys: list[str], language: str) -> list[str]:
    """The labels of what is followed; a key where no plugin knows it any more."""
    if not keys:
        return []
    known = dict(registry().subjects(language))
    return [known.get(key, key) for key in keys]
