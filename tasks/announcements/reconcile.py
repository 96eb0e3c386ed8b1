"""Finding what the receivers missed, and writing off what was live before we came."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from cms.models.base import AnnounceChoice
from cms.plugins import registry
from tasks.announcements.models import AnnouncementVersion, Reason
from tasks.announcements.record import record_going_live, record_silently

logger = logging.getLogger(__name__)


def unrecorded(model: type[Any]) -> QuerySet[Any]:
    """Live pages of one type, aliases apart, that no announcement knows."""
    known = AnnouncementVersion.objects.filter(page_ref=OuterRef("pk"))
    pages: QuerySet[Any] = model.objects.live().filter(alias_of=None).exclude(Exists(known))
    return pages.select_related("locale")


def reconcile() -> int:
    """Announce recent pages that went live past the receivers; returns how many.

    “Recent” is counted from the first publication. A page inserted as live by a program has none
    unless the program sets it, and is then left alone: a loaded fixture must not mail anybody.
    """
    since = timezone.now() - timedelta(days=settings.ANTENNE_RECENT_DAYS)
    found = 0
    for model in registry().announceable_models():
        try:
            found += _reconcile(model, since)
        except Exception:
            # Page types come from plugins: one that is not what it says must not stop the others.
            logger.exception("%s cannot be reconciled", model.__name__)
    return found


def _reconcile(model: type[Any], since: datetime) -> int:
    recent = unrecorded(model).filter(first_published_at__gte=since)
    if hasattr(model, "announce"):
        recent = recent.filter(announce=AnnounceChoice.FIRST)
    return sum(record_going_live(page) for page in recent[:100])


def backfill() -> int:
    """Note every page that is live now as known, so that its next edit is not taken for news."""
    pages = (page for model in registry().announceable_models() for page in unrecorded(model).iterator())
    return sum(record_silently(page, Reason.BACKFILL) for page in pages)
