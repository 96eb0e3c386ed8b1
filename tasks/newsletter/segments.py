"""Who is meant by a mail: by topic, by what people follow, and by an issue's own choice of readers."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from cms.announceable import AnnouncementContent
from tasks.newsletter.models import Following, Interest


def interested(content: AnnouncementContent) -> Q:
    """Subscribers who chose one of the topics, or follow something that ``content`` is about."""
    mine = OuterRef("pk")
    topics = (content.audience or {}).get("topics") or [content.topic]
    by_topic = Q(Exists(Interest.objects.filter(subscriber=mine, topic__in=topics)))
    if not content.subjects:
        return by_topic
    return by_topic | _follows(content.subjects)


def in_segment(content: AnnouncementContent) -> Q:
    """Subscribers that ``content.audience`` does not leave out."""
    audience: dict[str, Any] = content.audience or {}
    # Not an empty Q: that cannot be negated, nor stand in a When.
    chosen = Q(pk__gt=0)
    if subjects := audience.get("subjects"):
        chosen &= _follows(subjects)
    if first := audience.get("joined_from"):
        chosen &= Q(confirmed_at__gte=_midnight(first))
    if last := audience.get("joined_to"):
        chosen &= Q(confirmed_at__lt=_midnight(last, days=1))
    return chosen


def _follows(subjects: Any) -> Q:
    return Q(Exists(Following.objects.filter(subscriber=OuterRef("pk"), subject__in=subjects)))


def _midnight(day: str, days: int = 0) -> datetime:
    """The beginning of the day in the site's own time zone, ``days`` later."""
    begins = datetime.combine(date.fromisoformat(day) + timedelta(days=days), datetime.min.time())
    return timezone.make_aware(begins)
