"""Who is meant by a mail: by topic, by what people follow, and by an issue's own choice of readers."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from cms.announceable import AnnouncementContent
from tasks.newsletter.models import Following, Interest


def interested(content: AnnouncementContent) -> Q:
    """Subscribers who chose the topic, or follow something that ``content`` is about."""
    mine = OuterRef("pk")
    by_topic = Q(Exists(Interest.objects.filter(subscriber=mine, topic=content.topic)))
    if not content.subjects:
        return by_topic
    followed = Following.objects.filter(subscriber=mine, subject__in=content.subjects)
    return by_topic | Q(Exists(followed))


def in_segment(content: AnnouncementContent) -> Q:
    """Subscribers that ``content.audience`` does not leave out."""
    return Q()
