"""Searching the directory: the same filter for the page, the map and the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet

from partnerships.domain.text import tokens
from partnerships.models import Municipality, Partnership, PartnershipMember, PartnershipQuerySet

UNKNOWN = "unknown"
SORTS = {
    "name": ("sort_key", "public_id"),
    "oldest": (F("year_signed").asc(nulls_last=True), "sort_key", "public_id"),
    "newest": (F("year_signed").desc(nulls_last=True), "sort_key", "public_id"),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What a visitor asked for; empty means any.

    ``area`` is like ``FR:Orne``, ``decade`` like ``1960`` or ``unknown``.
    """

    q: str = ""
    country: str = ""
    area: str = ""
    kind: str = ""
    status: str = ""
    decade: str = ""
    sort: str = "name"


def find(filters: Filters) -> PartnershipQuerySet:
    """The listed partnerships that fit, in the order asked for."""
    found: PartnershipQuerySet = Partnership.objects.listed()
    for token in tokens(filters.q):
        found = found.filter(search_text__contains=token)
    if filters.q and not tokens(filters.q):
        return found.none()
    for name in ("kind", "status"):
        if value := getattr(filters, name):
            found = found.filter(**{name: value})
    if filters.decade:
        found = found.filter(_decade(filters.decade))
    if filters.country:
        found = found.filter(pk__in=_members(municipality__country=filters.country))
    if filters.area:
        country, _, district = filters.area.partition(":")
        found = found.filter(pk__in=_members(municipality__country=country, municipality__district=district))
    return found.order_by(*SORTS[filters.sort])


def _members(**conditions: str) -> Any:
    """A subquery instead of a join: a partnership with two fitting members is one result."""
    return PartnershipMember.objects.filter(**conditions).values_list("partnership_id", flat=True)


def _decade(decade: str) -> Q:
    if decade == UNKNOWN:
        return Q(year_signed=None)
    return Q(year_signed__gte=int(decade), year_signed__lt=int(decade) + 10)


def find_municipalities(q: str = "", *, country: str = "", level: str = "") -> QuerySet[Municipality]:
    """The municipalities that fit, with what ``municipality_document`` needs of their wholes."""
    found = Municipality.objects.select_related("parent", "successor").order_by("name", "public_id")
    for token in tokens(q):
        found = found.filter(search_text__contains=token)
    conditions = {"country": country, "level": level}
    return found.filter(**{name: value for name, value in conditions.items() if value})


def areas() -> list[tuple[str, str]]:
    """(country, district or department) of all places in listed partnerships, in order."""
    places = Municipality.objects.filter(memberships__partnership__is_listed=True).exclude(district="")
    return list(places.order_by("country", "district").values_list("country", "district").distinct())


def decades() -> list[str]:
    """The decades in which listed partnerships were signed, and ``unknown`` where a year is missing."""
    years = Partnership.objects.listed().order_by().values_list("year_signed", flat=True).distinct()
    known = sorted({year // 10 * 10 for year in years if year is not None})
    return [*map(str, known), *([UNKNOWN] if None in set(years) else [])]
