"""The shapes of the delivery API."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from ninja import Field, Schema


class Translation(Schema):
    """The same page in another language."""

    id: int
    locale: str
    url: str


class Parent(Schema):
    """The page above; absent for a home page and where it is not public."""

    id: int
    title: str
    url: str


class Seo(Schema):
    """For search engines and previews."""

    title: str
    description: str


class Image(Schema):
    """An image with an absolute address."""

    url: str
    alt: str
    width: int
    height: int


class FactOut(Schema):
    """One line of the fact sheet."""

    label: str
    value: str


class Announcement(Schema):
    """What is announced about the page, in its own language."""

    topic: str
    kind: str
    facts: list[FactOut]
    hashtags: list[str]
    image: Image | None = None
    funder: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None


class PageSummary(Schema):
    """A page as lists show it."""

    id: int
    type: str = Field(description="app_label.Model, as the parameter `type` takes it")
    title: str
    lead: str
    url: str = Field(description="absolute and canonical")
    path: str = Field(description="what `resolve?path=` takes")
    locale: str
    translations: list[Translation]
    parent: Parent | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    seo: Seo


class PageDetail(PageSummary):
    """A page with all that it says."""

    announcement: Announcement | None = None
    body: Any = Field(description="the content of this page type")


class PageList(Schema):
    """One part of a list."""

    count: int
    limit: int
    offset: int
    items: list[PageSummary]


class ResolvedPage(Schema):
    """The path is that of a page."""

    kind: Literal["page"] = "page"
    page: PageDetail


class ResolvedRedirect(Schema):
    """The path leads elsewhere."""

    kind: Literal["redirect"] = "redirect"
    location: str
    permanent: bool


class Problem(Schema):
    """An error (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[dict[str, str]] = []
