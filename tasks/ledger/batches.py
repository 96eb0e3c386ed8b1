"""The same as ``claims``, for many rows at once: what a sender of thousands a second needs.

Its statements run thousands of times a minute, and compiling them by the ORM took longer than running
them. They are the same for SQLite (3.35 or later) and PostgreSQL where both allow it. Only names of our
own tables and columns, and keys, which are numbers, are put into them; all else is a parameter.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.db import connections, router, transaction
from django.utils import timezone

from tasks.ledger import claims
from tasks.ledger.models import LedgerRow, State
from tasks.ledger.outcomes import DETAIL_LENGTH, Outcome, clean

Model = type[LedgerRow]
Finished = tuple[int, Outcome]


class Change(NamedTuple):
    """What is to be written down of one kind of rows: what has ended, and what is about to be sent."""

    finished: list[Finished]
    starting: list[int]


# A second attempt that was given back is pending, too, and still has the time it was due. Those whose
# next attempt is due come first, up to half of it: a long campaign must not keep them waiting to its end.
# BETWEEN and the order by state, because PostgreSQL, told of one state only, would rather go along the
# keys: past all that was sent before, which in a large campaign takes longer from claim to claim.
CLAIM = """
WITH again AS (
    SELECT id FROM {table} WHERE {scope} AND state = 'deferred' AND next_try_at <= %s
    ORDER BY next_try_at LIMIT {half} {lock}
), fresh AS (
    SELECT id FROM {table}
    WHERE {scope} AND state BETWEEN 'pending' AND 'pending' AND (next_try_at IS NULL OR next_try_at <= %s)
    ORDER BY state, id LIMIT {limit} {lock}
)
UPDATE {table} SET state = 'claimed', worker = %s, lease_until = %s
WHERE id IN (SELECT id FROM again UNION ALL SELECT id FROM fresh)
RETURNING {columns}
"""
# By their keys, and not along an index of what is claimed (hence the odd comparison): PostgreSQL takes
# that for nearly empty, and would go through all that was claimed since it was swept last.
BEGIN = """
UPDATE {table} AS row SET state = 'sending', lease_until = %s, updated_at = %s
WHERE {ours} AND row.state || '' = 'claimed' AND row.worker = %s AND row.lease_until > %s
RETURNING id
"""
SENT = """
UPDATE {table} AS row SET state = 'sent', code = v.code, detail = {detail} {more},
    attempts = attempts + 1, next_try_at = NULL, lease_until = NULL, sent_at = %s, updated_at = %s
