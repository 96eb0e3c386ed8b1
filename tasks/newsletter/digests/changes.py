"""Pages that leave or move before a digest is out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from tasks.announcements.models import AnnouncementVersion
from tasks.ledger.models import OPEN_STATES, State
from tasks.newsletter.bodies import forget
from tasks.newsletter.campaigns import close_finished
from tasks.newsletter.digests.items import items_of
from tasks.newsletter.digests.variants import EVERYTHING, decode
from tasks.newsletter.models import Campaign, CampaignKind, CampaignState, Delivery, MailBody

UNFINISHED = (CampaignState.SENDING, CampaignState.PAUSED)
STOPPABLE = (State.PENDING, State.CLAIMED, State.DEFERRED)


def versions_changed(versions: QuerySet[AnnouncementVersion]) -> None:
    """Mails that tell of ``versions`` and are not out yet are composed anew, as the pages are now.

    Of a digest nothing of which is left, the mails are not sent.
    """
    changed = set(versions.values_list("announcement", flat=True))
    if not changed:
        return
    forget(Campaign.objects.filter(version__in=versions, state__in=UNFINISHED))
    for campaign, variant in list(_variants_with(changed)):
        MailBody.objects.filter(campaign=campaign, variant__in=(variant, EVERYTHING)).delete()
        if not items_of(campaign.language, decode(variant)[0]):
            _stop(campaign, variant)


def _variants_with(changed: set[int]) -> Iterable[tuple[Campaign, str]]:
    """(unfinished digest, variant) of everything open that tells of one of these announcements."""
    unfinished = Campaign.objects.filter(kind=CampaignKind.DIGEST, state__in=UNFINISHED)
    for campaign in unfinished:
        open_mails = Delivery.objects.filter(campaign=campaign, state__in=OPEN_STATES).order_by()
        for variant in open_mails.values_list("variant", flat=True).distinct():
            if not changed.isdisjoint(decode(variant)[0]):
                yield campaign, variant


def _stop(campaign: Campaign, variant: str) -> None:
    waiting: Any = Delivery.objects.filter(campaign=campaign, variant=variant, state__in=STOPPABLE)
    waiting.update(state=State.SUPPRESSED, detail=_("No page of it may be shown any more."), lease_until=None)
    close_finished()


def digests_with(announcements: Iterable[int], since: Any) -> dict[int, list[tuple[Campaign, int]]]:
    """Announcement → (digest, number of mails) of every digest after ``since`` that told of it."""
    found: dict[int, list[tuple[Campaign, int]]] = {pk: [] for pk in announcements}
    bodies = MailBody.objects.filter(campaign__kind=CampaignKind.DIGEST, campaign__frozen_at__gte=since)
    told: dict[tuple[int, int], list[str]] = {}
    for campaign_id, variant in bodies.exclude(variant=EVERYTHING).values_list("campaign", "variant"):
        for pk in found.keys() & set(decode(variant)[0]):
            told.setdefault((pk, campaign_id), []).append(variant)
    campaigns = Campaign.objects.in_bulk({campaign_id for _pk, campaign_id in told})
    mails = _mails_by_variant(campaigns)
    for (pk, campaign_id), variants in sorted(told.items()):
        number = sum(mails.get((campaign_id, variant), 0) for variant in variants)
        found[pk].append((campaigns[campaign_id], number))
    return found


def _mails_by_variant(campaigns: Iterable[int]) -> dict[tuple[int, str], int]:
    rows = Delivery.objects.filter(campaign__in=list(campaigns)).exclude(state=State.SUPPRESSED).order_by()
    counted = rows.values_list("campaign", "variant").annotate(Count("pk"))
    return {(campaign, variant): number for campaign, variant, number in counted}
