"""Pages as the delivery API gives them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.translation import override
from wagtail.models import Locale, Page

from cms.announceable import Announceable, AnnouncementContent
from cms.api.errors import BadParameter
from cms.plugins import registry


def known_locale(code: str) -> str:
    """``code`` where it is a content language of the site."""
    if not Locale.objects.filter(language_code=code).exists():
        raise BadParameter("locale", f"{code!r} is not a language of this site")
    return code


class Surroundings:
    """What a set of pages refers to, found with a fixed number of queries."""

    def __init__(self, request: HttpRequest, pages: Sequence[Any]) -> None:
        self.request = request
        self.locales = {locale.pk: locale for locale in Locale.objects.all()}
        keys = {page.translation_key for page in pages}
        paths = {page.path[: -page.steplen] for page in pages if page.depth > 2}
        public = Page.objects.live().public()
        self.versions: dict[Any, list[Page]] = defaultdict(list)
        for version in public.filter(translation_key__in=keys).order_by("locale__language_code"):
            self.versions[version.translation_key].append(version)
        self.parents = {page.path: page for page in public.filter(path__in=paths, depth__gt=1)}

    def url(self, page: Any) -> str:
        """The canonical address, without a query for the page's locale."""
        page.locale = self.locales[page.locale_id]
        return page.get_full_url(self.request) or ""

    def translations(self, page: Any) -> list[dict[str, Any]]:
        """The other versions that visitors may see."""
        return [
            {"id": other.pk, "url": self.url(other), "locale": other.locale.language_code}
            for other in self.versions[page.translation_key]
            if other.pk != page.pk
        ]

    def parent(self, page: Any) -> dict[str, Any] | None:
        """The page above, where visitors may see it."""
        found = self.parents.get(page.path[: -page.steplen])
        return {"id": found.pk, "title": found.title, "url": self.url(found)} if found else None


def summaries(request: HttpRequest, pages: Sequence[Any]) -> list[dict[str, Any]]:
    """The pages for a list."""
    around = Surroundings(request, pages)
    return [summary(around, page) for page in pages]


def summary(around: Surroundings, page: Any) -> dict[str, Any]:
    """One page for a list."""
    lead = getattr(page, "lead", "")
    return {
        "id": page.pk,
        "type": page._meta.label,
        "title": page.title,
        "lead": lead,
        "url": around.url(page),
        "path": page.get_url_parts(around.request)[2],
        "locale": page.locale.language_code,
        "translations": around.translations(page),
        "parent": around.parent(page),
        "published_at": page.first_published_at,
        "updated_at": page.last_published_at,
        "seo": {"title": page.seo_title or page.title, "description": page.search_description or lead},
    }


def detail(request: HttpRequest, page: Any) -> dict[str, Any]:
    """One page with all that it says."""
    around = Surroundings(request, [page])
    about = summary(around, page)
    # Links and labels in the content follow the active language: the page's, not the client's.
    with override(page.locale.language_code):
        body = page.api_body() if hasattr(page, "api_body") else {}
        return {**about, "announcement": announcement(page), "body": body}


def announcement(page: Any) -> AnnouncementContent | None:
    """What is announced about a page of a type that plugins declare as announceable."""
    kinds = tuple(registry().announceable_models())
    if not isinstance(page, kinds) or not isinstance(page, Announceable):
        return None
    return page.get_announcement()
