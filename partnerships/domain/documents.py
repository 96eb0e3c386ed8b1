"""Partnerships and municipalities as plain values for software: keys, ISO dates, no labels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from partnerships.domain import partial_dates
from partnerships.domain.distance import distance_km
from partnerships.models import Municipality, Partnership, PartnershipMember, PartnershipSource


def municipality_document(place: Municipality) -> dict[str, Any]:
    """One municipality. ``part_of`` and ``merged_into`` are public ids or None."""
    position = place.position
    return {
        "id": place.public_id,
        "country": place.country,
        "level": place.level,
        "code_type": place.code_type,
        "official_code": place.official_code,
        "name": place.name,
        "names": {code: name for code, name in (("de", place.name_de), ("fr", place.name_fr)) if name},
        "aliases": place.aliases.splitlines(),
        "part_of": place.parent.public_id if place.parent else None,
        "merged_into": place.successor.public_id if place.successor else None,
        "district": place.district,
        "region": place.region,
        "latitude": position[0] if position else None,
        "longitude": position[1] if position else None,
        "postcodes": place.postcodes.split(),
        "website": place.website,
        "valid_from": place.valid_from,
        "valid_to": place.valid_to,
        "population": place.population,
        "population_year": place.population_year,
        "population_source": place.population_source,
        "wikidata_qid": place.wikidata_qid,
    }


def partnership_document(partnership: Partnership) -> dict[str, Any]:
    """One partnership with its members. Needs ``with_details()`` for a constant number of queries."""
    members = list(partnership.members.all())
    identifiers = (row.identifier for row in partnership.identifiers.all())
    return {
        "id": partnership.public_id,
        "also_known_as": [name for name in identifiers if name != partnership.public_id],
        "title": " – ".join(member.municipality.label("") for member in members),
        "kind": partnership.kind,
        "status": partnership.status,
        "year_of_first_contact": partnership.year_of_first_contact,
        "year_signed": partnership.year_signed,
        "years_renewed": [int(year) for year in partnership.years_renewed.split(", ") if year],
        "year_ended": partnership.year_ended,
        "topics": sorted(topic.key for topic in partnership.topics.all()),
        "languages": [code for code in partnership.languages.split(", ") if code],
        "rhythm": partnership.rhythm,
        "last_exchange_on": partnership.last_exchange_on,
        "next_exchange_on": partnership.next_exchange_on,
        "usual_participants": partnership.usual_participants,
        "members": [_member_document(member) for member in members],
        "associations": [association.name for association in partnership.associations.all()],
        "distance_km": distance_km(members),
        "sources": [_source_document(source) for source in partnership.sources.all()],
        "verified": partnership.verified,
        "last_confirmed_on": partnership.last_confirmed_on,
    }


def _source_document(source: PartnershipSource) -> dict[str, Any]:
    names = ("url", "label", "licence", "checked_on")
    return {name: getattr(source, name) for name in names}


def _member_document(member: PartnershipMember) -> dict[str, Any]:
    signed = member.signed_on
    return {
        "side": member.side,
        "signed_on": partial_dates.iso(signed, member.signed_precision) if signed else None,
        "signed_precision": member.signed_precision if signed else None,
        "signed_place": member.signed_place,
        "municipality": municipality_document(member.municipality),
    }


def geojson(partnerships: Iterable[Partnership]) -> dict[str, Any]:
    """A FeatureCollection (RFC 7946) of those partnerships of which two places have a position."""
    features = [_feature(partnership) for partnership in partnerships]
    return {"type": "FeatureCollection", "features": [feature for feature in features if feature]}


def _feature(partnership: Partnership) -> dict[str, Any] | None:
    positions = [member.municipality.position for member in partnership.members.all()]
    coordinates = [[lon, lat] for lat, lon in (position for position in positions if position)]
    if len(coordinates) < 2:
        return None
    names = ("kind", "status", "year_signed")
    properties = {"title": partnership.title(""), **{name: getattr(partnership, name) for name in names}}
    shape = {"type": "LineString" if len(coordinates) == 2 else "MultiPoint", "coordinates": coordinates}
    return {"type": "Feature", "id": partnership.public_id, "geometry": shape, "properties": properties}
