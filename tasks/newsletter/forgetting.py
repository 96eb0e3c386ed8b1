"""Deleting what was only needed for some time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from tasks.announcements.models import Heartbeat
from tasks.ledger.models import OPEN_STATES, State
from tasks.newsletter.consent import forget_origins
from tasks.newsletter.erase import blank
from tasks.newsletter.importing.stored import forget_uploads
from tasks.newsletter.limits import forget_counts
from tasks.newsletter.models import (
    Delivery,
    MailEvent,
    SettingsRequest,
    Standing,
    Subscriber,
    SubscriptionRequest,
)
from tasks.social.forgetting import forget_calls

EVERY = timedelta(hours=1)
UNCONFIRMED_FOR = timedelta(days=30)
REQUESTS_FOR = timedelta(days=30)
UPLOADS_FOR = timedelta(days=1)
AT_A_TIME = 5000
"""More wait for the next hour, so that no sweep takes long."""


def forget() -> int:
    """Delete old counts of sign-ups and, once an hour, all else that is too old; returns how many."""
    counts = forget_counts()
    now = timezone.now()
    if Heartbeat.objects.filter(name="forget", beat_at__gt=now - EVERY).exists():
        return counts
    Heartbeat.objects.update_or_create(name="forget", defaults={"beat_at": now})
    requests = forget_requests(now - REQUESTS_FOR)
    people = forget_unconfirmed(now - UNCONFIRMED_FOR) + forget_uploads(now - UPLOADS_FOR)
    return counts + forget_origins() + requests + people + forget_addresses(now) + forget_calls(now)


@transaction.atomic
def forget_unconfirmed(before: datetime) -> int:
    """Delete people who never confirmed and last asked ``before``, with all that is kept of them."""
    asked_since = SubscriptionRequest.objects.filter(subscriber=OuterRef("pk"), requested_at__gt=before)
    rows = Subscriber.objects.filter(standing=Standing.PENDING, created_at__lte=before)
    rows = rows.exclude(Exists(asked_since)).order_by("pk")
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True, of=("self",))
    keys = _some(rows)
    Subscriber.objects.filter(pk__in=keys).delete()
    return len(keys)


def forget_requests(before: datetime) -> int:
    """Delete requests that led to nothing, and those for the settings, whose links are long void."""
    over = (State.SUPPRESSED, State.FAILED)
    fruitless = SubscriptionRequest.objects.filter(state__in=over, confirmed_at=None)
    settled = SettingsRequest.objects.exclude(state__in=OPEN_STATES)
    deleted = 0
    for rows in (fruitless, settled):
        keys = _some(rows.filter(requested_at__lte=before).order_by("pk"))
        deleted += rows.model._default_manager.filter(pk__in=keys).delete()[0]
    return deleted


@transaction.atomic
def forget_addresses(now: datetime) -> int:
    """Take the addresses out of mails of ``ANTENNE_DELIVERY_DAYS`` ago; the figures stay."""
    if not settings.ANTENNE_DELIVERY_DAYS:
        return 0
    before = now - timedelta(days=settings.ANTENNE_DELIVERY_DAYS)
    keys = _some(Delivery.objects.filter(campaign__frozen_at__lte=before).exclude(address="").order_by("pk"))
    MailEvent.objects.filter(delivery__in=keys).update(address_hash="", detail="")
    return blank(Delivery.objects.filter(pk__in=keys))


def _some(rows: QuerySet[Any]) -> list[int]:
    return list(rows.values_list("pk", flat=True)[:AT_A_TIME])
