"""Partnerships are found by the names that the list brought."""

from __future__ import annotations

from partnerships.domain import search
from partnerships.domain.importing.common import chunks
from partnerships.models import Partnership, PartnershipMember


def refresh(touched: set[int]) -> None:
    """Write the search text anew of partnerships of whose places, or their wholes, something changed."""
    rows = PartnershipMember.objects.values_list(
        "partnership_id", "municipality_id", "municipality__parent_id", "municipality__successor_id"
    )
    partnerships = {row[0] for row in rows.order_by().iterator() if touched.intersection(row[1:])}
    for chunk in chunks(sorted(partnerships)):
        search.refresh_partnerships(Partnership.objects.filter(pk__in=chunk))
