"""What the directory page shows for one set of filters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, QueryDict, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnerships.domain.directory import records
from partnerships.domain.exports import FORMATS
from partnerships.domain.index.current import current
from partnerships.domain.index.filters import Filters
from partnerships.domain.index.search import Found, Index
from partnerships.domain.map import MAX_NAMED, Map, crowd, crowded_map, map_of
from partnerships.forms import DirectoryForm
from partnerships.models import Municipality, Partnership, PartnershipPage, Status

if TYPE_CHECKING:
    from partnerships.models import DirectoryPage

PER_PAGE = 25
MOST_DOTS = 150
AROUND_KM = 25


@dataclass(frozen=True, slots=True)
class Twin:
    """One line of the list."""

    record: Partnership
    heading: str
    areas: str
    status: str
    url: str

    @classmethod
    def of(cls, record: Partnership, urls: dict[int, str]) -> Twin:
        """The line of a record with members at hand, in the active language."""
        areas = (member.municipality.district for member in record.members.all())
        is_unknown = record.status == Status.UNKNOWN
        return cls(
            record=record,
            heading=record.title(),
            areas=" · ".join(dict.fromkeys(area for area in areas if area)),
            status=_("status unknown") if is_unknown else str(record.get_status_display()),
            url=urls.get(record.pk, ""),
        )


@dataclass(frozen=True, slots=True)
class Chip:
    """One condition that is in use, and the same search without it."""

    text: str
    url: str


def directory_context(page: DirectoryPage, query: QueryDict) -> dict[str, Any]:
    """The form, one page of results and the map of the results."""
    index = current()
    form = DirectoryForm(query, index)
    filters = form.filters()
    found = index.find(filters)
    form.count(found)
    results = Paginator(found.keys, PER_PAGE).get_page(query.get("page"))
    is_crowd = len(found.keys) > MAX_NAMED
    shown = records(list(results.object_list if is_crowd else found.keys))
    urls = page_urls(page, {partnership.pk for partnership in shown})
    on_page = set(results.object_list)
    return {
        "form": form,
        "is_filtered": filters != Filters(),
        "chips": [Chip(text, _url_without(page, query, name)) for name, text in form.chips(filters)],
        "results": results,
        "partnerships": [Twin.of(record, urls) for record in shown if record.pk in on_page],
        "map": _crowded(page, query, index, found) if is_crowd else _map(page, shown, urls),
        "query": _query_without(query, "page"),
        "formats": tuple(FORMATS),
    }


def exported(name: str, query: QueryDict) -> StreamingHttpResponse:
    """The file ``name`` of everything that fits; 404 for a form that there is none of."""
    if name not in FORMATS:
        raise Http404
    content_type, make = FORMATS[name]
    index = current()
    keys = index.find(DirectoryForm(query, index).filters()).keys
    response = StreamingHttpResponse(make(keys), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="partnerships-{timezone.localdate()}.{name}"'
    return response


def _map(page: DirectoryPage, shown: list[Partnership], urls: dict[int, str]) -> Map:
    return map_of(shown, page.language, urls, search_url=page.url or "")


def _crowded(page: DirectoryPage, query: QueryDict, index: Index, found: Found) -> Map:
    """Dots for the most crowded cells, named after the largest place there."""
    clusters = sorted(index.clusters(found), key=lambda cluster: -cluster[2])[:MOST_DOTS]
    places = Municipality.objects.select_related("parent", "successor")
    heads = places.in_bulk([key for _cell, key, _number in clusters])
    dots = [
        crowd(cell, number, _around(heads[key], number), _url_around(page, query, heads[key]))
        for cell, key, number in clusters
        if key in heads
    ]
    return crowded_map(index.lines(found), dots, index.without_place(found), len(found.keys))


def _around(place: Municipality, number: int) -> str:
    words = ngettext(
        "%(number)s partnership around %(place)s", "%(number)s partnerships around %(place)s", number
    )
    return words % {"number": number, "place": place.label()}


def _url_around(page: DirectoryPage, query: QueryDict, place: Municipality) -> str:
    rest = _query_without(query, "page", "near", "km", "sort")
    near = urlencode({"near": place.public_id, "km": AROUND_KM})
    return f"{page.url}?{rest}{'&' if rest else ''}{near}#results"


def _url_without(page: DirectoryPage, query: QueryDict, name: str) -> str:
    names = ("near", "km") if name in ("near", "km") else (name,)
    rest = _query_without(query, "page", *names)
    return f"{page.url}{'?' if rest else ''}{rest}#results"


def _query_without(query: QueryDict, *names: str) -> str:
    kept = query.copy()
    for name in (*names, *(name for name, value in query.items() if not value)):
        kept.pop(name, None)
    return kept.urlencode()


def page_urls(page: DirectoryPage, partnerships: set[int]) -> dict[int, str]:
    """Addresses of the public pages of these partnerships below this directory, by partnership."""
    children = PartnershipPage.objects.child_of(page).live().public().filter(partnership__in=partnerships)
    base = page.url
    return {pk: f"{base}{slug}/" for pk, slug in children.values_list("partnership_id", "slug")}
