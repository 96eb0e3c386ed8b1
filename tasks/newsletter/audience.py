"""Who gets a campaign: fixed once, with every exclusion counted by its reason."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db import transaction
from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tasks.announcements.models import AnnouncementVersion
from tasks.newsletter.digests.told import told_by_digest
from tasks.newsletter.models import (
    Campaign,
    CampaignState,
    Delivery,
    Frequency,
    Interest,
    Standing,
    Subscriber,
)

RECIPIENT = ""
EXCLUSIONS = {
    "unconfirmed": _("not confirmed yet"),
    "unsubscribed": _("unsubscribed"),
    "other_topic": _("not interested in this topic"),
    "has_it": _("got it in another language"),
    "digest": _("get a digest"),
    "nothing_new": _("nothing new for them"),
    "suppressed": _("blocked after a bounce or complaint"),
    "paused": _("paused"),
}
CHUNK = 1000


def candidates(campaign: Campaign, topic: str) -> QuerySet[Any]:
    """All subscribers of the campaign's language, each with ``why_not`` (empty for recipients)."""
    interested = Interest.objects.filter(subscriber=OuterRef("pk"), topic=topic)
    served = Delivery.objects.filter(announcement=campaign.announcement_id, address_key=OuterRef("email_key"))
    why_not = Case(
        When(standing=Standing.PENDING, then=Value("unconfirmed")),
        When(standing=Standing.UNSUBSCRIBED, then=Value("unsubscribed")),
        When(~Q(frequency=Frequency.AT_ONCE), then=Value("digest")),
        When(~Exists(interested), then=Value("other_topic")),
        When(Exists(served), then=Value("has_it")),
        When(told_by_digest(campaign.announcement), then=Value("has_it")),
        default=Value(RECIPIENT),
        output_field=CharField(),
    )
    return Subscriber.objects.filter(language=campaign.language).annotate(why_not=why_not).order_by("pk")


@transaction.atomic
def freeze_audience(campaign: Campaign, version: AnnouncementVersion) -> int:
    """Write one delivery per recipient; returns how many. One query decides about everybody.

    Candidates = recipients + excluded holds because both are counted from the same rows.
    """
    counts: Counter[str] = Counter()
    chunk: list[Delivery] = []
    for subscriber in candidates(campaign, version.content.topic).iterator(CHUNK):
        counts[subscriber.why_not] += 1
        if subscriber.why_not == RECIPIENT:
            chunk.append(_delivery(campaign, subscriber))
        if len(chunk) >= CHUNK:
            Delivery.objects.bulk_create(chunk)
            chunk = []
    Delivery.objects.bulk_create(chunk)
    campaign.version = version
    campaign.candidates = counts.total()
    campaign.excluded = {reason: count for reason, count in counts.items() if reason != RECIPIENT}
    campaign.state = CampaignState.SENDING if counts[RECIPIENT] else CampaignState.DONE
    campaign.in_archive = version.content.in_archive
    campaign.frozen_at = timezone.now()
    campaign.finished_at = None if counts[RECIPIENT] else campaign.frozen_at
    campaign.save()
    return counts[RECIPIENT]


def _delivery(campaign: Campaign, subscriber: Subscriber) -> Delivery:
    return Delivery(
        campaign=campaign,
        announcement_id=campaign.announcement_id,
        subscriber=subscriber,
        address=subscriber.email,
        address_key=subscriber.email_key,
        domain=subscriber.domain,
    )
