"""Pages: list, detail and resolving a path."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.http import Http404, HttpRequest
from ninja import Field, Query, Router, Schema
from wagtail.models import Page, Site

from cms.api import documents, resolver
from cms.api.errors import BadParameter
from cms.api.schemas import PageDetail, PageList, Problem, ResolvedPage, ResolvedRedirect
from cms.tree import site_pages

router = Router(tags=["pages"])
FAULTS = {400: Problem, 404: Problem}


class ListQuery(Schema):
    """Parameters of the list."""

    type: str | None = Field(None, description="app_label.Model, e.g. `cms.CongressPage`")
    locale: str | None = Field(None, description="`de` or `fr`")
    limit: int = Field(20, ge=1, le=100)
    offset: int = Field(0, ge=0)


def current_site(request: HttpRequest) -> Site:
    """The site of the request's host."""
    site = Site.find_for_request(request)
    if site is None:
        raise Http404
    return site


def model_of(label: str) -> type[Page]:
    """The page type called ``label``."""
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError) as error:
        raise BadParameter("type", f"{label!r} is not a page type") from error
    if not issubclass(model, Page) or model is Page:
        raise BadParameter("type", f"{label!r} is not a page type")
    return model


@router.get(
    "/resolve", response={200: ResolvedPage | ResolvedRedirect, **FAULTS}, summary="What is at a path"
)
def resolve(request: HttpRequest, path: str) -> Any:
    """The page or redirect at a path of the site, e.g. `/de/aktuelles/`."""
    return resolver.resolve(request, current_site(request), path)


@router.get("/{int:page_id}", response={200: PageDetail, **FAULTS}, summary="One page")
def detail(request: HttpRequest, page_id: int) -> Any:
    """The page with this id."""
    page = site_pages(current_site(request)).filter(pk=page_id).first()
    if page is None:
        raise Http404
    return documents.detail(request, page.specific)


@router.get("", response={200: PageList, **FAULTS}, summary="Pages, newest first")
def list_pages(request: HttpRequest, query: Query[ListQuery]) -> Any:
    """All public pages, or those of one type or language."""
    pages = site_pages(current_site(request))
    if query.type is not None:
        pages = pages.exact_type(model_of(query.type))
    if query.locale is not None:
        pages = pages.filter(locale__language_code=documents.known_locale(query.locale))
    found = pages.order_by("-first_published_at", "-pk")
    part = found[query.offset : query.offset + query.limit]
    return {
        "count": pages.count(),
        "limit": query.limit,
        "offset": query.offset,
        "items": documents.summaries(request, list(part.specific())),
    }
