"""Deleting what was told to other servers, once nobody asks about it any more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from tasks.ledger.models import OPEN_STATES
from tasks.social.activitypub.models import InboxDelivery
from tasks.social.webhook.models import WebhookCall

AT_A_TIME = 5000
"""More wait for the next hour, so that no sweep takes long."""


def forget_calls(now: datetime) -> int:
    """Delete calls and deliveries of ``ANTENNE_CALL_DAYS`` ago that have ended; returns how many."""
    if not settings.ANTENNE_CALL_DAYS:
        return 0
    before = now - timedelta(days=settings.ANTENNE_CALL_DAYS)
    # Who was told of a post has to hear of its changes and of its end.
    needed = Q(kind=InboxDelivery.Kind.CREATE, note__deleted_at=None)
    return sum(map(_delete, (WebhookCall.objects.filter(_old(before)), _deliveries(before, needed))))


def _old(before: datetime) -> Q:
    return Q(created_at__lte=before) & ~Q(state__in=OPEN_STATES)


def _deliveries(before: datetime, needed: Q) -> QuerySet[InboxDelivery]:
    return InboxDelivery.objects.filter(_old(before)).exclude(needed)


def _delete(rows: QuerySet[Any]) -> int:
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[:AT_A_TIME])
    rows.model._default_manager.filter(pk__in=keys).delete()
    return len(keys)
