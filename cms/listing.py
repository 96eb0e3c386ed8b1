"""Questions that several pages, feeds and the API ask of the page tree."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db.models import Q, prefetch_related_objects
from django.utils import timezone
from wagtail.models import Page, Site

from cms.models.base import AnnounceablePage, AnnounceChoice
from cms.models.event import EventMixin
from cms.plugins import registry
from cms.tree import site_pages

OLDEST = datetime.min.replace(tzinfo=UTC)


def announcements(locale: Any) -> Any:
    """Live public pages of ``locale`` that can be announced, newest first."""
    kinds = tuple(registry().announceable_models())
    pages = Page.objects.live().public().filter(locale=locale)
    pages = pages.type(*kinds) if kinds else pages.none()
    return pages.order_by("-first_published_at", "-pk")


def newest_of_each_kind(site: Site, locale: Any, number: int) -> list[Any]:
    """The newest ``number`` announcements of every type on ``site``, newest first.

    Of every type, because an import of hundreds of pages of one type must not push out the others;
    and without those that nobody was to hear of, because they are no news.
    """
    found: list[Any] = []
    here = site_pages(site).values("pk")
    for kind in registry().announceable_models():
        pages = kind.objects.filter(pk__in=here, locale=locale)
        if issubclass(kind, AnnounceablePage):
            pages = pages.exclude(announce=AnnounceChoice.NEVER)
        newest = pages.order_by("-first_published_at", "-pk")[:number]
        found += full_pages(newest, locale)
    return sorted(found, key=lambda page: (page.first_published_at or OLDEST, page.pk), reverse=True)


def full_pages(pages: Any, locale: Any) -> list[Any]:
    """``pages`` of one ``locale`` as their own types, without a query per page for what all share."""
    found = list(pages.specific())
    by_type: dict[type[Any], list[Any]] = {}
    for page in found:
        page.locale = locale
        by_type.setdefault(type(page), []).append(page)
    for kind, same in by_type.items():
        if hasattr(kind, "funder"):
            prefetch_related_objects(same, "funder")
    return found


def upcoming_events(home: Any, limit: int) -> list[Any]:
    """The next live public events below ``home``, soonest first; those without a date come last."""
    found: list[Any] = []
    for kind in registry().announceable_models():
        if issubclass(kind, EventMixin):
            found += _coming(kind, home)[:limit]
    return sorted(found, key=_when)[:limit]


def _coming(kind: Any, home: Any) -> Any:
    now = timezone.now()
    coming = Q(ends_at__gte=now) | Q(ends_at=None, starts_at__gte=now) | Q(starts_at=None)
    return kind.objects.live().public().descendant_of(home).filter(coming).order_by("starts_at")


def _when(event: Any) -> tuple[bool, Any]:
    return (event.starts_at is None, event.starts_at or event.pk)


def blocks_json(stream: Any, page: Any) -> Any:
    """The blocks of a StreamField as JSON values; relative links become links of the page's site."""
    return stream.stream_block.get_api_representation(stream, {"base_url": page.full_url or ""})
