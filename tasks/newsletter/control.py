"""Pausing, resuming and cancelling campaigns. Workers look at every row before they send it."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from tasks.announcements import doorbell
from tasks.announcements.models import Reason
from tasks.ledger.models import State
from tasks.newsletter.models import Campaign, CampaignState, Delivery

RUNNING = (CampaignState.WAITING, CampaignState.SENDING, CampaignState.PAUSED)


@transaction.atomic
def pause(campaigns: QuerySet[Campaign]) -> int:
    """Send nothing more for now: what workers hold and have not begun is taken from them."""
    keys = _locked(campaigns, CampaignState.SENDING)
    number = Campaign.objects.filter(pk__in=keys).update(state=CampaignState.PAUSED)
    Delivery.objects.filter(campaign__in=keys, state=State.CLAIMED).update(
        state=State.PENDING, worker="", lease_until=None
    )
    return number


@transaction.atomic
def resume(campaigns: QuerySet[Campaign]) -> int:
    """Go on where it was paused."""
    keys = _locked(campaigns, CampaignState.PAUSED)
    number = Campaign.objects.filter(pk__in=keys).update(state=CampaignState.SENDING)
    transaction.on_commit(lambda: doorbell.ring("send_mails"), robust=True)
    return number


@transaction.atomic
def cancel(campaigns: QuerySet[Campaign]) -> int:
    """Send nothing more at all; mails that were begun come to their own end."""
    keys = _locked(campaigns, *RUNNING)
    number = Campaign.objects.filter(pk__in=keys).update(
        state=CampaignState.CANCELLED, reason=Reason.CANCELLED
    )
    waiting = (State.PENDING, State.CLAIMED, State.DEFERRED)
    Delivery.objects.filter(campaign__in=keys, state__in=waiting).update(
        state=State.SUPPRESSED, detail=str(Reason.CANCELLED.label), lease_until=None
    )
    return number


def _locked(campaigns: QuerySet[Campaign], *states: str) -> list[int]:
    """The keys of those in ``states``, locked so that they are not routed meanwhile."""
    rows = campaigns.filter(state__in=states).order_by("pk").select_for_update(of=("self",))
    return list(rows.values_list("pk", flat=True))
