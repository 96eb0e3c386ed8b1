"""Announcements in the delivery API: what was announced, newest first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field
from wagtail.models import Page

from cms.api.documents import known_locale
from tasks.announcements.models import AnnouncementVersion

router = Router(tags=["announcements"])


class AnnouncementOut(Schema):
    """One language version of one announcement, as it was when it went out."""

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
    """Only of pages that are still live and public."""
    versions = AnnouncementVersion.objects.filter(
        page__in=Page.objects.live().public(), silenced="", snapshot__isnull=False
    )
    if query.locale:
        versions = versions.filter(language=known_locale(query.locale))
    newest = versions.select_related("announcement").order_by("-live_at", "-pk")
    items = newest[query.offset : query.offset + query.limit]
    return {"count": versions.count(), "items": [_item(version) for version in items]}


def _item(version: AnnouncementVersion) -> dict[str, Any]:
    content = version.content
    return {
        "edition": version.announcement.edition,
        "announced_at": version.live_at,
        "page_id": version.page_ref,
        "locale": version.language,
        "topic": content.topic,
        "title": content.title,
        "lead": content.lead,
        "url": content.url,
    }
