"""Addresses that are never written to. Only keyed hashes are stored."""

from __future__ import annotations

from django.db import transaction

from tasks.ledger.models import State
from tasks.newsletter.addresses import address_hash, address_key
from tasks.newsletter.models import Delivery, Suppression, SuppressionReason


def is_suppressed(address: str) -> bool:
    """Whether ``address`` gets no mail at all."""
    return Suppression.objects.filter(address_hash=address_hash(address_key(address))).exists()


@transaction.atomic
def suppress(address: str, reason: SuppressionReason, note: str = "") -> bool:
    """Write nothing to ``address`` any more; what was not begun is stopped. False if it was so before."""
    key = address_key(address)
    row = Suppression(address_hash=address_hash(key), reason=reason, note=note)
    known = Suppression.objects.filter(address_hash=row.address_hash).exists()
    Suppression.objects.bulk_create([row], ignore_conflicts=True)
    waiting = (State.PENDING, State.CLAIMED, State.DEFERRED)
    Delivery.objects.filter(address_key=key, state__in=waiting).update(
        state=State.SUPPRESSED, detail=str(SuppressionReason(reason).label), lease_until=None
    )
    return not known


def lift(address: str, *reasons: SuppressionReason) -> bool:
    """Write to ``address`` again, where it was suppressed for one of ``reasons`` (any by default)."""
    rows = Suppression.objects.filter(address_hash=address_hash(address_key(address)))
    if reasons:
        rows = rows.filter(reason__in=reasons)
    return bool(rows.delete()[0])
