"""Announcements in the delivery API: what was announced, newest first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field
from wagtail.models import Page

from cms.api.documents import Surroundings, known_locale
from cms.api.pages import current_site
from cms.tree import site_pages
from tasks.announcements.models import AnnouncementVersion

router = Router(tags=["announcements"])


class AnnouncementOut(Schema):
    """One language version of one announcement; title, lead and address as the page is now."""

    edition: int
    announced_at: datetime
    page_id: int
    locale: str
    topic: str
    title: str
    lead: str
    url: str


class AnnouncementList(Schema):
    """A page of the list, with the number of all."""

    count: int
    items: list[AnnouncementOut]


class AnnouncementQuery(Schema):
    """Filters of the list."""

    locale: str | None = None
    limit: int = Field(20, ge=1, le=100)
    offset: int = Field(0, ge=0)


@router.get("", response=AnnouncementList, summary="What was announced, newest first")
def announcements(request: HttpRequest, query: Query[AnnouncementQuery]) -> dict[str, Any]:
    """Only of pages of this site that are still live and public."""
    versions = AnnouncementVersion.objects.filter(
        page__in=site_pages(current_site(request)), silenced="", snapshot__isnull=False
    )
    if query.locale:
        versions = versions.filter(language=known_locale(query.locale))
    newest = versions.select_related("announcement").order_by("-live_at", "-pk")
    items = list(newest[query.offset : query.offset + query.limit])
    return {"count": versions.count(), "items": _items(request, items)}


def _items(request: HttpRequest, versions: list[AnnouncementVersion]) -> list[dict[str, Any]]:
    """What the pages say now: what went out may have been corrected or withdrawn since."""
    pages = Page.objects.filter(pk__in=[version.page_id for version in versions]).specific()
    said = {page.pk: page for page in pages}
    around = Surroundings(request, list(said.values()))
    return [_item(around, version, said[version.page_id]) for version in versions]


def _item(around: Surroundings, version: AnnouncementVersion, page: Any) -> dict[str, Any]:
    return {
        "edition": version.announcement.edition,
        "announced_at": version.live_at,
        "page_id": page.pk,
        "locale": version.language,
        "topic": version.content.topic,
        "title": page.title,
        "lead": getattr(page, "lead", ""),
        "url": around.url(page),
    }
