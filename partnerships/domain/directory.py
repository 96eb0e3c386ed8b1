"""Places: the one that a search starts from, and those that fit."""

from __future__ import annotations

from django.db.models import QuerySet

from partnerships.domain.index.current import current
from partnerships.domain.index.filters import Spot
from partnerships.domain.text import fold, tokens
from partnerships.models import Municipality


def spot(text: str) -> Spot | None:
    """The place that a visitor means, by public id or name; the largest of those of one name."""
    wanted = text.strip()
    if not wanted:
        return None
    placed = Municipality.objects.select_related("parent", "successor").exclude(lat=None)
    found = list(placed.filter(public_id=wanted)) or list(placed.filter(pk__in=current().named(fold(wanted))))
    named = [place for place in found if wanted in (place.name, place.name_de, place.name_fr)]
    best = max(named or found, key=lambda place: place.population or 0, default=None)
    return Spot(best.label(), best.lat or 0.0, best.lon or 0.0) if best else None


def find_municipalities(q: str = "", *, country: str = "", level: str = "") -> QuerySet[Municipality]:
    """The municipalities that fit, by name."""
    found = Municipality.objects.order_by("name", "public_id")
    for token in tokens(q):
        found = found.filter(search_text__contains=token)
    conditions = {"country": country, "level": level}
    return found.filter(**{name: value for name, value in conditions.items() if value})
