"""Deleting what was only needed for a short time."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from tasks.announcements.models import Heartbeat
from tasks.newsletter.consent import forget_origins
from tasks.newsletter.limits import forget_counts

EVERY = timedelta(hours=1)


def forget() -> int:
    """Delete old counts of sign-ups and, once an hour, old IP addresses; returns how many."""
    counts = forget_counts()
    now = timezone.now()
    if Heartbeat.objects.filter(name="forget", beat_at__gt=now - EVERY).exists():
        return counts
    Heartbeat.objects.update_or_create(name="forget", defaults={"beat_at": now})
    return counts + forget_origins()
