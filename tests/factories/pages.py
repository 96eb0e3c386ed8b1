"""Factories of the core's pages; a page is live unless a test says otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import factory
import wagtail_factories
from django.contrib.contenttypes.models import ContentType
from wagtail.models import Collection, Locale, Page, PageViewRestriction, Site

from cms.models import CongressPage, FunderLine, HomePage, NewsIndexPage, TextPage

FIRST_DAY = datetime(2025, 1, 1, 9, tzinfo=UTC)


class FunderLineFactory(factory.django.DjangoModelFactory[FunderLine]):
    """A funder line in German."""

    class Meta:
        model = FunderLine

    name = factory.Sequence(lambda number: f"Funder {number}")
    text = "Gefördert durch das Amt."
    locale = factory.LazyFunction(lambda: Locale.objects.get(language_code="de"))


class SitePageFactory(wagtail_factories.PageFactory):  # type: ignore[misc]
    """A live page; later ones were published later."""

    title = factory.Sequence(lambda number: f"Page {number}")
    lead = "What it is about."
    first_published_at = factory.Sequence(lambda number: FIRST_DAY + timedelta(days=number))
    last_published_at = factory.SelfAttribute("first_published_at")

    class Meta:
        abstract = True


class HomePageFactory(SitePageFactory):
    """The home page of a language."""

    class Meta:
        model = HomePage


class NewsIndexPageFactory(SitePageFactory):
    """A list of announcements."""

    show_in_menus = True

    class Meta:
        model = NewsIndexPage


class TextPageFactory(SitePageFactory):
    """A page of text."""

    class Meta:
        model = TextPage


class CongressPageFactory(SitePageFactory):
    """A congress of two days in spring 2026."""

    title = factory.Sequence(lambda number: f"Kongress {number}")
    starts_at = datetime(2026, 4, 10, 13, tzinfo=UTC)
    ends_at = datetime(2026, 4, 11, 15, tzinfo=UTC)
    venue_name = "Haus der Jugend"
    venue_address = "Maschstraße 22-24, 30169 Hannover"

    class Meta:
        model = CongressPage


@dataclass(frozen=True)
class SiteTree:
    """Two language trees: home and news page by language code."""

    site: Site
    homes: dict[str, HomePage]
    news: dict[str, NewsIndexPage]


def translate(page: Any, parent: Page, **changes: Any) -> Any:
    """``page`` in the language of ``parent``, linked as its translation."""
    maker = {kind._meta.model: kind for kind in SitePageFactory.__subclasses__()}[type(page)]
    return maker(
        **{"parent": parent, "translation_key": page.translation_key, "locale": parent.locale, **changes}
    )


def make_private(page: Page) -> PageViewRestriction:
    """Only those who are logged in may see ``page`` and what is below it."""
    return PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)


def wagtail_root() -> Page:
    """Wagtail's root page with what must exist beside it, also after a test flushed the database."""
    for code in ("de", "fr"):
        Locale.objects.get_or_create(language_code=code)
    if Collection.get_first_root_node() is None:
        Collection.add_root(instance=Collection(name="Root"))
    found: Page | None = Page.get_first_root_node()
    if found is None:
        kind = ContentType.objects.get_for_model(Page)
        found = Page.add_root(instance=Page(title="Root", slug="root", content_type=kind))
    return found


def build_site_tree() -> SiteTree:
    """German home as the default site's root, its French translation, a news page in each."""
    root = wagtail_root()
    locales = {code: Locale.objects.get(language_code=code) for code in ("de", "fr")}
    german = HomePageFactory(parent=root, title="Start", slug="start", locale=locales["de"])
    french = translate(german, root, title="Accueil", slug="accueil", locale=locales["fr"])
    news = NewsIndexPageFactory(parent=german, title="Aktuelles", slug="aktuelles", locale=locales["de"])
    nouvelles = translate(news, french, title="Actualités", slug="actualites")
    defaults = {"hostname": "testserver", "port": 80, "root_page": german, "site_name": "Antenne"}
    site, _made = Site.objects.update_or_create(is_default_site=True, defaults=defaults)
    Site.clear_site_root_paths_cache()
    return SiteTree(site, {"de": german, "fr": french}, {"de": news, "fr": nouvelles})
