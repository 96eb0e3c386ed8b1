"""Who gets a digest, and with what in it: fixed once, every exclusion counted by its reason."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Case, CharField, Exists, OuterRef, Value, When
from django.utils import timezone

from tasks.newsletter.bodies import body_of
from tasks.newsletter.digests.items import Item, items_between
from tasks.newsletter.digests.periods import Period
from tasks.newsletter.digests.variants import EVERYTHING, encode
from tasks.newsletter.digests.wishes import wishes_of
from tasks.newsletter.models import (
    Campaign,
    CampaignState,
    Delivery,
    Standing,
    Subscriber,
    Suppression,
)

logger = logging.getLogger(__name__)

CHUNK = 1000
RECIPIENT = ""
OLDEST = timedelta(days=92)
"""What is older is no news, also for those who paused for longer."""


@transaction.atomic
def freeze_digest(campaign: Campaign, period: Period) -> int:
    """Write one delivery per reader for whom there is news; returns how many.

    All in one transaction with ``digest_from``: what somebody is told of is told once. Readers are
    locked, so that nobody changes to the other digest in between and gets both.
    """
    items = items_between(campaign.language, period.ends_at - OLDEST, period.ends_at)
    counts: Counter[str] = Counter()
    last = 0
    while readers := _candidates(campaign.language, period, last):
        counts += _freeze_some(campaign, period, readers, items)
        last = readers[-1].pk
    recipients = counts.pop(RECIPIENT, 0)
    campaign.candidates = counts.total() + recipients
    campaign.excluded = dict(counts)
    campaign.state = CampaignState.SENDING if recipients else CampaignState.DONE
    campaign.frozen_at = timezone.now()
    campaign.finished_at = None if recipients else campaign.frozen_at
    campaign.in_archive = bool(recipients) and any(
        item.is_for_all and item.told_at > period.starts_at for item in items
    )
    campaign.save()
    if campaign.in_archive:
        _compose_for_the_archive(campaign)
    return recipients


def _candidates(language: str, period: Period, after: int) -> list[Any]:
    """The next subscribers of the language and frequency, each with ``why_not``."""
    blocked = Suppression.objects.filter(address_hash=OuterRef("email_hash"))
    why_not = Case(
        When(standing=Standing.PENDING, then=Value("unconfirmed")),
        When(standing=Standing.UNSUBSCRIBED, then=Value("unsubscribed")),
        When(Exists(blocked), then=Value("suppressed")),
        When(paused_until__gt=timezone.localdate(), then=Value("paused")),
        default=Value(RECIPIENT),
        output_field=CharField(),
    )
    rows = Subscriber.objects.filter(language=language, frequency=period.frequency, pk__gt=after)
    if connection.features.has_select_for_update_of:
        rows = rows.select_for_update(of=("self",))
    return list(rows.annotate(why_not=why_not).order_by("pk")[:CHUNK])


def _freeze_some(campaign: Campaign, period: Period, readers: list[Any], items: list[Item]) -> Counter[str]:
    """Write the deliveries of ``readers``; counts them by why they are left out.

    Who pauses is told everything afterwards: for them, time stands still.
    """
    counts = Counter(reader.why_not for reader in readers if reader.why_not)
    able = [reader for reader in readers if not reader.why_not]
    wishes = wishes_of(able, items)
    news = [(reader, keys) for reader in able if (keys := wishes.new_for(reader, items))]
    Delivery.objects.bulk_create(_delivery(campaign, reader, encode(keys)) for reader, keys in news)
    behind = Subscriber.objects.filter(pk__in=[reader.pk for reader in able], digest_from__lt=period.ends_at)
    behind.update(digest_from=period.ends_at)
    counts[RECIPIENT] = len(news)
    counts["nothing_new"] = len(able) - len(news)
    return +counts


def _delivery(campaign: Campaign, reader: Subscriber, variant: str) -> Delivery:
    return Delivery(
        campaign=campaign,
        subscriber=reader,
        address=reader.email,
        address_key=reader.email_key,
        domain=reader.domain,
        variant=variant,
    )


def _compose_for_the_archive(campaign: Campaign) -> None:
    """Keep what was said for the archive. Where that fails, readers get their mails all the same."""
    try:
        with transaction.atomic():
            body_of(campaign, EVERYTHING)
    except Exception:
        logger.exception("The digest %s cannot be composed for the archive", campaign.period)
