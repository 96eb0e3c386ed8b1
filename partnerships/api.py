"""The directory in the delivery API: partnerships, municipalities, GeoJSON."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Field, Query, Router, Schema

from cms.api.schemas import Problem
from partnerships.domain.directory import Filters, find, find_municipalities
from partnerships.domain.documents import geojson as geojson_document
from partnerships.domain.documents import municipality_document, partnership_document
from partnerships.domain.map import ATTRIBUTION
from partnerships.models import Kind, Level, Partnership, PartnershipIdentifier, Status
from partnerships.schemas import (
    FeatureCollection,
    MunicipalityList,
    MunicipalityOut,
    PartnershipList,
    PartnershipOut,
)

partnerships = Router(tags=["partnerships"])
geojson = Router(tags=["partnerships"])
municipalities = Router(tags=["municipalities"])
FAULTS = {400: Problem, 404: Problem}
COUNTRY = Field("", pattern="^([A-Z]{2})?$", description="of at least one member, e.g. `FR`")


class FilterQuery(Schema):
    """What to look for; everything together."""

    q: str = Field("", max_length=100, description="words of names; accents and umlauts do not matter")
    country: str = COUNTRY
    kind: Kind | None = None
    status: Status | None = None

    def filters(self) -> Filters:
        """The same filters as those of the directory page."""
        return Filters(q=self.q, country=self.country, kind=self.kind or "", status=self.status or "")


class ListQuery(FilterQuery):
    """What to look for and which part of the list."""

    limit: int = Field(20, ge=1, le=100)
    offset: int = Field(0, ge=0)


class MunicipalityQuery(Schema):
    """Parameters of the list of municipalities."""

    q: str = Field("", max_length=100, description="words of names; accents and umlauts do not matter")
    country: str = Field("", pattern="^([A-Z]{2})?$")
    level: Level | None = None
    limit: int = Field(20, ge=1, le=100)
    offset: int = Field(0, ge=0)


@partnerships.get("", response={200: PartnershipList, **FAULTS}, summary="Partnerships by name")
def list_partnerships(request: HttpRequest, query: Query[ListQuery]) -> Any:
    """All partnerships that the public may see, or those that fit."""
    found = find(query.filters())
    part = found.with_details()[query.offset : query.offset + query.limit]
    return _list(query, found, [partnership_document(partnership) for partnership in part])


@partnerships.get("/{public_id}", response={200: PartnershipOut, **FAULTS}, summary="One partnership")
def partnership_detail(request: HttpRequest, public_id: str) -> Any:
    """The partnership with this id; another id of it redirects permanently to the one in use."""
    partnership = Partnership.objects.listed().with_details().filter(public_id=public_id).first()
    if partnership:
        return partnership_document(partnership)
    alias = PartnershipIdentifier.objects.filter(identifier=public_id, partnership__is_listed=True)
    row = alias.select_related("partnership").first()
    if row is None or row.partnership is None:
        raise Http404
    response = HttpResponse(status=308)
    response["Location"] = reverse("delivery-v1:partnership_detail", args=[row.partnership.public_id])
    response["Access-Control-Allow-Origin"] = "*"
    return response


@geojson.get("", response={200: FeatureCollection, **FAULTS}, summary="Partnerships as GeoJSON")
def list_geojson(request: HttpRequest, query: Query[FilterQuery]) -> Any:
    """All that fit and of which two places have a position."""
    found = find(query.filters()).with_members()
    return {**geojson_document(found), "attribution": str(ATTRIBUTION)}


@municipalities.get("", response={200: MunicipalityList, **FAULTS}, summary="Municipalities by name")
def list_municipalities(request: HttpRequest, query: Query[MunicipalityQuery]) -> Any:
    """All municipalities, or those that fit."""
    found = find_municipalities(query.q, country=query.country, level=query.level or "")
    part = found[query.offset : query.offset + query.limit]
    return _list(query, found, [municipality_document(place) for place in part])


@municipalities.get("/{public_id}", response={200: MunicipalityOut, **FAULTS}, summary="One municipality")
def municipality_detail(request: HttpRequest, public_id: str) -> Any:
    """The municipality with this id."""
    place = find_municipalities().filter(public_id=public_id).first()
    if place is None:
        raise Http404
    return municipality_document(place)


def _list(query: ListQuery | MunicipalityQuery, found: QuerySet[Any], items: list[Any]) -> dict[str, Any]:
    return {"count": found.count(), "limit": query.limit, "offset": query.offset, "items": items}
