"""Nothing is posted before everybody can open the page that it leads to."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urldefrag

from django.conf import settings
from django.utils.translation import gettext as _

from cms import http

READ_AT_MOST = 500_000
"""Bytes of a page: its head comes first."""


def not_ready(url: str) -> str:
    """Why ``url`` must not be posted yet, for the editor; empty where it answers 200 with a social card.

    Services fetch the page at once and keep what they found, so a page that fails then stays bare.
    """
    if not settings.ANTENNE_PAGE_GATE:
        return ""
    try:
        with http.client(own_site=True) as client, client.stream("GET", urldefrag(url).url) as reply:
            if reply.status_code != 200:
                return _("The page answers %(status)s.") % {"status": reply.status_code}
            head = _beginning(reply)
    except http.ERRORS as error:
        return _("The page does not answer: %(error)s") % {"error": error}
    return "" if _has_card(head) else _("The page has no social-card tags (og:title).")


def _beginning(reply: http.Response) -> str:
    read = b""
    for part in reply.iter_bytes(16_384):
        read += part
        if len(read) > READ_AT_MOST or b"</head>" in read:
            break
    return read.decode(errors="replace")


class _CardParser(HTMLParser):
    """Looks for the title of a social card (ogp.me)."""

    def __init__(self) -> None:
        super().__init__()
        self.title = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the content of ``<meta property="og:title">``."""
        known = dict(attrs)
        if tag == "meta" and known.get("property") == "og:title":
            self.title = known.get("content") or ""


def _has_card(html: str) -> bool:
    parser = _CardParser()
    parser.feed(html)
    return bool(parser.title.strip())
