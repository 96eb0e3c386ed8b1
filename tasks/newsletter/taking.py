"""Taking a campaign's deliveries, with what is needed of their subscribers, in two statements."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from django.db import connections, router

from tasks.ledger import batches
from tasks.newsletter.models import Campaign, Delivery, Subscriber

COLUMNS = "id, address, domain, attempts, variant, subscriber_id"
# Locked, so that a claim sees a pause that has just begun, and a pause all that was claimed before.
OPEN = "campaign_id = (SELECT id FROM {table} WHERE id = %s AND state IN ('sending', 'done') {lock})"
PEOPLE = "SELECT id, public_id, standing FROM {table} WHERE id IN ({keys})"
NOBODY = (UUID(int=0), "")


class Taken(NamedTuple):
    """One delivery that is ours for now; ``standing`` is empty where the subscriber is gone."""

    pk: int
    address: str
    domain: str
    attempts: int
    variant: str
    person: UUID
    standing: str


def claim(campaign: int, worker: str, limit: int, without: list[str]) -> list[Taken]:
    """Take about ``limit`` deliveries of ``campaign`` that are due, none to a domain in ``without``.

    None at all where the campaign was paused or cancelled.
    """
    scope, values = _open(), (campaign, *without)
    if without:
        scope += f" AND domain NOT IN ({', '.join(['%s'] * len(without))})"
    rows = batches.claim_rows(Delivery, worker, limit, COLUMNS, scope, values)
    people = _people({row[-1] for row in rows} - {None})
    return [Taken._make((*row[:-1], *people.get(row[-1], NOBODY))) for row in rows]


def _open() -> str:
    features = connections[router.db_for_write(Campaign)].features
    lock = "FOR KEY SHARE" if features.has_select_for_no_key_update else ""
    return OPEN.format(table=Campaign._meta.db_table, lock=lock)


def _people(keys: set[int]) -> dict[int, tuple[UUID, str]]:
    if not keys:
        return {}
    statement = PEOPLE.format(table=Subscriber._meta.db_table, keys=", ".join(map(str, keys)))
    with connections[router.db_for_read(Subscriber)].cursor() as cursor:
        cursor.execute(statement)
        return {key: (_uuid(public_id), standing) for key, public_id, standing in cursor.fetchall()}


def _uuid(value: Any) -> UUID:
    """SQLite keeps them as texts."""
    return value if isinstance(value, UUID) else UUID(value)
