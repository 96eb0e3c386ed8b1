"""Lengths as services count them."""

from __future__ import annotations

import regex

LINK = regex.compile(r"https?://\S+")
GRAPHEME = regex.compile(r"\X")


def graphemes(text: str) -> int:
    """Characters as people see them (UAX 29)."""
    return len(GRAPHEME.findall(text))


def with_short_links(text: str, url_length: int | None) -> int:
    """Graphemes, with every link at ``url_length``, or in full where that is None."""
    if url_length is None:
        return graphemes(text)
    bare, links = LINK.subn("", text)
    return graphemes(bare) + links * url_length


def utf16(text: str) -> int:
    """UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def utf8(text: str) -> int:
    """Bytes in UTF-8."""
    return len(text.encode())
