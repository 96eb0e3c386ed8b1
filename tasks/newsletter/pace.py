"""How fast the domains of recipients take mail: fixed rates, back-off when they ask for it."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from math import inf

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from tasks.newsletter.models import DomainPace
from tasks.newsletter.smtp.budget import Budget

# So many temporary refusals in a row before a domain is left alone for a while.
PATIENCE = 5
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=10)
SLOW_SECONDS, SLOW_TIMES = 0.2, 4
SMOOTHING = 0.2


def domain_rates() -> dict[str, float]:
    """Mails per second by domain, from ``ANTENNE_MAIL_DOMAIN_RATES``."""
    rates = {}
    for entry in settings.ANTENNE_MAIL_DOMAIN_RATES:
        domain, _, rate = entry.partition("=")
        try:
            rates[domain.strip().lower()] = float(rate)
        except ValueError:
            raise ImproperlyConfigured(f"ANTENNE_MAIL_DOMAIN_RATES: {entry!r} is not domain=number") from None
    return rates


class Pace:
    """Which domains may be written to now. One per turn of a worker; what it learns is stored."""

    def __init__(self, connections: int) -> None:
        self.share = max(1, connections // 20)
        """Connections that a slow domain may hold, so that the others keep theirs."""
        self.under_way: Counter[str] = Counter()
        self.slow: set[str] = set()
        """Domains whose replies take much longer than usual."""
        self._budgets = {domain: Budget(domain, rate) for domain, rate in domain_rates().items()}
        self._refusals: Counter[str] = Counter()
        self._seconds: dict[str, float] = {}
        self._usual = 0.0
        paused = DomainPace.objects.filter(slow_until__gt=timezone.now())
        self._slow_until: dict[str, datetime] = {
            pace.domain: pace.slow_until for pace in paused if pace.slow_until
        }

    def asleep(self) -> list[str]:
        """Domains that get nothing for now."""
        now = timezone.now()
        return [domain for domain, until in self._slow_until.items() if until > now]

    def may_begin(self, domain: str, left: float = inf, *, others_wait: bool = True) -> bool:
        """Whether one more mail may go to ``domain`` now; if so, it counts.

        Not where the turn has fewer seconds ``left`` than a slow domain takes: everybody would wait
        for it at the end. A slow domain has its share of the connections as long as ``others_wait``.
        """
        if domain in self._slow_until and self._slow_until[domain] > timezone.now():
            return False
        if domain in self.slow:
            has_its_share = others_wait and self.under_way[domain] >= self.share
            if has_its_share or self._seconds[domain] > left:
                return False
        budget = self._budgets.get(domain)
        if budget and not budget.take(1):
            return False
        self.under_way[domain] += 1
        return True

    def ended(self, domain: str, seconds: float) -> None:
        """A mail to ``domain`` has come to its end after ``seconds``."""
        self.under_way[domain] -= 1
        if not seconds:
            return
        known = self._seconds.get(domain, seconds)
        self._seconds[domain] = known + SMOOTHING * (seconds - known)
        if self._seconds[domain] > max(SLOW_SECONDS, SLOW_TIMES * self._usual):
            self.slow.add(domain)
        else:
            self.slow.discard(domain)
            self._usual += SMOOTHING / 4 * (seconds - self._usual) if self._usual else seconds

    def answered(self, domain: str, *, refused_for_now: bool, reply: str) -> None:
        """Slow down after some temporary refusals in a row, and forget them after a success."""
        if not refused_for_now:
            if self._refusals.pop(domain, 0) >= PATIENCE:
                DomainPace.objects.filter(domain=domain).update(refusals=0, slow_until=None)
            return
        self._refusals[domain] += 1
        if self._refusals[domain] % PATIENCE == 0:
            self._sleep(domain, reply)

    def _sleep(self, domain: str, reply: str) -> None:
        pace, _ = DomainPace.objects.get_or_create(domain=domain)
        times = pace.refusals // PATIENCE
        until = timezone.now() + min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(times, 10))
        self._slow_until[domain] = until
        pace.refusals += PATIENCE
        pace.slow_until, pace.last_reply, pace.updated_at = until, reply[:500], timezone.now()
        pace.save()
