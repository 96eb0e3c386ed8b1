"""Partnerships and municipalities as plain values for software: keys, ISO dates, no labels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from partnerships.domain import partial_dates
from partnerships.domain.distance import distance_of
from partnerships.domain.rows import PLACE, SHORT, Member, Place, Values, facts_of, members_of, title_of
from partnerships.models import (
    Association,
    Municipality,
    Partnership,
    PartnershipIdentifier,
    PartnershipSource,
)

FACTS = (
    *("pk", "public_id", "kind", "status", "year_of_first_contact", "year_signed", "years_renewed"),
    *("year_ended", "languages", "rhythm", "last_exchange_on", "next_exchange_on"),
    *("usual_participants", "verified", "last_confirmed_on"),
)
BRIEF = ("pk", "public_id", "kind", "status", "year_signed")
SOURCE = ("url", "label", "licence", "checked_on")


def municipality_documents(places: QuerySet[Municipality]) -> list[dict[str, Any]]:
    """Municipalities; ``part_of`` and ``merged_into`` are public ids or None. One query."""
    return [_place_document(Place(values)) for values in places.values(*PLACE)]


def partnership_documents(keys: Sequence[int], *, only_listed: bool = True) -> list[dict[str, Any]]:
    """The partnerships with these primary keys in this order, with six queries.

    One that was deleted meanwhile is left out, and what is not listed unless it is asked for.
    """
    facts = {row["pk"]: row for row in facts_of(keys, FACTS, only_listed=only_listed)}
    members, topics, associations = members_of(keys), _topics(keys), _associations(keys)
    sources, identifiers = _sources(keys), _identifiers(keys)
    return [
        {
            **_partnership_document(facts[key], members[key]),
            "also_known_as": [name for name in identifiers[key] if name != facts[key]["public_id"]],
            "topics": topics[key],
            "associations": associations[key],
            "sources": sources[key],
        }
        for key in keys
        if key in facts
    ]


def _partnership_document(facts: Values, members: list[Member]) -> dict[str, Any]:
    return {
        "id": facts["public_id"],
        "also_known_as": [],
        "title": title_of(members, ""),
        "kind": facts["kind"],
        "status": facts["status"],
        "year_of_first_contact": facts["year_of_first_contact"],
        "year_signed": facts["year_signed"],
        "years_renewed": [int(year) for year in facts["years_renewed"].split(", ") if year],
        "year_ended": facts["year_ended"],
        "topics": [],
        "languages": [code for code in facts["languages"].split(", ") if code],
        "rhythm": facts["rhythm"],
        "last_exchange_on": facts["last_exchange_on"],
        "next_exchange_on": facts["next_exchange_on"],
        "usual_participants": facts["usual_participants"],
        "members": [_member_document(member) for member in members],
        "associations": [],
        "distance_km": distance_of((member.side, member.place.position) for member in members),
        "sources": [],
        "verified": facts["verified"],
        "last_confirmed_on": facts["last_confirmed_on"],
    }


def _member_document(member: Member) -> dict[str, Any]:
    signed, precision = member.values["signed_on"], member.values["signed_precision"]
    return {
        "side": member.side,
        "signed_on": partial_dates.iso(signed, precision) if signed else None,
        "signed_precision": precision if signed else None,
        "signed_place": member.values["signed_place"],
        "municipality": _place_document(member.place),
    }


def _place_document(place: Place) -> dict[str, Any]:
    values, position = place.values, place.position
    same = ("website", "valid_from", "valid_to", "population", "population_year", "population_source")
    return {
        "id": values["public_id"],
        **{name: values[name] for name in ("country", "level", "code_type", "official_code", "name")},
        "names": {code: name for code in ("de", "fr") if (name := values[f"name_{code}"])},
        "aliases": values["aliases"].splitlines(),
        "part_of": values["parent__public_id"],
        "merged_into": values["successor__public_id"],
        "district": values["district"],
        "region": values["region"],
        "latitude": position[0] if position else None,
        "longitude": position[1] if position else None,
        "postcodes": values["postcodes"].split(),
        **{name: values[name] for name in same},
        "wikidata_qid": values["wikidata_qid"],
    }


def _topics(keys: Sequence[int]) -> dict[int, list[str]]:
    through = Partnership.topics.through._default_manager.filter(partnership_id__in=keys)
    return _grouped(through.order_by("topic__key").values_list("partnership_id", "topic__key"))


def _associations(keys: Sequence[int]) -> dict[int, list[str]]:
    found = Association.objects.filter(partnerships__in=keys).order_by("name")
    return _grouped(found.values_list("partnerships", "name"))


def _identifiers(keys: Sequence[int]) -> dict[int, list[str]]:
    found = PartnershipIdentifier.objects.filter(partnership_id__in=keys).order_by("identifier")
    return _grouped(found.values_list("partnership_id", "identifier"))


def _sources(keys: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    found = PartnershipSource.objects.filter(partnership_id__in=keys).order_by("sort_order", "pk")
    rows = found.values_list("partnership_id", *SOURCE)
    return _grouped((key, dict(zip(SOURCE, values, strict=True))) for key, *values in rows)


def _grouped(pairs: Any) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found


def features(keys: Sequence[int]) -> list[dict[str, Any]]:
    """GeoJSON features (RFC 7946) of those partnerships of which two places have a position."""
    members = members_of(keys, SHORT)
    made = (_feature(facts, members[facts["pk"]]) for facts in facts_of(keys, BRIEF))
    return [feature for feature in made if feature]


def _feature(facts: Values, members: list[Member]) -> dict[str, Any] | None:
    positions = [member.place.position for member in members]
    coordinates = [[lon, lat] for lat, lon in (position for position in positions if position)]
    if len(coordinates) < 2:
        return None
    properties = {name: facts[name] for name in ("kind", "status", "year_signed")}
    return {
        "type": "Feature",
        "id": facts["public_id"],
        "geometry": {
            "type": "LineString" if len(coordinates) == 2 else "MultiPoint",
            "coordinates": coordinates,
        },
        "properties": {"title": title_of(members, ""), **properties},
    }
