"""Keeping the normalised columns true that search and sorting use."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from partnerships.domain.text import fold, searchable
from partnerships.models import Municipality, Partnership, PartnershipMember, PartnershipQuerySet

BATCH = 500


def refresh_partnerships(partnerships: PartnershipQuerySet) -> None:
    """Write search text and sort key of these partnerships anew, where they changed."""
    related = ("members__municipality__predecessors", "associations", "identifiers")
    changed = []
    for partnership in partnerships.with_members().prefetch_related(*related).iterator(chunk_size=BATCH):
        text, key = search_text(partnership), fold(partnership.title(""))[:250]
        if (text, key) != (partnership.search_text, partnership.sort_key):
            partnership.search_text, partnership.sort_key = text, key
            changed.append(partnership)
    Partnership.objects.bulk_update(changed, ["search_text", "sort_key"], batch_size=BATCH)


def refresh_around(places: set[int]) -> None:
    """The same for all partnerships of these places, or of places that are or were part of them."""
    rows = PartnershipMember.objects.values_list(
        "partnership_id", "municipality_id", "municipality__parent_id", "municipality__successor_id"
    )
    found = sorted({row[0] for row in rows.order_by().iterator() if places.intersection(row[1:])})
    for start in range(0, len(found), BATCH):
        refresh_partnerships(Partnership.objects.filter(pk__in=found[start : start + BATCH]))


def search_text(partnership: Partnership) -> str:
    """All that a partnership is found by: places and what they were and are part of, associations, ids."""
    parts: dict[str, None] = {}
    for member in partnership.members.all():
        parts.update(dict.fromkeys(_place_texts(member.municipality)))
    names = [association.name for association in partnership.associations.all()]
    ids = [row.identifier for row in partnership.identifiers.all()]
    parts[searchable(*names, *ids)] = None
    return "\n".join(part for part in parts if part)


def _place_texts(place: Municipality) -> Iterable[str]:
    yield place.search_text
    yield searchable(place.district)
    yield from (former.search_text for former in place.predecessors.all())
    for whole in (place.parent, place.successor):
        if whole:
            yield whole.search_text


def partnerships_of(municipality: Municipality) -> PartnershipQuerySet:
    """Partnerships whose search text names this municipality."""
    itself = Q(pk=municipality.pk)
    around = Q(parent=municipality) | Q(successor=municipality) | Q(predecessors=municipality)
    places = Municipality.objects.filter(itself | around).values("pk")
    return Partnership.objects.filter(members__municipality__in=places).distinct()
