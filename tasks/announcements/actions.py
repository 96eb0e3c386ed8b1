"""What an editor can do about an announcement by hand."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page

from tasks.announcements import doorbell
from tasks.announcements.models import Announcement, AnnouncementVersion
from tasks.ledger.models import State
from tasks.newsletter import control as newsletter
from tasks.newsletter.models import Campaign, CampaignState, Delivery

KINDS = {"mail": "campaigns__deliveries", "post": "posts", "failed": "campaigns"}
"""What an action can be about, with the way there from the version that was sent."""

CONTROLS = {"pause": newsletter.pause, "resume": newsletter.resume, "cancel": newsletter.cancel}


def may_act(user: Any, version: AnnouncementVersion, page: Page) -> bool:
    """Whether the user may publish the version's page; ``page`` stands in for one that is deleted."""
    return bool((version.page or page).permissions_for_user(user).can_publish())


def versions_of(announcement: Announcement, kind: str, pk: int) -> QuerySet[AnnouncementVersion]:
    """The version that the mail, post or campaign with this key sends; at most one."""
    return announcement.versions.filter(**{KINDS[kind]: pk}).select_related("page")


def send_without_waiting(announcement: Announcement) -> None:
    """Readers whose translation is not ready get the original now."""
    Announcement.objects.filter(pk=announcement.pk).update(wait_until=timezone.now(), settled_at=None)
    doorbell.ring_after_commit()


def try_again(rows: Any) -> int:
    """Send failed or unknown rows once more, under the same identity. Returns how many."""
    again = rows.filter(state__in=(State.FAILED, State.UNKNOWN)).update(
        state=State.PENDING, attempts=0, next_try_at=None, lease_until=None, worker="", code="", detail=""
    )
    return int(again)


def take_as_sent(rows: Any) -> int:
    """The editor knows that rows of unknown outcome did arrive. Returns how many."""
    return int(
        rows.filter(state=State.UNKNOWN).update(
            state=State.SENT, sent_at=timezone.now(), detail=_("Taken as sent by an editor.")
        )
    )


def reopen(announcement: Announcement) -> None:
    """Mails that are to be sent again need a campaign that is being sent."""
    pending = Delivery.objects.filter(announcement=announcement, state=State.PENDING)
    announcement.campaigns.filter(deliveries__in=pending).exclude(state=CampaignState.PAUSED).update(
        state=CampaignState.SENDING, finished_at=None
    )


def rows_of(announcement: Announcement, kind: str, pk: int) -> Any:
    """The mail or post with this key, or the failed mails of the campaign with this key."""
    if kind == "failed":
        return announcement.deliveries.filter(campaign=pk, state=State.FAILED)
    rows: Any = announcement.deliveries if kind == "mail" else announcement.posts
    return rows.filter(pk=pk)


def control(campaigns: QuerySet[Campaign], action: str) -> None:
    """Pause, resume or cancel."""
    CONTROLS[action](campaigns)
