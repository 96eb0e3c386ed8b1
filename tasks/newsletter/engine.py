"""The sending engine: claimed rows in, mails out, outcomes back into the ledger.

It works in rounds. A round takes what connections have finished and writes it down together with the
intent to send the next mails, in one transaction; then these go to the connections that are free.
Connections are not in step with each other: one that waits for a slow reply holds up no other, and
the longer the database takes, the more is written at once.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable

from celery.exceptions import SoftTimeLimitExceeded

from tasks.ledger import batches, claims
from tasks.ledger.batches import Change
from tasks.ledger.models import LedgerRow
from tasks.ledger.outcomes import failed
from tasks.newsletter import routes, verdicts
from tasks.newsletter.pace import Pace
from tasks.newsletter.smtp.pool import Job, Pool, Result, Route
from tasks.newsletter.sources import Mail, Source

logger = logging.getLogger(__name__)

CLAIM, LOW = 250, 100
"""So many mails of one campaign are taken at once, when fewer than LOW are left."""
LOOK_AGAIN = 0.25
"""Seconds between two looks for mails that go ahead of all others."""
ROUND = 0.05


class RelayDown(Exception):
    """No relay can be used now."""


class Engine:
    """One worker's turn. ``bulk`` gives the campaigns that are due, whenever it is asked."""

    def __init__(
        self,
        seconds: float,
        express: Iterable[Source],
        bulk: Callable[[], list[Source]] = list,
    ) -> None:
        self.worker = claims.worker_name()
        self._until = time.monotonic() + seconds
        self._express_sources = tuple(express)
        self._bulk = bulk
        self._express: deque[Mail] = deque()
        self._buffer: dict[str, deque[Mail]] = {}
        """Claimed mails of campaigns, by domain."""
        self._buffered = 0
        self._under_way: dict[object, Mail] = {}
        self._looked_at = 0.0
        self._turns: deque[Source] = deque()
        self._broken: set[str] = set()
        self._exhausted = False
        self._routes: list[Route] = routes.load()
        self._pace = Pace(sum(route.relay.connections for route in self._routes))
        self.verdicts = verdicts.Verdicts()

    @property
    def _is_over(self) -> bool:
        return time.monotonic() > self._until

    def run(self) -> bool:
        """Send until nothing is due or the time is up; True where more is waiting.

        Raises ``RelayDown`` where no relay can be used; what was claimed is given back.
        """
        try:
            with Pool(self._routes) as pool:
                try:
                    while self._round(pool):
                        pass
                finally:
                    self._let_end(pool)
        finally:
            self._give_back()
            routes.save(self._routes)
        return not self._exhausted

    def _round(self, pool: Pool) -> bool:
        """One round; False where it was the last."""
        self._refill(pool)
        if pool.down and not pool.under_way:
            raise RelayDown(pool.down)
        waiting = self._buffered + len(self._express)
        pool.want(waiting + pool.under_way)
        results = pool.wait(ROUND, for_idle=bool(waiting))
        starting = [] if self._is_over else self._pick(pool.free)
        self._turn_over(pool, results, starting)
        if self._is_over:
            return False
        self._exhausted = not (self._buffered or self._express or pool.under_way or starting)
        return not self._exhausted

    def _let_end(self, pool: Pool) -> None:
        """Write down what was under way when the turn ended."""
        while pool.under_way:
            self._turn_over(pool, pool.wait(1.0, for_idle=False), [])

    # --- what comes in

    def _refill(self, pool: Pool) -> None:
        low = self._buffered - self._held_up < LOW
        look = time.monotonic() - self._looked_at > LOOK_AGAIN
        if self._is_over or not (low or look):
            return
        if look or not self._buffered:
            self._looked_at = time.monotonic()
            for source in self._express_sources:
                self._express.extend(source.claim(self.worker, CLAIM, []))
        if low:
            self._claim_bulk()

    @property
    def _held_up(self) -> int:
        """Buffered mails that wait for one another: those of a slow domain."""
        return sum(len(self._buffer.get(domain, ())) for domain in self._pace.slow)

    def _claim_bulk(self) -> None:
        """Claim from the campaign whose turn it is, so that a long one does not hold up the others."""
        if not self._turns:
            self._turns.extend(source for source in self._bulk() if str(source) not in self._broken)
        without = self._pace.asleep() + [domain for domain in self._pace.slow if domain in self._buffer]
        for _ in range(len(self._turns)):
            source = self._turns.popleft()
            try:
                mails = source.claim(self.worker, CLAIM, without)
            except SoftTimeLimitExceeded:
                raise
            except Exception:
                # Composing calls templates and plugins: one that fails must not stop the others.
                logger.exception("%s cannot be composed", source)
                self._broken.add(str(source))
                continue
            if mails:
                self._turns.append(source)
                for mail in mails:
                    self._buffer.setdefault(mail.domain, deque()).append(mail)
                self._buffered += len(mails)
                return

    def _pick(self, number: int) -> list[Mail]:
        """Up to ``number`` mails: what is urgent, then one of each domain in turn."""
        picked = [self._express.popleft() for _ in range(min(number, len(self._express)))]
        resting, left = 0, self._until - time.monotonic()
        others_wait = self._held_up < self._buffered
        while len(picked) < number and resting < len(self._buffer):
            domain = next(iter(self._buffer))
            mails = self._buffer.pop(domain)
            if self._pace.may_begin(domain, left, others_wait=others_wait):
                picked.append(mails.popleft())
                self._buffered -= 1
                resting = 0
            else:
                resting += 1
            if mails:
                self._buffer[domain] = mails
        return picked

    # --- what goes out and comes back

    def _turn_over(self, pool: Pool, results: list[Result], starting: list[Mail]) -> None:
        """Rows first, then side effects, then rows: the rows of both ends in one transaction."""
        outcomes = [(self._under_way.pop(result.job.key), result) for result in results]
        jobs = {(mail.model, mail.pk): (mail, job) for mail in starting if (job := self._made(mail))}
        if not outcomes and not jobs:
            return
        begun = batches.turn_over(self.worker, _changes(outcomes, jobs))
        for key in begun:
            self._under_way[key] = jobs[key][0]
        for key in jobs.keys() - begun:
            self._pace.ended(jobs[key][1].domain, 0.0)
        pool.submit([jobs[key][1] for key in jobs if key in begun])
        for mail, result in outcomes:
            self._learn(mail, result)
        self.verdicts.act()

    def _made(self, mail: Mail) -> Job | None:
        """The finished mail; None, with the row failed, where it cannot be made."""
        try:
            return mail.job()
        except SoftTimeLimitExceeded:
            raise
        except Exception as error:
            logger.exception("%s %s cannot be composed", mail.model.__name__, mail.pk)
            claims.finish_key(mail.model, mail.pk, self.worker, failed("", str(error)))
            self._pace.ended(mail.domain, 0.0)
            return None

    def _learn(self, mail: Mail, result: Result) -> None:
        if mail.domain:
            self._pace.ended(mail.domain, result.seconds)
            verdicts.slow_down(self._pace, mail.domain, result)
        self.verdicts.note(mail, result)

    def _give_back(self) -> None:
        """What was claimed and not begun is anybody's again."""
        left: dict[type[LedgerRow], list[int]] = defaultdict(list)
        for mail in [*self._express, *(mail for mails in self._buffer.values() for mail in mails)]:
            left[mail.model].append(mail.pk)
        for model, keys in left.items():
            batches.release_many(model, keys, self.worker)
        self._express.clear()
        self._buffer.clear()
        self._buffered = 0


def _changes(
    outcomes: list[tuple[Mail, Result]], jobs: dict[tuple[type[LedgerRow], int], tuple[Mail, Job]]
) -> dict[type[LedgerRow], Change]:
    """What is to be written down, by the table it stands in."""
    changes: dict[type[LedgerRow], Change] = defaultdict(lambda: Change([], []))
    for mail, result in outcomes:
        changes[mail.model].finished.append((mail.pk, verdicts.outcome_of(mail, result)))
    for model, pk in jobs:
        changes[model].starting.append(pk)
    return changes
