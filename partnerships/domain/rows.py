"""Rows of the directory as plain values, read in as few queries and columns as will do.

Records of models cost several times as much to read, and lists need none of what they can do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language

from partnerships.models import Level, Partnership, PartnershipMember

OWN = (
    *("public_id", "country", "level", "code_type", "official_code", "name", "name_de", "name_fr"),
    *("aliases", "district", "region", "lat", "lon", "postcodes", "website", "valid_from", "valid_to"),
    *("population", "population_year", "population_source", "wikidata_qid"),
)
RELATED = ("public_id", "name", "name_de", "name_fr")
LINKS = (
    *(f"{link}__{name}" for link in ("parent", "successor") for name in RELATED),
    *("parent__lat", "parent__lon"),
)
PLACE = (*OWN, *LINKS)
SHORT = tuple(name for name in PLACE if name not in {"aliases", "postcodes", "website", "population_source"})
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """A municipality; ``values`` are by the names in ``PLACE``."""

    values: Values

    def label(self, language: str | None = None) -> str:
        """As ``Municipality.label``."""
        name = localized(self.values, language)
        whole = "successor__" if self.values["successor__public_id"] else "parent__" if self.is_part else ""
        return f"{name} ({localized(self.values, language, whole)})" if whole else name

    @property
    def is_part(self) -> bool:
        return self.values["level"] == Level.DISTRICT_OF_CITY and bool(self.values["parent__public_id"])

    @property
    def position(self) -> tuple[float, float] | None:
        """As ``Municipality.position``."""
        for prefix in ("", "parent__") if self.is_part else ("",):
            lat, lon = self.values[f"{prefix}lat"], self.values[f"{prefix}lon"]
            if lat is not None and lon is not None:
                return lat, lon
        return None


@dataclass(frozen=True, slots=True)
class Member:
    """A place in a partnership."""

    side: str
    place: Place
    values: Values


def localized(values: Values, language: str | None, prefix: str = "") -> str:
    """The name in ``language`` (None: the active one, empty: the place's own)."""
    wanted = get_language() if language is None else language
    name = values[f"{prefix}name_{wanted}"] if wanted in ("de", "fr") else ""
    return str(name or values[f"{prefix}name"])


def facts_of(keys: Sequence[int], columns: Iterable[str], *, only_listed: bool = True) -> list[Values]:
    """These columns (with "pk") of the partnerships with these primary keys, in this order."""
    records = Partnership.objects.listed() if only_listed else Partnership.objects.all()
    by_key = {row["pk"]: row for row in records.filter(pk__in=keys).order_by().values(*columns)}
    return [by_key[key] for key in keys if key in by_key]


def members_of(keys: Sequence[int], columns: Iterable[str] = PLACE) -> dict[int, list[Member]]:
    """The members of these partnerships in their order, with one query."""
    own = ("partnership_id", "side", "signed_on", "signed_precision", "signed_place")
    columns = tuple(columns)
    rows = PartnershipMember.objects.filter(partnership_id__in=keys).order_by("sort_order", "pk")
    found: dict[int, list[Member]] = defaultdict(list)
    for row in rows.values_list(*own, *(f"municipality__{name}" for name in columns)):
        values = dict(zip(own, row, strict=False))
        place = Place(dict(zip(columns, row[len(own) :], strict=True)))
        found[row[0]].append(Member(values["side"], place, values))
    return found


def title_of(members: Iterable[Member], language: str | None = None) -> str:
    """As ``Partnership.title``."""
    return " – ".join(member.place.label(language) for member in members)
