"""The steps of an import that people take; each happens once, whoever else clicks."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from tasks.announcements import doorbell
from tasks.newsletter.importing.stored import discard
from tasks.newsletter.models.imports import OPEN, ImportState, SubscriberImport

BELL = "import_subscribers"
CHOSEN = ("columns", "consent_source", "agreed_on", "language", "topics", "confirm")
AFRESH: dict[str, Any] = {
    "rows_done": 0,
    "report": {},
    "started_at": None,
    "lease_until": None,
    "attempts": 0,
    "trouble": "",
}


def start_check(row: SubscriberImport) -> bool:
    """Let a worker check the file as ``row`` says it is read; False where it is too late for that."""
    said = {name: getattr(row, name) for name in CHOSEN}
    return _go(_in(row, ImportState.UPLOADED, ImportState.CHECKED), ImportState.CHECKING, **said)


def start_writing(row: SubscriberImport, shown: str) -> bool:
    """Let a worker write what the check of the moment ``shown`` found; False where that holds no more."""
    if row.checked_at is None or row.checked_at.isoformat() != shown:
        return False
    rows = _in(row, ImportState.CHECKED).filter(checked_at=row.checked_at)
    return _go(rows, ImportState.RUNNING)


def _in(row: SubscriberImport, *states: ImportState) -> QuerySet[SubscriberImport]:
    return SubscriberImport.objects.filter(pk=row.pk, state__in=states)


def _go(rows: QuerySet[SubscriberImport], state: ImportState, **changes: Any) -> bool:
    went = bool(rows.update(state=state, updated_at=timezone.now(), **AFRESH, **changes))
    if went:
        transaction.on_commit(lambda: doorbell.ring(BELL), robust=True)
    return went


def cancel(row: SubscriberImport) -> bool:
    """Stop it after the chunk that is being written; what was written stays. False where it is over."""
    now = timezone.now()
    stopped = _in(row, *OPEN).update(
        state=ImportState.CANCELLED, finished_at=now, updated_at=now, lease_until=None
    )
    if stopped:
        discard(row)
    return bool(stopped)
