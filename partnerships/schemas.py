"""The shapes of the directory in the delivery API. Enumerations are the fixed keys of the models."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from ninja import Field, Schema


class MunicipalityOut(Schema):
    """A municipality, a part of one, or what several form together."""

    id: str = Field(description="stable public id")
    country: str
    level: str
    code_type: str
    official_code: str
    name: str
    names: dict[str, str] = Field(description="names in other languages, by language code")
    aliases: list[str]
    part_of: str | None = Field(description="public id of the whole")
    merged_into: str | None = Field(description="public id of the municipality that took its place")
    district: str
    region: str
    latitude: float | None
    longitude: float | None
    postcodes: list[str]
    website: str
    valid_from: date | None = Field(description="first day, where it came out of a merger")
    valid_to: date | None = Field(description="last day, where it was merged")
    population: int | None
    population_year: int | None
    population_source: str
    wikidata_qid: str


class MemberOut(Schema):
    """One place in a partnership."""

    side: str
    signed_on: str | None = Field(description="the known part of the date: 1984, 1984-03 or 1984-03-11")
    signed_precision: str | None
    signed_place: str
    municipality: MunicipalityOut


class SourceOut(Schema):
    """Where a fact can be looked up."""

    url: str
    label: str
    licence: str
    checked_on: date | None


class PartnershipOut(Schema):
    """A partnership of two or more places."""

    id: str = Field(description="stable public id, never used again")
    also_known_as: list[str] = Field(description="other ids that lead here")
    title: str
    kind: str
    status: str
    year_of_first_contact: int | None
    year_signed: int | None
    years_renewed: list[int]
    year_ended: int | None
    topics: list[str] = Field(description="keys such as `youth`")
    languages: list[str] = Field(description="in which the partners talk, ISO 639-1")
    rhythm: str
    last_exchange_on: date | None
    next_exchange_on: date | None
    usual_participants: int | None
    members: list[MemberOut]
    associations: list[str]
    distance_km: int | None
    sources: list[SourceOut]
    verified: str = Field(description="`yes`, `self_reported` or `no`")
    last_confirmed_on: date | None


class PartnershipList(Schema):
    """One part of a list."""

    count: int
    limit: int
    offset: int
    items: list[PartnershipOut]
    facets: dict[str, dict[str, int]] | None = Field(
        None, description="filter, value, number of partnerships with it in place of the one chosen"
    )


class MunicipalityList(Schema):
    """One part of a list."""

    count: int
    limit: int
    offset: int
    items: list[MunicipalityOut]


class Feature(Schema):
    """A GeoJSON feature (RFC 7946)."""

    type: Literal["Feature"]
    id: str
    geometry: dict[str, Any]
    properties: dict[str, Any]


class FeatureCollection(Schema):
    """GeoJSON (RFC 7946)."""

    type: Literal["FeatureCollection"]
    attribution: str
    features: list[Feature]
