"""What the directory page shows for one set of filters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, QueryDict, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnerships.domain.exports import FORMATS
from partnerships.domain.index.current import current
from partnerships.domain.index.filters import Filters
from partnerships.domain.index.search import Found, Index
from partnerships.domain.map import MAX_NAMED, Drawable, Map, crowd, crowded_map, map_with
from partnerships.domain.rows import SHORT, Member, Values, facts_of, members_of, title_of
from partnerships.forms import DirectoryForm
from partnerships.models import Kind, PartnershipPage, Status

if TYPE_CHECKING:
    from partnerships.models import DirectoryPage

PER_PAGE = 25
MOST_DOTS = 100
AROUND_KM = 25
TWIN = ("pk", "year_signed", "kind", "status")


@dataclass(frozen=True, slots=True)
class Twin:
    """One line of the list, in the active language; ``year`` of signing, ``status`` as key and in words."""

    key: int
    heading: str
    areas: str
    year: int | None
    kind: str
    status: str
    status_name: str
    url: str
    members: Sequence[Member]

    @classmethod
    def of(cls, facts: Values, members: Sequence[Member], url: str) -> Twin:
        """The line of a partnership by its values."""
        areas = dict.fromkeys(member.place.values["district"] for member in members)
        status = Status(facts["status"])
        return cls(
            key=facts["pk"],
            heading=title_of(members),
            areas=" · ".join(area for area in areas if area),
            year=facts["year_signed"],
            kind=str(Kind(facts["kind"]).label),
            status=status.value,
            status_name=_("status unknown") if status == Status.UNKNOWN else str(status.label),
            url=url,
            members=members,
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
    shown = _twins(page, list(results.object_list if is_crowd else found.keys))
    on_page = set(results.object_list)
    return {
        "form": form,
        "is_filtered": filters != Filters(),
        "chips": [Chip(text, _url_without(page, query, name)) for name, text in form.chips(filters)],
        "results": results,
        "partnerships": [twin for twin in shown if twin.key in on_page],
        "map": _crowded(page, query, index, found) if is_crowd else _map(page, shown),
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


def _twins(page: DirectoryPage, keys: list[int]) -> list[Twin]:
    facts, members, urls = facts_of(keys, TWIN), members_of(keys, SHORT), page_urls(page, set(keys))
    return [Twin.of(row, members[row["pk"]], urls.get(row["pk"], "")) for row in facts]


def _map(page: DirectoryPage, shown: list[Twin]) -> Map:
    return map_with(map(_drawable, shown), search_url=page.url or "")


def _drawable(twin: Twin) -> Drawable:
    places = [(member.side, member.place.label(), member.place.position) for member in twin.members]
    return Drawable(twin.heading, twin.url, places)


def _crowded(page: DirectoryPage, query: QueryDict, index: Index, found: Found) -> Map:
    """Dots for the most crowded cells, named after the largest place there."""
    clusters = sorted(index.clusters(found), key=lambda cluster: -cluster[1])[:MOST_DOTS]
    heads = index.heads(page.language)
    rest = _query_without(query, "page", "near", "km", "sort")
    base = f"{page.url}?{rest}{'&' if rest else ''}"
    dots = [
        crowd(cell, number, _around(heads[cell].label, number), _url_around(base, heads[cell].public_id))
        for cell, number in clusters
        if cell in heads
    ]
    return crowded_map(index.lines(found), dots, index.without_place(found), len(found.keys))


def _around(place: str, number: int) -> str:
    words = ngettext(
        "%(number)s partnership around %(place)s", "%(number)s partnerships around %(place)s", number
    )
    return words % {"number": number, "place": place}


def _url_around(base: str, public_id: str) -> str:
    return f"{base}{urlencode({'near': public_id, 'km': AROUND_KM})}#results"


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
