"""Who reads the mailbox, and what is known of it: one row, which is also the lock."""

from __future__ import annotations

import contextlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError
from django.db.models import F, Q
from django.utils import timezone

from tasks.celeryconfig import BOUNCES_SECONDS
from tasks.ledger.claims import worker_name
from tasks.ledger.outcomes import clean
from tasks.newsletter.models import BounceMailbox
from tasks.newsletter.returns.mailbox.config import MailboxConfig, configured_mailbox
from tasks.newsletter.returns.mailbox.trouble import MailboxFault
from tasks.newsletter.returns.reading import Handled

EVERY = timedelta(seconds=BOUNCES_SECONDS)
MARGIN = 60.0
"""Seconds for what follows when the connection is closed."""


@dataclass
class Turn:
    """What a turn came to."""

    handled: Counter[Handled] = field(default_factory=Counter)
    failed: int = 0
    """Mails that our own program could not read; they are left there and named in the log."""
    more: bool = False
    busy: bool = False
    """Somebody else is reading; nothing was done."""


def is_due() -> bool:
    """Whether there is a mailbox that nobody has read for ``EVERY``."""
    if not settings.ANTENNE_BOUNCE_MAILBOX:
        return False
    try:
        row = current()
    except ImproperlyConfigured:  # the system check names it, and so does health
        return False
    return row is None or row.next_try_at <= timezone.now()


def current() -> BounceMailbox | None:
    """The row of the configured mailbox, where a turn was ever taken. Raises ``ImproperlyConfigured``."""
    config = configured_mailbox()
    return BounceMailbox.objects.filter(name=config.name).first() if config else None


def take(config: MailboxConfig, seconds: float) -> str:
    """Become the only reader for ``seconds``; returns the reader's name, empty where there is another.

    The lease of a reader that died runs out by itself.
    """
    BounceMailbox.objects.exclude(name=config.name).delete()
    BounceMailbox.objects.bulk_create([BounceMailbox(name=config.name)], ignore_conflicts=True)
    now, worker = timezone.now(), worker_name()
    free = BounceMailbox.objects.filter(Q(lease_until=None) | Q(lease_until__lt=now), name=config.name)
    taken = free.update(worker=worker, lease_until=now + timedelta(seconds=seconds + MARGIN))
    return worker if taken else ""


def give_back(worker: str, turn: Turn, fault: MailboxFault | None = None) -> None:
    """Write down what came of the turn, and let others read."""
    now = timezone.now()
    told: dict[str, Any] = {"trouble": "", "reply": "", "read_at": now}
    if fault:
        told = {"trouble": fault.trouble, "reply": clean(fault.said, 500)}
    BounceMailbox.objects.filter(worker=worker).update(
        lease_until=None,
        next_try_at=now if turn.more else now + EVERY,
        stored=F("stored") + turn.handled[Handled.STORED],
        left=F("left") + turn.handled[Handled.OTHER] + turn.failed,
        **told,
    )


def release(worker: str) -> None:
    """Let others read where the turn came to nothing; the lease does it where the database is away."""
    with contextlib.suppress(DatabaseError):
        BounceMailbox.objects.filter(worker=worker).update(lease_until=None)
