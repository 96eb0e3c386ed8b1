"""Taking rows, sending them and writing down what came of it, so that no two workers do the same."""

from __future__ import annotations

import os
import socket
import uuid
from datetime import timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.db import connections, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tasks.ledger.models import LedgerRow, State
from tasks.ledger.outcomes import DETAIL_LENGTH, Outcome, clean

Row = TypeVar("Row", bound=LedgerRow)

LEASE_LOST = _("The worker stopped while sending; the other side may or may not have it.")


def worker_name() -> str:
    """A name that no other worker has or ever had."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


def lease() -> Any:
    """The moment until which a row taken now is ours."""
    return timezone.now() + timedelta(seconds=settings.ANTENNE_LEASE_SECONDS)


def due(rows: QuerySet[Row]) -> QuerySet[Row]:
    """Those of ``rows`` that may be taken now."""
    return rows.filter(
        Q(state=State.PENDING, next_try_at=None)
        | Q(state__in=(State.PENDING, State.DEFERRED), next_try_at__lte=timezone.now())
    )


def claim(rows: QuerySet[Row], worker: str, limit: int) -> list[Row]:
    """Take up to ``limit`` due rows for ``worker``, oldest first.

    PostgreSQL skips rows that others hold. SQLite has no row locks: there the transaction takes
    the write lock at once (``transaction_mode`` IMMEDIATE), so two claims never overlap.
    """
    manager = rows.model._default_manager
    with transaction.atomic(using=rows.db):
        candidates = due(rows).order_by("pk")
        if connections[rows.db].features.has_select_for_update_skip_locked:
            candidates = candidates.select_for_update(skip_locked=True, of=("self",))
        taken = [row.pk for row in candidates[:limit]]
        manager.filter(pk__in=taken).update(state=State.CLAIMED, worker=worker, lease_until=lease())
    return list(rows.filter(pk__in=taken, state=State.CLAIMED, worker=worker).order_by("pk"))


def begin(row: LedgerRow, worker: str) -> bool:
    """Commit that ``row`` is about to be sent; False where the lease is lost and it must not be."""
    ours = _rows(row).filter(state=State.CLAIMED, worker=worker, lease_until__gt=timezone.now())
    return bool(ours.update(state=State.SENDING, lease_until=lease(), updated_at=timezone.now()))


def finish(row: LedgerRow, worker: str, outcome: Outcome) -> bool:
    """Write down what came of it; False where the row is not ours any more.

    A worker that was too slow finds its row called unknown. What it knows is better, so it may
    still say so.
    """
    return finish_key(type(row), row.pk, worker, outcome)


def finish_key(model: type[LedgerRow], key: int, worker: str, outcome: Outcome) -> bool:
    """The same by the row's key."""
    mine = model._default_manager.filter(pk=key, worker=worker)
    ours = mine.filter(state__in=(State.CLAIMED, State.SENDING, State.UNKNOWN))
    now = timezone.now()
    return bool(
        ours.update(
            state=outcome.state,
            code=clean(outcome.code, 20),
            detail=clean(outcome.detail, DETAIL_LENGTH),
            next_try_at=outcome.next_try_at,
            attempts=F("attempts") + int(outcome.counts),
            sent_at=now if outcome.state == State.SENT else None,
            lease_until=None,
            updated_at=now,
            **outcome.columns,
        )
    )


def release(rows: list[Any], worker: str) -> None:
    """Give back rows that were taken and not begun."""
    if rows:
        held = type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows])
        held.filter(state=State.CLAIMED, worker=worker).update(state=State.PENDING, lease_until=None)


def recover(model: type[LedgerRow]) -> tuple[int, int]:
    """Deal with the rows of dead workers: (given back, become unknown)."""
    expired = model._default_manager.filter(lease_until__lt=timezone.now())
    back = expired.filter(state=State.CLAIMED).update(state=State.PENDING, lease_until=None)
    lost = expired.filter(state=State.SENDING).update(
        state=State.UNKNOWN, detail=str(LEASE_LOST), lease_until=None, updated_at=timezone.now()
    )
    return back, lost


def _rows(row: LedgerRow) -> QuerySet[Any]:
    return type(row)._default_manager.filter(pk=row.pk)
