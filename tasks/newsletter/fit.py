"""Keeping mails below the size at which mail services cut them off themselves, in the middle of a word."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from bs4 import BeautifulSoup

from cms.announceable import AnnouncementContent

LIMIT = 100_000
"""Bytes of HTML; the best known of these services shows 102,400."""
WRAPPERS = ("section", "div", "article")


def fitted(render: Callable[[AnnouncementContent, bool], str], content: AnnouncementContent) -> str:
    """The HTML of ``content``; where it is too long, cut after a whole block (then told “True”)."""
    whole = render(content, False)
    if len(whole.encode()) <= LIMIT:
        return whole
    pieces = _pieces(content)
    low, high = 0, len(pieces) - 1
    while low < high:
        middle = (low + high + 1) // 2
        fits = len(render(_with(content, pieces[:middle]), True).encode()) <= LIMIT
        low, high = (middle, high) if fits else (low, middle - 1)
    return render(_with(content, pieces[:low]), True)


def _pieces(content: AnnouncementContent) -> list[str]:
    """What the body may be cut between."""
    if content.mail_mjml:
        return re.split(r"(?<=</mj-section>)", content.mail_mjml)
    return _blocks(content.body_html)


def _blocks(html: str) -> list[str]:
    soup = BeautifulSoup(f"<!-- -->{html}", "html.parser")
    found: list[str] = []
    for child in list(soup.children)[1:]:
        name = getattr(child, "name", None)
        found += _blocks(child.decode_contents()) if name in WRAPPERS else [str(child)]  # type: ignore[attr-defined]
    return found


def _with(content: AnnouncementContent, pieces: list[str]) -> AnnouncementContent:
    """``content`` with these pieces; a heading that nothing follows is taken off."""
    while pieces and (not pieces[-1].strip() or re.match(r"\s*<h[1-6]", pieces[-1])):
        pieces = pieces[:-1]
    kept = "".join(pieces)
    if content.mail_mjml:
        return replace(content, mail_mjml=kept or " ")
    return replace(content, body_html=kept)
