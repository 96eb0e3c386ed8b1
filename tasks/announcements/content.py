"""Freezing what a page said when it went live."""

from __future__ import annotations

from typing import Any

from wagtail.models import Page

from cms.announceable import Announceable
from tasks.announcements.models import AnnouncementVersion, Reason


def freeze(version: AnnouncementVersion) -> bool:
    """Store the content of the published revision, once; False where the page is gone."""
    if version.snapshot is not None:
        return True
    page = published_page(version)
    if not isinstance(page, Announceable):
        return False
    version.snapshot = page.get_announcement().to_json()
    version.save(update_fields=["snapshot"])
    return True


def published_page(version: AnnouncementVersion) -> Any:
    """The page as its published revision has it, or as it is now where that revision is gone."""
    page = Page.objects.filter(pk=version.page_ref).first()
    if page is None:
        return None
    return version.revision.as_object() if version.revision else page.specific


def withheld_because(version: AnnouncementVersion) -> str:
    """Why ``version`` must not go out now, as a key of ``Reason``; empty where it may."""
    page = Page.objects.filter(pk=version.page_ref).first()
    if page is None or not page.live or page.expired or not page.full_url:
        return Reason.UNPUBLISHED
    if page.get_view_restrictions().exists():
        return Reason.PRIVATE
    return ""
