"""Nobody is lost who changes how often or in which language they hear of what is new.

Whoever gets a digest was left out of what went out at once, because the next digest would tell
them. If they want everything at once from now on, no digest comes: they get those mails afterwards.
Likewise a change of language, where the old one still waited for its translation and the mails in
the new one are out.
"""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from tasks.announcements import doorbell
from tasks.announcements.content import withheld_because
from tasks.announcements.models import Announcement
from tasks.newsletter.audience import RECIPIENT, candidates, insert_deliveries
from tasks.newsletter.digests.audience import OLDEST
from tasks.newsletter.digests.items import told_at
from tasks.newsletter.models import Campaign, CampaignState, Frequency, Standing, Subscriber

FROZEN = (CampaignState.SENDING, CampaignState.PAUSED, CampaignState.DONE)


def hold_routing() -> None:
    """Wait for announcements being routed, and let none be routed until this transaction ends.

    Else one whose readers are being fixed right now would see the subscriber as before the change,
    and we would not see its mails yet. To be called before the subscriber's row is locked: that is
    the order in which routing takes its locks.
    """
    rows = Announcement.objects.filter(settled_at=None, release_at__lte=timezone.now()).order_by("pk")
    if connection.features.has_select_for_update:
        list(rows.select_for_update().values_list("pk", flat=True))


def owed(person: Subscriber, language: str, frequency: str) -> dict[int, str]:
    """Campaign → as what ``person`` was counted there, of all that no other mail will tell them.

    To be asked before the change to ``language`` and ``frequency``.
    """
    if person.standing != Standing.CONFIRMED or frequency != Frequency.AT_ONCE:
        return {}
    if person.frequency != Frequency.AT_ONCE:
        found = _since_last_digest(person, language)
    elif person.language != language:
        found = _waited_for(person, language)
    else:
        return {}
    return {campaign.pk: _counted_as(campaign, person) for campaign in found}


def deliver(person: Subscriber, campaigns: dict[int, str]) -> int:
    """Add a mail to ``person`` to each of ``campaigns``, as ``owed`` gave them; returns how many.

    To be called after the change and in its transaction.
    """
    rows = _frozen().filter(pk__in=campaigns).order_by("pk").select_for_update(of=("self",), no_key=True)
    added = sum(_add(campaign, person, campaigns[campaign.pk]) for campaign in rows)
    if added:
        transaction.on_commit(lambda: doorbell.ring("send_mails"), robust=True)
    return added


def _frozen() -> QuerySet[Campaign]:
    """Campaigns of announcements whose readers are fixed and that were not called off."""
    rows = Campaign.objects.filter(announcement__isnull=False, version__isnull=False, state__in=FROZEN)
    return rows.select_related("version", "announcement")


def _since_last_digest(person: Subscriber, language: str) -> list[Campaign]:
    since = max(person.digest_from, timezone.now() - OLDEST)
    rows = _frozen().filter(language=language, frozen_at__gt=since)
    rows = rows.prefetch_related("announcement__versions")
    return [row for row in rows if row.announcement and told_at(row.announcement) > since]


def _waited_for(person: Subscriber, language: str) -> list[Campaign]:
    waiting = Campaign.objects.filter(language=person.language, state=CampaignState.WAITING)
    return list(_frozen().filter(language=language, announcement__in=waiting.values("announcement")))


def _counted_as(campaign: Campaign, person: Subscriber) -> str:
    """Empty for somebody who was not counted there at all: their language was another one."""
    assert campaign.version  # noqa: S101 -- for the type checker
    row: Any = candidates(campaign, campaign.version.content).filter(pk=person.pk).first()
    return str(row.why_not) if row else ""


def _add(campaign: Campaign, person: Subscriber, counted_as: str) -> int:
    """One more mail, and one fewer left out: the books of the campaign still balance."""
    version = campaign.version
    if version is None or withheld_because(version):
        return 0
    wanting = candidates(campaign, version.content).filter(pk=person.pk, why_not=RECIPIENT)
    if not insert_deliveries(campaign, wanting):
        return 0
    if left_out := campaign.excluded.pop(counted_as, 0):
        campaign.excluded |= {counted_as: left_out - 1} if left_out > 1 else {}
    else:
        campaign.candidates += 1
    if campaign.state == CampaignState.DONE:
        campaign.state, campaign.finished_at = CampaignState.SENDING, None
    campaign.save(update_fields=["candidates", "excluded", "state", "finished_at"])
    return 1