FROM {values} AS v
WHERE row.id = v.id AND {ours} AND row.worker = %s AND row.state IN ('claimed', 'sending', 'unknown')
"""
# One trip to the database instead of four; a single statement is a transaction of its own.
BOTH = "WITH done AS ({sent}), begun AS ({begin}) SELECT id FROM begun"
RECORDSET = "(SELECT * FROM json_to_recordset(%s) AS r(id bigint, {types}))"
EACH = "(SELECT {fields} FROM json_each(%s))"
# A reply may quote the address: of a row that was erased meanwhile it is not kept.
KEPT = "CASE WHEN row.address = '' THEN '' ELSE v.detail END"


def claim_rows(
    model: Model, worker: str, limit: int, columns: str, scope: str = "1 = 1", values: tuple[Any, ...] = ()
) -> list[tuple[Any, ...]]:
    """Take about ``limit`` due rows (half as many more where many are due again); their ``columns``.

    ``scope`` is a condition on them, with ``values`` for its placeholders.
    """
    connection = connections[router.db_for_write(model)]
    now, until = _moments(connection)
    lock = "FOR UPDATE SKIP LOCKED" if connection.features.has_select_for_update_skip_locked else ""
    statement = CLAIM.format(
        table=model._meta.db_table, scope=scope, half=limit // 2 or 1, limit=limit, lock=lock, columns=columns
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, now, *values, now, worker, until])
        return sorted(cursor.fetchall())


def turn_over(worker: str, changes: Mapping[Model, Change]) -> set[tuple[Model, int]]:
    """Write down what has ended and that others are about to be sent: all of it or nothing.

    Returns which of the latter still are ours and may be sent.
    """
    if len(changes) == 1:
        ((model, change),) = changes.items()
        if connections[router.db_for_write(model)].vendor == "postgresql" and _is_plain(change):
            return {(model, key) for key in _in_one_statement(worker, model, change)}
    with transaction.atomic():
        for model, change in changes.items():
            finish_many(model, worker, change.finished)
        return {
            (model, key)
            for model, change in changes.items()
            for key in begin_many(model, change.starting, worker)
        }


def begin_many(model: Model, keys: list[int], worker: str) -> set[int]:
    """Mark rows as being sent; returns those that still are ours and may be."""
    if not keys:
        return set()
    connection = connections[router.db_for_write(model)]
    statement, parameters = _begin(connection, model, keys, worker)
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return {key for (key,) in cursor.fetchall()}


def finish_many(model: Model, worker: str, finished: list[Finished]) -> None:
    """Write down what came of many rows: what was sent in one statement, the rest row by row."""
    sent = [(key, outcome) for key, outcome in finished if outcome.state == State.SENT]
    for key, outcome in finished:
        if outcome.state != State.SENT:
            claims.finish_key(model, key, worker, outcome)
    if sent:
        connection = connections[router.db_for_write(model)]
        with connection.cursor() as cursor:
            cursor.execute(*_sent(connection, model, sent, worker))


def release_many(model: Model, keys: list[int], worker: str) -> None:
    """Give back rows that were taken and not begun."""
    held = model._default_manager.filter(pk__in=keys, state=State.CLAIMED, worker=worker)
    held.update(state=State.PENDING, lease_until=None)


def _is_plain(change: Change) -> bool:
    return all(outcome.state == State.SENT for _, outcome in change.finished)


def _in_one_statement(worker: str, model: Model, change: Change) -> set[int]:
    connection = connections[router.db_for_write(model)]
    if not change.finished:
        return begin_many(model, change.starting, worker)
    statement, parameters = _sent(connection, model, change.finished, worker)
    if change.starting:
        begin, more = _begin(connection, model, change.starting, worker)
        statement, parameters = BOTH.format(sent=statement, begin=begin), parameters + more
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return {key for (key,) in cursor.fetchall()} if change.starting else set()


def _begin(connection: Any, model: Model, keys: list[int], worker: str) -> tuple[str, list[Any]]:
    now, until = _moments(connection)
    ours, those = _among(connection.vendor, keys)
    return BEGIN.format(table=model._meta.db_table, ours=ours), [until, now, *those, worker, now]


def _among(vendor: str, keys: list[int]) -> tuple[str, list[str]]:
    """A condition on ``row.id``, and its parameters."""
    numbers = ", ".join(map(str, keys))
    if vendor == "postgresql":
        # The same text each time, so that psycopg takes it apart once.
        return "row.id = ANY(%s::bigint[])", [f"{{{numbers}}}"]
    return f"row.id IN ({numbers})", []


def _sent(connection: Any, model: Model, sent: list[Finished], worker: str) -> tuple[str, list[Any]]:
    """All rows travel as one JSON parameter: binding each value cost more than all the rest."""
    columns = ("code", "detail", *sorted(sent[0][1].columns))
    rows = [
        {"id": key, "code": clean(was.code, 20), "detail": clean(was.detail, DETAIL_LENGTH), **was.columns}
        for key, was in sent
    ]
    # PostgreSQL takes any JSON for a hundred rows, for which it would read a table of thousands whole:
    # the keys say once more how few there are.
    ours, those = _among(connection.vendor, [key for key, _ in sent])
    statement = SENT.format(
        table=model._meta.db_table,
        ours=ours,
        detail=KEPT if claims.holds_address(model) else "v.detail",
        more="".join(f", {name} = v.{name}" for name in columns[2:]),
        values=_recordset(connection.vendor, columns),
    )
    now, _ = _moments(connection)
    return statement, [now, now, json.dumps(rows), *those, worker]


def _recordset(vendor: str, columns: tuple[str, ...]) -> str:
    """SQL that reads the rows; the placeholder of ``SENT`` for it stands after the two times."""
    if vendor == "postgresql":
        return RECORDSET.format(types=", ".join(f"{name} text" for name in columns))
    fields = [f"json_extract(value, '$.{name}') AS {name}" for name in ("id", *columns)]
    return EACH.format(fields=", ".join(fields))


def _moments(connection: Any) -> tuple[Any, Any]:
    """Now, and until when a row taken now is ours."""
    adapt = connection.ops.adapt_datetimefield_value
    return adapt(timezone.now()), adapt(claims.lease())
