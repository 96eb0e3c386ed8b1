"""The pages that search engines should know. Wagtail's own sitemap leaves translations out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from wagtail.models import Page, Site

from cms.tree import site_pages


@dataclass(frozen=True)
class Entry:
    """One page; ``alternates`` are (language, URL) of all its versions, where there are several."""

    url: str
    updated: datetime | None
    alternates: tuple[tuple[str, str], ...]


def entries(request: HttpRequest) -> Iterator[Entry]:
    """Every live public page of the request's site, in the order of the tree."""
    site = Site.find_for_request(request)
    if site is None:
        return
    pages = list(site_pages(site).select_related("locale").order_by("path"))
    urls = {page.pk: page.get_full_url(request) for page in pages}
    versions = _versions(pages, urls)
    for page in pages:
        alternates = versions[page.translation_key]
        yield Entry(urls[page.pk], page.last_published_at, alternates if len(alternates) > 1 else ())


def _versions(pages: list[Page], urls: dict[int, str]) -> dict[Any, tuple[tuple[str, str], ...]]:
    found: dict[Any, tuple[tuple[str, str], ...]] = defaultdict(tuple)
    for page in pages:
        found[page.translation_key] += ((page.locale.language_code, urls[page.pk]),)
    return found
