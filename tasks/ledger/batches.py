"""The same as ``claims``, for many rows at once: what a sender of thousands a second needs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connections, router, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from tasks.ledger import claims
from tasks.ledger.models import LedgerRow, State
from tasks.ledger.outcomes import DETAIL_LENGTH, Outcome, clean

Finished = tuple[int, Outcome]

# A reply may quote the address: of a row that was erased meanwhile it is not kept.
KEPT = "CASE WHEN row.address = '' THEN '' ELSE v.column3 END"

# Both run thousands of times a minute, and compiling them by the ORM took longer than running them.
# They are the same for SQLite (3.35 or later) and PostgreSQL; only names of our own tables and columns,
# and keys, which are numbers, are put into them.
BEGIN = """
UPDATE {table} SET state = 'sending', lease_until = %s, updated_at = %s
WHERE id IN ({keys}) AND state = 'claimed' AND worker = %s AND lease_until > %s
RETURNING id
"""
SENT = """
UPDATE {table} AS row SET state = 'sent', code = v.column2, detail = {detail} {more},
    attempts = attempts + 1, next_try_at = NULL, lease_until = NULL, sent_at = %s, updated_at = %s
FROM (VALUES {values}) AS v
WHERE row.id = v.column1 AND row.worker = %s AND row.state IN ('claimed', 'sending', 'unknown')
"""


def claim_keys(rows: QuerySet[Any], worker: str, limit: int) -> list[int]:
    """Take up to ``limit`` due rows of ``rows`` and return their keys, oldest first.

    Those whose next attempt is due come first, up to half of it: a long campaign must not keep them
    waiting to its end.
    """
    now = timezone.now()
    with transaction.atomic(using=rows.db):
        again = rows.filter(state=State.DEFERRED, next_try_at__lte=now).order_by("next_try_at")
        taken = _locked(again, limit // 2 or 1)
        # A second attempt that was given back is pending, too, and still has the time it was due.
        due = Q(next_try_at=None) | Q(next_try_at__lte=now)
        fresh = rows.filter(due, state=State.PENDING).order_by("pk")
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
    connection = connections[router.db_for_write(model)]
    now, until = (connection.ops.adapt_datetimefield_value(at) for at in (timezone.now(), claims.lease()))
    statement = BEGIN.format(table=model._meta.db_table, keys=", ".join(map(str, keys)))
    with connection.cursor() as cursor:
        cursor.execute(statement, [until, now, worker, now])
        return {key for (key,) in cursor.fetchall()}


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
        detail = KEPT if claims.holds_address(model) else "v.column3"
        statement = SENT.format(table=model._meta.db_table, detail=detail, more=more, values=values)
        cursor.execute(statement, [*parameters, worker])


def release_many(model: type[LedgerRow], keys: list[int], worker: str) -> None:
    """Give back rows that were taken and not begun."""
    held = model._default_manager.filter(pk__in=keys, state=State.CLAIMED, worker=worker)
    held.update(state=State.PENDING, lease_until=None)
