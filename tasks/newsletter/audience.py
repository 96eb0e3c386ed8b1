"""Who gets a campaign: fixed once, with every exclusion counted by its reason."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db import transaction
from django.db.models import Case, CharField, Exists, OuterRef, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cms.announceable import AnnouncementContent
from tasks.announcements.models import AnnouncementVersion
from tasks.newsletter.models import (
    Campaign,
    CampaignState,
    Delivery,
    Standing,
    Subscriber,
)
from tasks.newsletter.segments import in_segment, interested

RECIPIENT = ""
EXCLUSIONS = {
    "unconfirmed": _("not confirmed yet"),
    "unsubscribed": _("unsubscribed"),
    "other_topic": _("not interested in this topic"),
    "not_meant": _("not among the chosen readers"),
    "has_it": _("got it in another language"),
}
CHUNK = 1000


def candidates(campaign: Campaign, content: AnnouncementContent) -> QuerySet[Any]:
    """All subscribers of the campaign's language, each with ``why_not`` (empty for recipients)."""
    served = Delivery.objects.filter(announcement=campaign.announcement_id, address_key=OuterRef("email_key"))
    why_not = Case(
        When(standing=Standing.PENDING, then=Value("unconfirmed")),
        When(standing=Standing.UNSUBSCRIBED, then=Value("unsubscribed")),
        When(~interested(content), then=Value("other_topic")),
        When(~in_segment(content), then=Value("not_meant")),
        When(Exists(served), then=Value("has_it")),
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
    for subscriber in candidates(campaign, version.content).iterator(CHUNK):
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
