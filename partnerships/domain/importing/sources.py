"""The cell “sources”: several sources parted by semicolons or bars, web pages or words."""

from __future__ import annotations

import re

# "https://example.org/page (what it is)": an address, perhaps with a description in brackets.
WEB = re.compile(r"(?P<url>https?://\S+?)(?:\s+\((?P<label>[^()]*)\))?")


def parse_sources(cell: str) -> list[tuple[str, str]]:
    """(web address, description) of each source; one of both may be empty."""
    return [_parse(part) for part in (part.strip() for part in re.split("[;|]", cell)) if part]


def _parse(text: str) -> tuple[str, str]:
    match = WEB.fullmatch(text)
    return (match["url"], match["label"] or "") if match else ("", text)
