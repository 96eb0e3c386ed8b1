"""Who heard of something in a digest already."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from tasks.announcements.models import Announcement
from tasks.newsletter.models import Delivery


def told_by_digest(announcement: Announcement | None) -> Q:
    """Subscribers who heard of ``announcement`` in a digest: no mail of its own may tell them again."""
    if announcement is None:
        return Q(pk=None)
    digests = Delivery.objects.filter(
        announcement=None,
        address_key=OuterRef("email_key"),
        campaign__frozen_at__gte=announcement.release_at,
    )
    return Q(Exists(digests), digest_from__gte=announcement.release_at)
