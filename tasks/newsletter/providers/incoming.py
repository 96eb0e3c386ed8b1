"""What is due, as requests: mails that somebody waits for one by one, campaigns in batches."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded

from tasks.ledger import batches
from tasks.ledger.models import State
from tasks.newsletter.bodies import body_of
from tasks.newsletter.compose import LINK_SLOT, SETTINGS_SLOT
from tasks.newsletter.links import settings_url, unsubscribe_url
from tasks.newsletter.models import Campaign, Delivery
from tasks.newsletter.providers.letters import Letter, Request, said_by, said_in
from tasks.newsletter.sources import CampaignSource, Express

logger = logging.getLogger(__name__)


def awaited(kinds: Iterable[Express], worker: str) -> list[Request]:
    """Claim what somebody waits for. What cannot be composed has failed."""
    return [request for kind in kinds for request in kind.composed(worker, partial(_awaited, kind))]


def _awaited(kind: Express, row: Any) -> Request:
    return Request(said_in(kind.build(row)), (Letter(kind.model, row.pk, kind.address(row)),))


class Campaigns:
    """The campaigns that are due, one after the other, so that a long one holds up no other."""

    def __init__(self, due: Callable[[], list[Campaign]], worker: str) -> None:
        self._due = due
        self._worker = worker
        self._sources: dict[int, CampaignSource] = {}
        self._broken: set[int] = set()
        self._last = 0

    def claim(self, limit: int, at_once: int) -> list[Request]:
        """Up to ``limit`` mails of the campaign whose turn it is, ``at_once`` in each request."""
        for campaign in self._in_turn():
            source = self._source(campaign)
            try:
                keys = [mail.pk for mail in source.claim(self._worker, limit, [])]
            except SoftTimeLimitExceeded:
                raise
            except Exception:
                # Composing calls templates and plugins: one that fails must not stop the others.
                logger.exception("%s cannot be composed", source)
                self._broken.add(campaign.pk)
                continue
            if keys:
                self._last = campaign.pk
                return self._requests(campaign, keys, at_once)
        return []

    def _in_turn(self) -> list[Campaign]:
        """Asked anew each time, because one may have been paused; first those after the last one."""
        due = [campaign for campaign in self._due() if campaign.pk not in self._broken]
        return sorted(due, key=lambda campaign: (campaign.pk <= self._last, campaign.pk))

    def _source(self, campaign: Campaign) -> CampaignSource:
        """The same one as long as this turn lasts: it knows what it has looked at."""
        return self._sources.setdefault(campaign.pk, CampaignSource(campaign))

    def _requests(self, campaign: Campaign, keys: list[int], at_once: int) -> list[Request]:
        try:
            return _requests(campaign, keys, at_once)
        except BaseException:
            batches.release_many(Delivery, keys, self._worker)
            raise


def _requests(campaign: Campaign, keys: list[int], at_once: int) -> list[Request]:
    rows = Delivery.objects.filter(pk__in=keys, state=State.CLAIMED).exclude(address="").order_by("pk")
    by_variant: dict[str, list[Letter]] = defaultdict(list)
    for pk, address, variant, person in rows.values_list("pk", "address", "variant", "subscriber__public_id"):
        if person:
            links = {slot: url(person, campaign.language) for slot, url in LINKS.items()}
            by_variant[variant].append(Letter(Delivery, pk, address, links))
    return [
        Request(said_by(body_of(campaign, variant)), tuple(letters[start : start + at_once]), campaign.pk)
        for variant, letters in by_variant.items()
        for start in range(0, len(letters), at_once)
    ]


LINKS = {LINK_SLOT: unsubscribe_url, SETTINGS_SLOT: settings_url}
