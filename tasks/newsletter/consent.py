"""Writing consent records and checking that nobody changed them since.

The digests of one person's records form a chain: each is an HMAC over the record and the digest
before it. Whoever changes, removes or inserts a record without the key breaks it. A person's
records form a chain of their own, so that erasing one person leaves everybody else's intact.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from tasks.ledger.bulk import insert
from tasks.newsletter.keyed import keyed
from tasks.newsletter.models import ConsentKind, ConsentRecord, Subscriber, Way

HASHED = (
    *("position", "kind", "way", "address", "source", "text", "text_version", "language", "details"),
    "previous",
)


@dataclass(frozen=True)
class Origin:
    """Where a request came from; kept for ``ANTENNE_CONSENT_IP_DAYS`` and then deleted."""

    ip: str | None = None
    user_agent: str = ""


@dataclass(frozen=True)
class Step:
    """One step to record, among many."""

    subscriber: Subscriber
    kind: ConsentKind
    way: Way
    source: str = ""
    language: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    first: bool = False
    """The subscriber was entered in this transaction, so nothing can come before."""


@transaction.atomic
def record(
    subscriber: Subscriber,
    kind: ConsentKind,
    way: Way,
    *,
    source: str = "",
    text: str = "",
    language: str = "",
    details: dict[str, Any] | None = None,
    origin: Origin | None = None,
) -> ConsentRecord:
    """Append one step to the record of ``subscriber``.

    ``text`` is the exact sentence that was shown; its version is a hash of it, so that two records
    of one version agreed to the same words.
    """
    # The row lock keeps two steps at once from taking the same number.
    Subscriber.objects.select_for_update().get(pk=subscriber.pk)
    last = ConsentRecord.objects.filter(subscriber=subscriber).order_by("position").last()
    keep = origin if origin and settings.ANTENNE_CONSENT_IP_DAYS else Origin()
    step = ConsentRecord(
        subscriber=subscriber,
        position=last.position + 1 if last else 1,
        kind=kind,
        way=way,
        address=subscriber.email,
        source=source[:500],
        text=text,
        text_version=text_version(text),
        language=language or subscriber.language,
        details=details or {},
        previous=last.digest if last else "",
        ip=keep.ip,
        user_agent=keep.user_agent[:300],
    )
    step.digest = digest(step)
    step.save()
    return step


def text_version(text: str) -> str:
    """Names the exact words of ``text``; empty for no text."""
    return hashlib.sha256(text.encode()).hexdigest()[:12] if text else ""


def export(subscriber: Subscriber) -> list[dict[str, Any]]:
    """The whole record of ``subscriber`` in order, as JSON can hold it."""
    return [_exported(step) for step in subscriber.consent_records.order_by("position")]


def _exported(step: ConsentRecord) -> dict[str, Any]:
    fields = {name: getattr(step, name) for name in (*HASHED, "digest", "ip", "user_agent")}
    return fields | {"at": step.at.isoformat()}


@transaction.atomic
def record_many(steps: Sequence[Step]) -> None:
    """Append one step each to the records of different subscribers, in a fixed number of queries.

    Each chain goes on where it ends, by the rules of ``record``.
    """
    known = sorted(step.subscriber.pk for step in steps if not step.first)
    ends = _ends(known) if known else {}
    rows = [_following(step, *ends.get(step.subscriber.pk, (0, ""))) for step in steps]
    insert(rows)


def _ends(subscribers: list[int]) -> dict[int, tuple[int, str]]:
    """Number and digest of the last record of each, with the rows locked as in ``record``."""
    list(Subscriber.objects.select_for_update().filter(pk__in=subscribers).order_by("pk").values_list("pk"))
    rows = ConsentRecord.objects.filter(subscriber__in=subscribers).order_by("position")
    return {
        subscriber: (position, last)
        for subscriber, position, last in rows.values_list("subscriber_id", "position", "digest")
    }


def _following(step: Step, position: int, previous: str) -> ConsentRecord:
    row = ConsentRecord(
        subscriber=step.subscriber,
        position=position + 1,
        kind=step.kind,
        way=step.way,
        address=step.subscriber.email,
        source=step.source[:500],
        language=step.language or step.subscriber.language,
        details=step.details,
        previous=previous,
    )
    row.digest = digest(row)
    return row


def digest(step: ConsentRecord) -> str:
    """The keyed hash of one step, its time included."""
    said = {name: getattr(step, name) for name in HASHED} | {"at": step.at.isoformat()}
    hashed = keyed("consent")
    hashed.update(json.dumps(said, sort_keys=True, ensure_ascii=False, default=str).encode())
    return hashed.hexdigest()


def broken_at(subscriber: Subscriber) -> int | None:
    """The number of the first record that was changed, removed or inserted; None if all is in order."""
    previous = ""
    for number, step in enumerate(subscriber.consent_records.order_by("position"), 1):
        if step.position != number or step.previous != previous or step.digest != digest(step):
            return number
        previous = step.digest
    return None


def forget_origins() -> int:
    """Delete IP addresses and browser names that are older than ``ANTENNE_CONSENT_IP_DAYS``."""
    before = timezone.now() - timedelta(days=settings.ANTENNE_CONSENT_IP_DAYS)
    old = ConsentRecord.objects.filter(at__lte=before).exclude(ip=None, user_agent="")
    return old.update(ip=None, user_agent="")
