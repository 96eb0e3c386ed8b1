"""Stopping mails that are not out yet."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from tasks.announcements.models import Reason
from tasks.ledger.models import State
from tasks.newsletter.campaigns import close_finished
from tasks.newsletter.models import Delivery


def cancel_mails(versions: QuerySet[Any], reason: str) -> int:
    """Suppress what was not begun of the mails that carry one of ``versions``."""
    waiting = Delivery.objects.filter(
        campaign__version__in=versions, state__in=(State.PENDING, State.CLAIMED, State.DEFERRED)
    )
    stopped = waiting.update(state=State.SUPPRESSED, detail=str(Reason(reason).label), lease_until=None)
    if stopped:
        close_finished()
    return stopped
