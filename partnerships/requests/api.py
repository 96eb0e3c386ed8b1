"""Requests and offers in the delivery API. Nothing here knows an address or a name of a person."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Field, Query, Router, Schema

from cms.api.schemas import Problem
from partnerships.requests.choices import Direction, NoticeKind
from partnerships.requests.finding import find
from partnerships.requests.models import Notice

router = Router(tags=["requests"])
FAULTS = {400: Problem, 404: Problem}


class RequestText(Schema):
    """What is said in one language."""

    title: str
    text: str


class RequestOut(Schema):
    """A request or an offer. Write to its sender through the form at the site."""

    id: str
    direction: str = Field(description="`request` or `offer`")
    kind: str
    municipality: str = Field(description="public id of the place")
    place: str = Field(description="name of the place")
    country: str
    association: str | None = Field(description="name of the association behind it")
    partnership: str | None = Field(description="public id of the partnership it is about")
    texts: dict[str, RequestText] = Field(description="by language, `de` or `fr` or both")
    topics: list[str] = Field(description="keys such as `youth`")
    audience: str
    region_wanted: str
    period: str
    published_at: datetime
    expires_on: date


class RequestList(Schema):
    """One part of a list."""

    count: int
    limit: int
    offset: int
    items: list[RequestOut]


class RequestQuery(Schema):
    """What to look for and which part of the list."""

    q: str = Field("", max_length=100, description="words; accents and umlauts do not matter")
    direction: Direction | None = None
    kind: NoticeKind | None = None
    country: str = Field("", pattern="^([A-Z]{2})?$", description="of the place, e.g. `FR`")
    topic: str = Field("", max_length=32, description="key of a topic, e.g. `youth`")
    limit: int = Field(20, ge=1, le=100)
    offset: int = Field(0, ge=0)


@router.get("", response={200: RequestList, **FAULTS}, summary="Open requests and offers")
def list_requests(request: HttpRequest, query: Query[RequestQuery]) -> Any:
    """Those that are open, or those of them that fit; the newest first."""
    found = find(query.q, query.direction or "", query.kind or "", query.country, query.topic)
    part = found.with_details()[query.offset : query.offset + query.limit]
    items = [document(notice) for notice in part]
    return {"count": found.count(), "limit": query.limit, "offset": query.offset, "items": items}


@router.get("/{public_id}", response={200: RequestOut, **FAULTS}, summary="One request or offer")
def request_detail(request: HttpRequest, public_id: str) -> Any:
    """The one with this id, while it is open."""
    notice = Notice.objects.open().with_details().filter(public_id=public_id).first()
    if notice is None:
        raise Http404
    return document(notice)


def document(notice: Notice) -> dict[str, Any]:
    """One of them as plain values."""
    said = {"de": (notice.title_de, notice.text_de), "fr": (notice.title_fr, notice.text_fr)}
    same = ("kind", "audience", "region_wanted", "period", "published_at", "expires_on")
    return {
        **{name: getattr(notice, name) for name in same},
        "id": notice.public_id,
        "direction": notice.direction,
        "municipality": notice.municipality.public_id,
        "place": notice.municipality.label(""),
        "country": notice.municipality.country,
        "association": notice.association.name if notice.association else None,
        "partnership": notice.partnership.public_id if notice.partnership else None,
        "texts": {code: {"title": title, "text": text} for code, (title, text) in said.items() if title},
        "topics": sorted(topic.key for topic in notice.topics.all()),
    }
