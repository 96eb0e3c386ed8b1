"""Records for what a search has found, and what a search can be about."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from partnerships.domain.index.filters import Spot
from partnerships.domain.text import fold, tokens
from partnerships.models import Municipality, Partnership, PartnershipQuerySet


def records(keys: list[int], *, details: bool = False) -> list[Partnership]:
    """The partnerships with these primary keys, in this order, with a fixed number of queries.

    One that was deleted meanwhile is left out.
    """
    found: PartnershipQuerySet = Partnership.objects.listed().filter(pk__in=keys)
    by_key = {record.pk: record for record in (found.with_details() if details else found.with_members())}
    return [by_key[key] for key in keys if key in by_key]


def spot(text: str) -> Spot | None:
    """The place that a visitor means, by public id or name; the largest of those of one name."""
    wanted = text.strip()
    if not wanted:
        return None
    placed = Municipality.objects.select_related("parent", "successor").exclude(lat=None)
    named = Q(public_id=wanted) | Q(name=wanted) | Q(name_de=wanted) | Q(name_fr=wanted)
    found = list(placed.filter(named)) or _by_folded_name(placed, wanted)
    if not found:
        return None
    best = max(found, key=lambda place: (place.public_id == wanted, place.population or 0))
    return Spot(best.label(), best.lat or 0.0, best.lon or 0.0)


def _by_folded_name(placed: QuerySet[Municipality], wanted: str) -> list[Municipality]:
    words = fold(wanted)
    if not words:
        return []
    similar = placed.filter(search_text__contains=words)
    return [place for place in similar if words in place.search_text.split("\n")]


def find_municipalities(q: str = "", *, country: str = "", level: str = "") -> QuerySet[Municipality]:
    """The municipalities that fit, with what ``municipality_document`` needs of their wholes."""
    found = Municipality.objects.select_related("parent", "successor").order_by("name", "public_id")
    for token in tokens(q):
        found = found.filter(search_text__contains=token)
    conditions = {"country": country, "level": level}
    return found.filter(**{name: value for name, value in conditions.items() if value})
