"""Hashtags as editors type them."""

from __future__ import annotations

import re


def words(text: str) -> tuple[str, ...]:
    """The words of ``text`` without "#", punctuation and repetition, in the order given."""
    found = (re.sub(r"[^\w]", "", part) for part in text.replace(",", " ").split())
    return tuple(dict.fromkeys(word for word in found if word))
