"""The statistics in the delivery API."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest
from django.utils.translation import override
from ninja import Field, Query, Router, Schema

from cms.api.schemas import Problem
from partnerships.statistics.charts import documents
from partnerships.statistics.numbers import numbers

statistics = Router(tags=["partnerships"])


class LanguageQuery(Schema):
    """The language of the labels."""

    locale: Literal["de", "fr", "en"] = Field("en", description="of titles and labels")


class ValueOut(Schema):
    """One value: ``value`` is what the filter of the same name takes, where there is one."""

    value: str
    label: str
    partnerships: int


class ChartOut(Schema):
    """The values of one chart, in the order in which they are shown."""

    key: str
    title: str
    note: str
    values: list[ValueOut]


class StatisticsOut(Schema):
    """All figures. ``count`` is the number of all partnerships that the public may see."""

    count: int
    charts: list[ChartOut]


@statistics.get("", response={200: StatisticsOut, 400: Problem}, summary="Figures of the directory")
def directory_statistics(request: HttpRequest, query: Query[LanguageQuery]) -> Any:
    """How many partnerships there are by decade, region, size, topic, kind, freshness and distance."""
    found = numbers()
    with override(query.locale):
        return {"count": found.total, "charts": list(documents(found))}
