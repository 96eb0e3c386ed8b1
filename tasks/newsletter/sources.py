"""Where mails come from: campaigns, and what goes ahead of them (confirmations and the like)."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeVar

from celery.exceptions import SoftTimeLimitExceeded
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from tasks.announcements.content import withheld_because
from tasks.announcements.models import AnnouncementVersion, Reason
from tasks.ledger import batches, claims
from tasks.ledger.models import LedgerRow
from tasks.ledger.outcomes import failed, suppressed
from tasks.newsletter import links, taking
from tasks.newsletter.bodies import body_of
from tasks.newsletter.campaigns import has_mail
from tasks.newsletter.cancel import cancel_mails
from tasks.newsletter.compiled import Compiled, Signer, compile_mail, on_the_wire
from tasks.newsletter.compose import LINK_SLOT, SETTINGS_SLOT, Parts, identity, sender_address
from tasks.newsletter.digests.recheck import LastLook
from tasks.newsletter.dkim import date_of
from tasks.newsletter.models import Campaign, CampaignState, Delivery, Standing
from tasks.newsletter.smtp.pool import Job
from tasks.newsletter.taking import Taken
from tasks.newsletter.verp import return_path

logger = logging.getLogger(__name__)

EXPRESS_BATCH = 20
LOOK_AGAIN = 1.0
"""Seconds between two looks at the page that a campaign tells of."""
LINKS = {LINK_SLOT: links.unsubscribe_url, SETTINGS_SLOT: links.settings_url}


class Mail(NamedTuple):
    """One claimed row, ready to be handed over."""

    model: type[LedgerRow]
    pk: int
    attempts: int
    domain: str
    campaign: int
    """0 where it belongs to none."""
    job: Callable[[], Job]
    """Makes the finished mail; as late as possible, because it is large."""


Made = TypeVar("Made")


class Source(Protocol):
    """Something to send."""

    def claim(self, worker: str, limit: int, without: list[str]) -> list[Mail]:
        """Take up to ``limit`` mails, none to a domain in ``without``."""
        ...


@dataclass(frozen=True)
class Express:
    """Mails that somebody waits for, each composed on its own."""

    model: type[LedgerRow]
    related: tuple[str, ...]
    address: Callable[[Any], str]
    build: Callable[[Any], bytes]
    withheld: Callable[[Any], str] = lambda row: ""
    """Why a row is not to be sent, or an empty text."""
    sign: Signer | None = None

    def claim(self, worker: str, limit: int, without: list[str]) -> list[Mail]:
        """Finished mails, ahead of all that is not awaited."""
        return self.composed(worker, self._mail, limit)

    def composed(self, worker: str, make: Callable[[Any], Made], limit: int = EXPRESS_BATCH) -> list[Made]:
        """What ``make`` makes of rows that are due.

        Rows that cannot be composed have failed; they do not hold up the others.
        """
        if not claims.any_due(self.model):
            return []
        rows: QuerySet[Any] = self.model._default_manager.select_related(*self.related)
        taken = claims.claim(rows, worker, min(limit, EXPRESS_BATCH))
        return [made for row in taken if (made := self._made(row, worker, make)) is not None]

    def _made(self, row: Any, worker: str, make: Callable[[Any], Made]) -> Made | None:
        try:
            if reason := self.withheld(row):
                claims.finish(row, worker, suppressed(reason))
                return None
            return make(row)
        except SoftTimeLimitExceeded:
            raise
        except Exception as error:
            logger.exception("%s %s cannot be composed", self.model.__name__, row.pk)
            claims.finish(row, worker, failed("", str(error)))
            return None

    def _mail(self, row: Any) -> Mail:
        job = Job((self.model, row.pk), sender_address(), self.address(row), self._payload(row))
        return Mail(self.model, row.pk, row.attempts, "", 0, lambda: job)

    def _payload(self, row: Any) -> bytes:
        message = self.build(row)
        return on_the_wire(self.sign(message, date_of(message)) if self.sign else message)


class CampaignSource:
    """The deliveries of one campaign; what is the same for all is compiled once."""

    def __init__(self, campaign: Campaign, sign: Signer | None = None) -> None:
        self.campaign = campaign
        self._sign = sign
        self._compiled: dict[str, Compiled] = {}
        self._sender = sender_address()
        self._last_look = LastLook(campaign)
        self._look_again_at = 0.0

    def __str__(self) -> str:
        return f"Campaign {self.campaign.pk}"

    def claim(self, worker: str, limit: int, without: list[str]) -> list[Mail]:
        """Deliveries that are due, unless the page may not be shown any more."""
        if self._is_withheld():
            return []
        rows = taking.claim(self.campaign.pk, worker, limit, without)
        wanted = [row for row in rows if row.standing == Standing.CONFIRMED]
        try:
            for variant in self._last_look.changed({row.variant for row in wanted}):
                self._compiled.pop(variant, None)
            self._compile_all({row.variant for row in wanted} - self._last_look.empty)
        except BaseException:
            batches.release_many(Delivery, [row.pk for row in rows], worker)
            raise
        gone = suppressed(_("The subscription ended before it was sent."))
        unwanted = [(row.pk, gone) for row in rows if row.standing != Standing.CONFIRMED]
        batches.finish_many(Delivery, worker, unwanted)
        return [self._mail(row) for row in wanted if row.variant not in self._last_look.empty]

    def _is_withheld(self) -> bool:
        """Whether the page may not be shown now; a page that leaves also tells so by itself."""
        version = self.campaign.version
        if version is None or time.monotonic() < self._look_again_at:
            return False
        self._look_again_at = time.monotonic() + LOOK_AGAIN
        if not (reason := withheld_because(version)):
            return False
        cancel_mails(AnnouncementVersion.objects.filter(pk=version.pk), Reason(reason))
        return True

    def _mail(self, row: Taken) -> Mail:
        compiled = self._compiled[row.variant]
        language = self.campaign.language

        def job() -> Job:
            ends = {slot: LINKS[slot](row.person, language) for slot in compiled.slots}
            payload = compiled.payload(row.address, identity(self.campaign, row.pk), ends)
            sender = return_path(row.pk) or self._sender
            return Job((Delivery, row.pk), sender, row.address, payload, row.domain)

        return Mail(Delivery, row.pk, row.attempts, row.domain, self.campaign.pk, job)

    def _compile_all(self, variants: set[str]) -> None:
        for variant in variants - self._compiled.keys():
            self._compiled[variant] = self._compile(variant)

    def _compile(self, variant: str) -> Compiled:
        body = body_of(self.campaign, variant)
        parts = Parts(body.subject, body.text, body.html, self.campaign.language, body.headers)
        # The date belongs to the campaign, so that a repetition is the same message to the byte.
        date = self.campaign.frozen_at or self.campaign.created_at
        return compile_mail(parts, date, self._sign)


def due_campaigns() -> list[Campaign]:
    """Campaigns with mails that may go out now, oldest first."""
    waiting = has_mail(claims.due(Delivery.objects.all()))
    # One that was done has open mails again after a late refusal or an editor’s “once more”.
    open_states = (CampaignState.SENDING, CampaignState.DONE)
    campaigns = Campaign.objects.filter(waiting, state__in=open_states)
    return list(campaigns.select_related("version", "announcement").order_by("pk"))
