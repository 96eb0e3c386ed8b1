"""The directory in the delivery API: partnerships, municipalities, GeoJSON."""

from __future__ import annotations

from typing import Any, Literal

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Field, Query, Router, Schema

from cms.api.answers import as_made
from cms.api.errors import BadParameter
from cms.api.schemas import Problem
from partnerships.domain.directory import find_municipalities, spot
from partnerships.domain.documents import features, municipality_documents, partnership_documents
from partnerships.domain.index.current import current
from partnerships.domain.index.filters import Filters
from partnerships.domain.map import ATTRIBUTION
from partnerships.models import Kind, Level, Partnership, PartnershipIdentifier, Status
from partnerships.requests.finding import partnerships_with_open_requests
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
AT_ONCE = 500
FAULTS = {400: Problem, 404: Problem}
YEAR = Field(None, ge=1800, le=2100, description="year of signing, inclusive")
COUNTRY = Field("", pattern="^([A-Z]{2})?$", description="of at least one member, e.g. `FR`")


class FilterQuery(Schema):
    """What to look for; everything together. The parameters are those of the directory page."""

    q: str = Field("", max_length=100, description="words of names; accents and umlauts do not matter")
    country: str = COUNTRY
    region: str = Field("", max_length=90, description="country and region of a member, e.g. `FR:Normandie`")
    area: str = Field("", max_length=90, description="country and district or department, e.g. `FR:Orne`")
    kind: Kind | None = None
    status: Status | None = None
    topic: str = Field("", max_length=32, description="key of a topic, e.g. `youth`")
    decade: str = Field(
        "", pattern=r"^([0-9]{3}0|unknown)?$", description="of signing, e.g. `1960`, or `unknown`"
    )
    signed_from: int | None = YEAR
    signed_to: int | None = YEAR
    population_from: int | None = Field(None, ge=0, description="inhabitants of at least one member")
    population_to: int | None = Field(None, ge=0, description="the same; both are inclusive")
    near: str = Field("", max_length=120, description="public id or name of a place to measure from")
    km: int = Field(50, ge=1, le=2000, description="from that place to the nearest member")
    has_request: bool = Field(False, description="only those with an open request or offer")
    sort: Literal["name", "oldest", "newest", "largest", "nearest"] = "name"

    def filters(self) -> Filters:
        """The same filters as those of the directory page. 400 for a place that is not known."""
        known = self.dict(
            exclude={"near", "km", "limit", "offset", "kind", "status", "facets", "has_request"}
        )
        place = spot(self.near)
        if self.near and place is None:
            raise BadParameter("near", "no place of this id or name has a position here")
        km = self.km if place else None
        among = partnerships_with_open_requests() if self.has_request else None
        return Filters(
            **known, kind=self.kind or "", status=self.status or "", among=among, spot=place, km=km
        )


class ListQuery(FilterQuery):
    """What to look for and which part of the list."""

    limit: int = Field(20, ge=1, le=100)
    offset: int = Field(0, ge=0)
    facets: bool = Field(False, description="count what every other choice of a filter would find")


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
    found = current().find(query.filters())
    keys = found.keys[query.offset : query.offset + query.limit]
    return as_made(
        request,
        {
            "count": len(found.keys),
            "limit": query.limit,
            "offset": query.offset,
            "items": partnership_documents(keys),
            "facets": found.facets if query.facets else None,
        },
    )


@partnerships.get("/{public_id}", response={200: PartnershipOut, **FAULTS}, summary="One partnership")
def partnership_detail(request: HttpRequest, public_id: str) -> Any:
    """The partnership with this id; another id of it redirects permanently to the one in use."""
    key = Partnership.objects.listed().filter(public_id=public_id).values_list("pk", flat=True).first()
    if found := partnership_documents([key] if key else []):
        return as_made(request, found[0])
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
    keys, found = current().find(query.filters()).keys, []
    for start in range(0, len(keys), AT_ONCE):
        found += features(keys[start : start + AT_ONCE])
    document = {"type": "FeatureCollection", "attribution": str(ATTRIBUTION), "features": found}
    return as_made(request, document)


@municipalities.get("", response={200: MunicipalityList, **FAULTS}, summary="Municipalities by name")
def list_municipalities(request: HttpRequest, query: Query[MunicipalityQuery]) -> Any:
    """All municipalities, or those that fit."""
    found = find_municipalities(query.q, country=query.country, level=query.level or "")
    items = municipality_documents(found[query.offset : query.offset + query.limit])
    return as_made(
        request, {"count": found.count(), "limit": query.limit, "offset": query.offset, "items": items}
    )


@municipalities.get("/{public_id}", response={200: MunicipalityOut, **FAULTS}, summary="One municipality")
def municipality_detail(request: HttpRequest, public_id: str) -> Any:
    """The municipality with this id."""
    found = municipality_documents(find_municipalities().filter(public_id=public_id))
    if not found:
        raise Http404
    return as_made(request, found[0])
