"""Sending what is due: campaigns' mails and confirmation mails."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from tasks.announcements.content import withheld_because
from tasks.announcements.models import AnnouncementVersion, Reason
from tasks.ledger import claims
from tasks.ledger.models import LedgerRow
from tasks.ledger.outcomes import line_is_down, suppressed
from tasks.newsletter.campaigns import close_finished
from tasks.newsletter.cancel import cancel_mails
from tasks.newsletter.compose import campaign_parts, message, message_id, sender_address
from tasks.newsletter.confirmation import confirmation_message
from tasks.newsletter.links import unsubscribe_url
from tasks.newsletter.models import (
    Campaign,
    CampaignState,
    Delivery,
    Standing,
    Subscriber,
    SubscriptionRequest,
)
from tasks.newsletter.transport import Relay, RelayDown

logger = logging.getLogger(__name__)

BATCH = 50
Build = Callable[[Any], bytes]


def send_mails(seconds: float) -> bool:
    """Send due mails for at most about ``seconds``; True where more is waiting."""
    worker, deadline = claims.worker_name(), time.monotonic() + seconds
    with Relay() as relay:
        for campaign in _due_campaigns():
            try:
                more = _send_campaign(campaign, relay, worker, deadline)
            except RelayDown as error:
                logger.warning("The mail relay cannot be used: %s", error)
                break
            if more:
                return True
    close_finished()
    return False


def send_confirmations(seconds: float) -> bool:
    """Send due confirmation mails for at most about ``seconds``; True where more is waiting."""
    worker, deadline = claims.worker_name(), time.monotonic() + seconds
    rows = SubscriptionRequest.objects.select_related("subscriber")
    with Relay() as relay:
        try:
            return _send_rows(rows, lambda row: confirmation_message(row), relay, worker, deadline)
        except RelayDown as error:
            logger.warning("The mail relay cannot be used: %s", error)
    return False


def _due_campaigns() -> list[Campaign]:
    waiting = claims.due(Delivery.objects.filter(campaign=OuterRef("pk")))
    campaigns = Campaign.objects.filter(Exists(waiting), state=CampaignState.SENDING).order_by("pk")
    return list(campaigns.select_related("version", "announcement"))


def _send_campaign(campaign: Campaign, relay: Relay, worker: str, deadline: float) -> bool:
    """Send one campaign's due mails, unless its page may not be shown any more."""
    if campaign.version is None:
        return False
    if reason := withheld_because(campaign.version):
        cancel_mails(AnnouncementVersion.objects.filter(pk=campaign.version.pk), Reason(reason))
        return False
    parts = campaign_parts(campaign)

    def build(delivery: Delivery) -> bytes:
        subscriber: Any = delivery.subscriber
        link = unsubscribe_url(subscriber.public_id, campaign.language)
        # The date belongs to the campaign, so that a repetition is the same message to the byte.
        date = campaign.frozen_at or campaign.announcement.created_at
        return message(parts, delivery.address, link, message_id(delivery.public_id), date)

    rows = Delivery.objects.filter(campaign=campaign).select_related("subscriber")
    return _send_rows(rows, build, relay, worker, deadline)


def _send_rows(rows: Any, build: Build, relay: Relay, worker: str, deadline: float) -> bool:
    while batch := claims.claim(rows, worker, BATCH):
        for index, row in enumerate(batch):
            if time.monotonic() > deadline:
                claims.release(batch[index:], worker)
                return True
            try:
                _send_one(row, build, relay, worker)
            except RelayDown:
                claims.release(batch[index:], worker)
                raise
    return False


def _send_one(row: LedgerRow, build: Build, relay: Relay, worker: str) -> None:
    """Row first, side effect second, row again."""
    subscriber = getattr(row, "subscriber", None)
    if isinstance(row, Delivery) and not _still_wants(subscriber):
        claims.finish(row, worker, suppressed(_("The subscription ended before it was sent.")))
        return
    address = row.address if isinstance(row, Delivery) else subscriber.email  # type: ignore[union-attr]
    payload = build(row)
    relay.open()
    if not claims.begin(row, worker):
        return
    try:
        outcome = relay.send(sender_address(), address, payload, row.attempts)
    except RelayDown as error:
        claims.finish(row, worker, line_is_down(str(error)))
        raise
    claims.finish(row, worker, outcome)


def _still_wants(subscriber: Subscriber | None) -> bool:
    return subscriber is not None and subscriber.standing == Standing.CONFIRMED
