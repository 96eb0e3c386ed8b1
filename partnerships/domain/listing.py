"""What the directory page shows for one set of filters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page, Paginator
from django.http import QueryDict
from django.utils.translation import gettext as _

from partnerships.domain.directory import Filters, find
from partnerships.domain.map import MAX_PARTNERSHIPS, map_of
from partnerships.forms import DirectoryForm
from partnerships.models import Partnership, PartnershipPage, Status

if TYPE_CHECKING:
    from partnerships.models import DirectoryPage

PER_PAGE = 25


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


def directory_context(page: DirectoryPage, query: QueryDict) -> dict[str, Any]:
    """The form, one page of results and the map of the results."""
    form = DirectoryForm(query)
    filters = form.filters()
    found = find(filters).with_members()
    results = Paginator(found, PER_PAGE).get_page(query.get("page"))
    drawn = list(found[:MAX_PARTNERSHIPS])
    shown = _shown(results, drawn)
    urls = page_urls(page, {partnership.pk for partnership in [*drawn, *shown]})
    kept = query.copy()
    kept.pop("page", None)
    return {
        "form": form,
        "is_filtered": filters != Filters(),
        "results": results,
        "partnerships": [Twin.of(record, urls) for record in shown],
        "map": map_of(drawn, page.language, urls, search_url=page.url),
        "query": kept.urlencode(),
    }


def _shown(results: Page[Partnership], drawn: list[Partnership]) -> list[Partnership]:
    """The partnerships of this page of the list, taken from those on the map where these are all."""
    if results.paginator.count > len(drawn):
        return list(results.object_list)
    first = (results.number - 1) * PER_PAGE
    return drawn[first : first + PER_PAGE]


def page_urls(page: DirectoryPage, partnerships: set[int]) -> dict[int, str]:
    """Addresses of the public pages of these partnerships below this directory, by partnership."""
    children = PartnershipPage.objects.child_of(page).live().public().filter(partnership__in=partnerships)
    base = page.url
    return {pk: f"{base}{slug}/" for pk, slug in children.values_list("partnership_id", "slug")}
