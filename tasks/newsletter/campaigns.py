"""One campaign per announcement and language of readers."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.lookups import IsNull
from django.utils import timezone

from tasks.announcements.languages import Answer, Choice
from tasks.announcements.models import Announcement
from tasks.ledger.models import OPEN_STATES
from tasks.newsletter.audience import freeze_audience
from tasks.newsletter.models import Campaign, CampaignState, Delivery


def open_campaigns(announcement: Announcement, choice_for: Callable[[str], Choice]) -> None:
    """Bring the campaign of every newsletter language as far as its version allows.

    Each is locked: who cancels it meanwhile waits, and finds the mails that were written.
    """
    for language in settings.ANTENNE_NEWSLETTER_LANGUAGES:
        campaign, _ = Campaign.objects.select_for_update().get_or_create(
            announcement=announcement, language=language
        )
        if campaign.state == CampaignState.WAITING:
            advance(campaign, choice_for(language))


def advance(campaign: Campaign, choice: Choice) -> None:
    """Freeze the audience, note the silence, or leave the campaign waiting."""
    if choice.answer == Answer.SEND and choice.version:
        freeze_audience(campaign, choice.version)
    elif choice.answer == Answer.SILENT:
        campaign.state = CampaignState.SUPPRESSED
        campaign.reason = choice.reason
        campaign.save(update_fields=["state", "reason"])


def close_finished() -> int:
    """Mark campaigns whose every mail has come to an end; returns how many.

    One that has open mails again (a late refusal, an editor's “once more”) is being sent again.
    """
    still_open = has_mail(Delivery.objects.filter(state__in=OPEN_STATES))
    done = Campaign.objects.filter(still_open, state=CampaignState.DONE)
    done.update(state=CampaignState.SENDING, finished_at=None)
    sending = Campaign.objects.filter(~still_open, state=CampaignState.SENDING)
    return sending.update(state=CampaignState.DONE, finished_at=timezone.now())


def has_mail(mails: QuerySet[Delivery]) -> IsNull:
    """Campaigns with one of ``mails``.

    Not ``Exists``: PostgreSQL makes a join of it and reads all mails that there are. The order is that
    of an index, in which the first mail of each campaign is looked up.
    """
    first = mails.filter(campaign=OuterRef("pk")).order_by("state", "pk").values("pk")[:1]
    return IsNull(Subquery(first), False)
