"""One worker's turn: what is due goes out in requests, and their answers into the ledger."""

from __future__ import annotations

import logging
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from anymail.backends.base import AnymailBaseBackend
from anymail.message import AnymailMessage
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import transaction

from tasks.ledger import batches, claims
from tasks.ledger.models import LedgerRow
from tasks.ledger.outcomes import failed
from tasks.newsletter import routes
from tasks.newsletter.campaigns import close_finished
from tasks.newsletter.engine import RelayDown
from tasks.newsletter.models import Campaign, MailRelay
from tasks.newsletter.providers.incoming import Campaigns, awaited
from tasks.newsletter.providers.known import PROVIDERS, Provider, faults
from tasks.newsletter.providers.letters import Request
from tasks.newsletter.providers.message import message_of
from tasks.newsletter.providers.post import (
    ANSWER_SECONDS,
    CONNECT_SECONDS,
    TOTAL_SECONDS,
    Answer,
    Fate,
    all_of,
    post,
)
from tasks.newsletter.providers.writing import write
from tasks.newsletter.smtp.breaker import Breaker
from tasks.newsletter.sources import Express
from tasks.newsletter.verdicts import Verdicts

logger = logging.getLogger(__name__)

LOOK_AGAIN = 0.25
"""Seconds between two looks for mails that go ahead of all others."""


class Drain:
    """Sends until nothing is due or the time is up."""

    def __init__(
        self,
        provider: Provider,
        seconds: float,
        express: Iterable[Express],
        due: Callable[[], list[Campaign]] = list,
    ) -> None:
        self.worker = claims.worker_name()
        self._provider = provider
        self._express = tuple(express)
        self._until = time.monotonic() + seconds
        self._looked_at = 0.0
        self._waiting: deque[Request] = deque()
        self._campaigns = Campaigns(due, self.worker)
        self._verdicts = Verdicts()
        self._breaker = routes.breaker_of(MailRelay.objects.filter(name=provider.name).first())
        is_proven = not (self._breaker.changed or self._breaker.failures)
        # A provider that never answered yet, or did not lately, gets one mail first: if that is lost,
        # one mail is in doubt, and not a thousand.
        self._size = provider.at_once if is_proven else 1
        self._connections = max(1, settings.ANTENNE_MAIL_CONNECTIONS)

    def run(self) -> bool:
        """True where more is waiting. Raises ``RelayDown`` where the provider cannot be used now."""
        if self._breaker.is_open:
            raise RelayDown(f"{self._provider.title}: {self._breaker.error}")
        timeout = (CONNECT_SECONDS, ANSWER_SECONDS)
        threads = ThreadPoolExecutor(self._connections, "provider")
        backends = [self._provider.backend(timeout) for _ in range(self._connections)]
        try:
            while time.monotonic() < self._until:
                if not self._round(threads, backends):
                    return False
            return True
        finally:
            # Not waiting: one that is late is lost already.
            threads.shutdown(wait=False, cancel_futures=True)
            self._release(self._waiting)
            routes.save_one(self._provider.name, self._breaker)
            for backend in backends:
                backend.close()

    def _round(self, threads: ThreadPoolExecutor, backends: list[AnymailBaseBackend]) -> bool:
        """Requests for all connections, sent and written down; False where nothing was due."""
        self._refill()
        wave = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._width))]
        if not wave:
            return False
        begun = self._begin(wave)
        codes = self._provider.account_codes
        under_way = [
            threads.submit(post, backend, message, codes)
            for backend, (_, message) in zip(backends, begun, strict=False)
        ]
        answers = all_of(under_way, TOTAL_SECONDS)
        self._write([request for request, _ in begun], answers)
        return True

    @property
    def _width(self) -> int:
        """How many requests go out side by side; one alone while we do not know how the provider is."""
        return 1 if self._breaker.failures or self._breaker.changed else self._connections

    def _refill(self) -> None:
        now = time.monotonic()
        if not self._waiting or now - self._looked_at > LOOK_AGAIN:
            self._looked_at = now
            self._waiting.extendleft(reversed(awaited(self._express, self.worker)))
        if not self._waiting:
            # One batch, or a mail for each connection: so a pause finds little that is held already.
            limit = self._size if self._provider.at_once > 1 else self._width
            self._waiting.extend(self._campaigns.claim(limit, self._size))

    def _begin(self, wave: list[Request]) -> list[tuple[Request, AnymailMessage]]:
        """The intent of sending, committed before the first byte; without what is not ours any more."""
        keys: dict[type[LedgerRow], list[int]] = defaultdict(list)
        for request in wave:
            keys[request.model] += request.keys
        try:
            with transaction.atomic():
                ours = {model: batches.begin_many(model, held, self.worker) for model, held in keys.items()}
        except BaseException:
            self._release(wave)
            raise
        still = [request.only(ours[request.model]) for request in wave]
        return [(one, message) for one in still if one.letters and (message := self._made(one))]

    def _made(self, request: Request) -> AnymailMessage | None:
        try:
            return message_of(self._provider, request)
        except SoftTimeLimitExceeded:
            raise
        except Exception as error:
            logger.exception("A mail for %s cannot be composed", self._provider.title)
            outcomes = [(key, failed("", str(error))) for key in request.keys]
            batches.finish_many(request.model, self.worker, outcomes)
            return None

    def _write(self, requests: list[Request], answers: list[Answer]) -> None:
        with transaction.atomic():
            for request, answer in zip(requests, answers, strict=True):
                write(request, answer, self._provider.name, self.worker, self._verdicts)
        self._verdicts.act()
        for request, answer in zip(requests, answers, strict=True):
            self._learn(len(request.letters), answer)
        routes.save_one(self._provider.name, self._breaker)
        if self._breaker.failures:
            raise RelayDown(f"{self._provider.title}: {self._breaker.error}")

    def _learn(self, letters: int, answer: Answer) -> None:
        """Leave a provider alone that cannot take mails; send it as many at once as it takes."""
        if answer.fate in (Fate.DOWN, Fate.LOST):
            self._breaker.failed(f"{answer.code} {answer.words}".strip())
            if answer.wait > self._breaker.remaining:
                self._breaker = Breaker(self._breaker.failures, answer.wait, self._breaker.error)
                self._breaker.changed = True
        elif not self._breaker.is_open:
            self._breaker.worked(smtputf8=False)
            self._size = self._next_size(letters, answer)

    def _next_size(self, letters: int, answer: Answer) -> int:
        if answer.fate is Fate.REFUSED:
            return max(1, letters // 2)
        return min(self._provider.at_once, self._size * 4)

    def _release(self, requests: Iterable[Request]) -> None:
        """What was claimed and not begun is anybody's again."""
        for request in requests:
            batches.release_many(request.model, request.keys, self.worker)


def send(seconds: float, express: Iterable[Express], due: Callable[[], list[Campaign]] = list) -> bool:
    """Send due mails through the provider for about ``seconds``; True where more is waiting."""
    # Before anything is claimed: a key that is not there costs no mail.
    if missing := faults():
        logger.error("No mail is sent: %s", "; ".join(missing))
        return False
    provider = PROVIDERS[settings.ANTENNE_MAIL_PROVIDER]
    try:
        return Drain(provider, seconds, express, due).run()
    except RelayDown as error:
        logger.warning("The mail provider cannot be used: %s", error)
        return False
    finally:
        close_finished()
