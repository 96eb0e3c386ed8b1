"""Opening the digests that are due."""

from __future__ import annotations

import logging
from datetime import datetime

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from tasks.newsletter.digests.audience import freeze_digest
from tasks.newsletter.digests.periods import DIGESTS, Period, latest
from tasks.newsletter.models import Campaign, CampaignKind, CampaignState, Subscriber

logger = logging.getLogger(__name__)


def open_due(now: datetime | None = None) -> int:
    """Freeze every digest whose time has come, once; returns how many.

    Only the last period counts: what was missed while nothing ran is told in one digest. One
    language that fails does not hold up the others.
    """
    periods = [latest(frequency, now or timezone.now()) for frequency in DIGESTS]
    digests = Campaign.objects.filter(kind=CampaignKind.DIGEST, period__in=[one.key for one in periods])
    done = set(digests.exclude(state=CampaignState.WAITING).values_list("period", "language"))
    pairs = [(period, code) for period in periods for code in settings.ANTENNE_NEWSLETTER_LANGUAGES]
    due = [(period, code) for period, code in pairs if (period.key, code) not in done]
    wanted = _wanted() if due else set()
    return sum(_guarded(period, code) for period, code in due if (period.frequency, code) in wanted)


def _wanted() -> set[tuple[str, str]]:
    """(frequency, language) of the digests that have readers: nothing is written down for nobody."""
    readers = Subscriber.objects.filter(frequency__in=DIGESTS).order_by()
    return set(readers.values_list("frequency", "language").distinct())


def _guarded(period: Period, language: str) -> bool:
    try:
        return _open(period, language)
    except SoftTimeLimitExceeded:
        raise
    except Exception:
        logger.exception("The digest %s (%s) cannot be opened", period.key, language)
        return False


def _open(period: Period, language: str) -> bool:
    """Freeze one digest; False where another sweeper does or did."""
    row = Campaign(kind=CampaignKind.DIGEST, period=period.key, language=language)
    Campaign.objects.bulk_create([row], ignore_conflicts=True)
    waiting = Campaign.objects.filter(
        announcement=None, period=period.key, language=language, state=CampaignState.WAITING
    )
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            waiting = waiting.select_for_update(skip_locked=True)
        campaign = waiting.first()
        if campaign is None:
            return False
        freeze_digest(campaign, period)
    return True
