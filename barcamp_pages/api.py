"""Barcamp reports in the delivery API."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.db.models import F
from django.http import Http404, HttpRequest
from ninja import Field, Query, Router, Schema

from barcamp_pages.models import BarcampReportPage
from barcamp_pages.schemas import BarcampBody, CountOut
from cms.api import documents
from cms.api.pages import current_site
from cms.api.schemas import Announcement, PageSummary, Problem
from cms.tree import site_pages

router = Router(tags=["barcamps"])
FAULTS = {400: Problem, 404: Problem}


class BarcampSummary(PageSummary):
    """A report in a list."""

    starts_at: datetime | None
    date_precision: Literal["time", "day"]
    venue_name: str
    participants: CountOut | None
    partnerships: CountOut | None


class BarcampDetail(BarcampSummary):
    """A report in full."""

    announcement: Announcement | None
    body: BarcampBody


class BarcampList(Schema):
    """One part of the list; ``count`` is the number of all that match."""

    count: int
    limit: int
    offset: int
    items: list[BarcampSummary]


class ListQuery(Schema):
    """Parameters of the list."""

    locale: str | None = Field(None, description="`de` or `fr`")
    year: int | None = Field(None, ge=1900, le=9999, description="the year in which the barcamp was held")
    limit: int = Field(20, ge=1, le=100)
    offset: int = Field(0, ge=0)


def public_reports(request: HttpRequest) -> Any:
    """The reports that visitors of this site may see."""
    pages = site_pages(current_site(request)).values("pk")
    return BarcampReportPage.objects.filter(pk__in=pages)


@router.get("", response={200: BarcampList, **FAULTS}, summary="Barcamp reports, latest barcamp first")
def list_reports(request: HttpRequest, query: Query[ListQuery]) -> Any:
    """All public reports, or those of one language or year."""
    found = public_reports(request)
    if query.locale is not None:
        found = found.filter(locale__language_code=documents.known_locale(query.locale))
    if query.year is not None:
        found = found.filter(starts_at__year=query.year)
    ordered = found.order_by(F("starts_at").desc(nulls_last=True), "-pk").defer_streamfields()
    part = list(ordered[query.offset : query.offset + query.limit])
    summaries = documents.summaries(request, part)
    return {
        "count": found.count(),
        "limit": query.limit,
        "offset": query.offset,
        "items": [{**one, **page.api_summary()} for one, page in zip(summaries, part, strict=True)],
    }


@router.get("/{int:page_id}", response={200: BarcampDetail, **FAULTS}, summary="One barcamp report")
def detail(request: HttpRequest, page_id: int) -> Any:
    """The report with this page id."""
    page = public_reports(request).select_related("locale", "funder").filter(pk=page_id).first()
    if page is None:
        raise Http404
    return {**documents.detail(request, page), **page.api_summary()}
