"""The same as ``claims``, for many rows at once: what a sender of thousands a second needs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connections, router, transaction
from django.db.models import QuerySet
from django.utils import timezone

from tasks.ledger import claims
from tasks.ledger.models import LedgerRow, State
from tasks.ledger.outcomes import DETAIL_LENGTH, Outcome, clean

Finished = tuple[int, Outcome]

SENT = """
UPDATE {table} AS row SET state = 'sent', code = v.column2, detail = v.column3 {more},
    attempts = attempts + 1, next_try_at = NULL, lease_until = NULL, sent_at = %s, updated_at = %s
FROM (VALUES {values}) AS v
WHERE row.id = v.column1 AND row.worker = %s AND row.state IN ('claimed', 'sending', 'unknown')
"""


def claim_keys(rows: QuerySet[Any], worker: str, limit: int) -> list[int]:
    """Take up to ``limit`` due rows of ``rows`` and return their keys, oldest first.

    Those whose next attempt is due come first, up to half of it: a long campaign must not keep them
    waiting to its end.
    """
    with transaction.atomic(using=rows.db):
        again = rows.filter(state=State.DEFERRED, next_try_at__lte=timezone.now()).order_by("next_try_at")
        taken = _locked(again, limit // 2 or 1)
        fresh = rows.filter(state=State.PENDING, next_try_at=None).order_by("pk")
        taken += _locked(fresh, limit - len(taken))
        if taken:
            held = rows.model._default_manager.filter(pk__in=taken)
            held.update(state=State.CLAIMED, worker=worker, lease_until=claims.lease())
    return sorted(taken)


def _locked(rows: QuerySet[Any], limit: int) -> list[int]:
    if connections[rows.db].features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True, of=("self",))
    return list(rows.values_list("pk", flat=True)[:limit])


def begin_many(model: type[LedgerRow], keys: list[int], worker: str) -> set[int]:
    """Mark rows as being sent; returns those that still are ours and may be."""
    if not keys:
        return set()
    now = timezone.now()
    mine = model._default_manager.filter(pk__in=keys, worker=worker)
    held = mine.filter(state=State.CLAIMED, lease_until__gt=now)
    if held.update(state=State.SENDING, lease_until=claims.lease(), updated_at=now) == len(keys):
        return set(keys)
    return set(mine.filter(state=State.SENDING).values_list("pk", flat=True))


def finish_many(model: type[LedgerRow], worker: str, finished: Iterable[Finished]) -> None:
    """Write down what came of many rows: what was sent in one statement, the rest row by row."""
    sent: list[Finished] = []
    for key, outcome in finished:
        if outcome.state == State.SENT:
            sent.append((key, outcome))
        else:
            claims.finish_key(model, key, worker, outcome)
    if sent:
        _finish_sent(model, worker, sent)


def _finish_sent(model: type[LedgerRow], worker: str, sent: list[Finished]) -> None:
    """The statement is the same for SQLite (3.33 or later) and PostgreSQL."""
    columns = sorted(sent[0][1].columns)
    more = "".join(f", {name} = v.column{number}" for number, name in enumerate(columns, 4))
    values = ", ".join(["(" + ", ".join(["%s"] * (3 + len(columns))) + ")"] * len(sent))
    now = timezone.now()
    connection = connections[router.db_for_write(model)]
    at = connection.ops.adapt_datetimefield_value(now)
    parameters: list[Any] = [at, at]
    for key, outcome in sent:
        parameters += [key, clean(outcome.code, 20), clean(outcome.detail, DETAIL_LENGTH)]
        parameters += [outcome.columns[name] for name in columns]
    with connection.cursor() as cursor:
        # Only names of our own tables and columns are put into the statement.
        statement = SENT.format(table=model._meta.db_table, more=more, values=values)
        cursor.execute(statement, [*parameters, worker])


def release_many(model: type[LedgerRow], keys: list[int], worker: str) -> None:
    """Give back rows that were taken and not begun."""
    held = model._default_manager.filter(pk__in=keys, state=State.CLAIMED, worker=worker)
    held.update(state=State.PENDING, lease_until=None)
