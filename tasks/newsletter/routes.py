"""The relays with what is known of them: read at the beginning of a turn, written at its end."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from tasks.newsletter.models import MailRelay
from tasks.newsletter.smtp.breaker import Breaker
from tasks.newsletter.smtp.budget import Budget
from tasks.newsletter.smtp.pool import Route
from tasks.newsletter.smtp.relays import configured_relays


def load() -> list[Route]:
    """A route per configured relay; one that failed lately is left alone by all workers."""
    known = {row.name: row for row in MailRelay.objects.all()}
    return [
        Route(relay, breaker_of(known.get(relay.name)), Budget(f"relay:{relay.name}", relay.rate))
        for relay in configured_relays()
    ]


def breaker_of(row: MailRelay | None) -> Breaker:
    """What is known of a relay; nothing where it was never used."""
    wait = (row.broken_until - timezone.now()).total_seconds() if row and row.broken_until else 0.0
    breaker = Breaker(row.failures, max(0.0, wait), row.last_error) if row else Breaker()
    breaker.smtputf8 = bool(row and row.smtputf8)
    breaker.changed = row is None
    return breaker


def save(routes: list[Route]) -> None:
    """Tell other workers and the editors how the relays are, where that has changed."""
    for route in routes:
        save_one(route.relay.name, route.breaker)


def save_one(name: str, breaker: Breaker) -> None:
    """The same for one of them."""
    if not breaker.changed:
        return
    until = timezone.now() + timedelta(seconds=breaker.remaining) if breaker.is_open else None
    state = {
        "failures": breaker.failures,
        "broken_until": until,
        "last_error": breaker.error[:500],
        "smtputf8": breaker.smtputf8,
        "updated_at": timezone.now(),
    }
    MailRelay.objects.update_or_create(name=name, defaults=state)
    breaker.changed = False
