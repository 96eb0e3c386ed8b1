"""Sending what is due: campaigns' mails and confirmation mails."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from tasks.announcements.content import withheld_because
from tasks.announcements.models import AnnouncementVersion, Reason
from tasks.ledger import claims
from tasks.ledger.models import LedgerRow
from tasks.ledger.outcomes import failed, line_is_down, suppressed
from tasks.newsletter.campaigns import close_finished
from tasks.newsletter.cancel import cancel_mails
from tasks.newsletter.compose import campaign_parts, identity, message, sender_address
from tasks.newsletter.confirmation import confirmation_message
from tasks.newsletter.links import unsubscribe_url
from tasks.newsletter.models import (
    Campaign,
    CampaignState,
    Delivery,
    Standing,
    Subscriber,
    SubscriptionRequest,
    TestMail,
)
from tasks.newsletter.testmail import test_message
from tasks.newsletter.transport import Relay, RelayDown

logger = logging.getLogger(__name__)

BATCH = 50
Build = Callable[[Any], bytes]


def send_mails(seconds: float) -> bool:
    """Send due mails for at most about ``seconds``; True where more is waiting.

    Campaigns take turns, a batch each, so that a long one does not hold up the others.
    """
    run = Run(claims.worker_name(), time.monotonic() + seconds)
    with run.relay:
        try:
            while campaigns := [campaign for campaign in _due_campaigns() if campaign.pk not in run.broken]:
                for campaign in campaigns:
                    _send_turn(campaign, run)
                    if run.is_over:
                        return True
        except RelayDown as error:
            logger.warning("The mail relay cannot be used: %s", error)
    close_finished()
    return False


def send_confirmations(seconds: float) -> bool:
    """Send due confirmation mails for at most about ``seconds``; True where more is waiting."""
    run = Run(claims.worker_name(), time.monotonic() + seconds)
    rows = SubscriptionRequest.objects.select_related("subscriber")
    with run.relay:
        try:
            for due, build in (
                (rows, confirmation_message),
                (TestMail.objects.select_related("revision"), test_message),
            ):
                while _send_batch(due, build, run):
                    if run.is_over:
                        return True
        except RelayDown as error:
            logger.warning("The mail relay cannot be used: %s", error)
    return False


@dataclass
class Run:
    """One worker's turn at sending."""

    worker: str
    deadline: float
    relay: Relay = field(default_factory=Relay)
    broken: set[int] = field(default_factory=set)
    """Campaigns that cannot be composed; they must not stop the others."""

    @property
    def is_over(self) -> bool:
        """Whether it is another one's turn."""
        return time.monotonic() > self.deadline


def _due_campaigns() -> list[Campaign]:
    waiting = claims.due(Delivery.objects.filter(campaign=OuterRef("pk")))
    campaigns = Campaign.objects.filter(Exists(waiting), state=CampaignState.SENDING).order_by("pk")
    return list(campaigns.select_related("version", "announcement"))


def _send_turn(campaign: Campaign, run: Run) -> None:
    """Send one batch of a campaign, unless its page may not be shown any more."""
    try:
        version = _version(campaign)
        if reason := withheld_because(version):
            cancel_mails(AnnouncementVersion.objects.filter(pk=version.pk), Reason(reason))
            return
        build = _builder(campaign)
    except SoftTimeLimitExceeded:
        raise
    except Exception:
        logger.exception("Campaign %s cannot be composed", campaign.pk)
        run.broken.add(campaign.pk)
        return
    _send_batch(Delivery.objects.filter(campaign=campaign).select_related("subscriber"), build, run)


def _version(campaign: Campaign) -> AnnouncementVersion:
    if campaign.version is None:
        raise ValueError("No version is chosen")
    return campaign.version


def _builder(campaign: Campaign) -> Build:
    """Makes each recipient's message; what is the same for all is composed here, once."""
    parts = campaign_parts(campaign)
    # The date belongs to the campaign, so that a repetition is the same message to the byte.
    date = campaign.frozen_at or campaign.created_at

    def build(delivery: Delivery) -> bytes:
        subscriber: Any = delivery.subscriber
        link = unsubscribe_url(subscriber.public_id, campaign.language)
        return message(parts, delivery.address, link, identity(campaign, delivery.pk), date)

    return build


def _send_batch(rows: Any, build: Build, run: Run) -> bool:
    """Take and send one batch; False where there was nothing to take."""
    batch = claims.claim(rows, run.worker, BATCH)
    for index, row in enumerate(batch):
        try:
            if run.is_over:
                break
            _send_one(row, build, run.relay, run.worker)
        except RelayDown:
            claims.release(batch[index:], run.worker)
            raise
    claims.release(batch, run.worker)
    return bool(batch)


def _send_one(row: LedgerRow, build: Build, relay: Relay, worker: str) -> None:
    """Row first, side effect second, row again."""
    subscriber = getattr(row, "subscriber", None)
    if isinstance(row, Delivery) and not _still_wants(subscriber):
        claims.finish(row, worker, suppressed(_("The subscription ended before it was sent.")))
        return
    try:
        address, payload = _address(row), build(row)
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:
        logger.exception("Mail %s cannot be composed", row.pk)
        claims.finish(row, worker, failed("", str(error)))
        return
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


def _address(row: Any) -> str:
    return str(row.address if isinstance(row, Delivery | TestMail) else row.subscriber.email)
