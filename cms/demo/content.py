"""The core's demo content: site settings, home, news, legal pages, the congress announcement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from wagtail.models import Locale, Page, Site

from cms.demo.texts import NAME, SETTINGS, TEXTS
from cms.models import CongressPage, FunderLine, HomePage, NewsIndexPage, SiteSettings, TextPage
from cms.models.base import AnnounceChoice
from cms.models.congress import ProgrammeStatus

LANGUAGES = ("de", "fr")
BERLIN = ZoneInfo("Europe/Berlin")
VENUE = {"venue_name": "Haus der Jugend", "venue_address": "Maschstraße 22-24, 30169 Hannover"}
AnyPage = TypeVar("AnyPage", bound=Page)


def key(name: int) -> UUID:
    """The translation key of a demo page, by which later runs know it again."""
    return UUID(int=0xA17E_0000_0000_4000_8000_0000_0000_0000 + name)


@dataclass(frozen=True)
class Draft:
    """A page to try Publish with."""

    title: str
    language: str
    page_id: int
    edit_url: str


def silent(line: str) -> None:
    """Say nothing."""


@dataclass
class DemoSite:
    """What one loader leaves for the next; dictionaries by language code ("de", "fr")."""

    site: Site = field(default_factory=Site)
    homes: dict[str, HomePage] = field(default_factory=dict)
    news: dict[str, NewsIndexPage] = field(default_factory=dict)
    funder: dict[str, FunderLine] = field(default_factory=dict)
    say: Callable[[str], None] = silent
    drafts: list[Draft] = field(default_factory=list)


@transaction.atomic
def load(demo: DemoSite) -> None:
    """Write what is missing of the core's demo content; a second run changes nothing."""
    for language in LANGUAGES:
        locale, _made = Locale.objects.get_or_create(language_code=language)
        demo.funder[language] = funder(locale)
        demo.homes[language] = home(demo, locale)
    demo.site = site(demo.homes["de"])
    for language in LANGUAGES:
        add_pages(demo, language)


def funder(locale: Locale) -> FunderLine:
    """The project's funder line."""
    text = TEXTS[locale.language_code].funder
    line, _made = FunderLine.objects.get_or_create(
        translation_key=key(1), locale=locale, defaults={"name": "ARL Leine-Weser", "text": text}
    )
    return line


def home(demo: DemoSite, locale: Locale) -> HomePage:
    """The home page of a language, below Wagtail's root."""
    text = TEXTS[locale.language_code]
    page = HomePage(**text.home, body=text.home_body, funder=demo.funder[locale.language_code])
    return ensure(demo, Page.get_first_root_node(), page, key(2), locale)


def site(root: HomePage) -> Site:
    """The default site at the address that the settings name; its settings are filled once."""
    address = urlsplit(settings.WAGTAILADMIN_BASE_URL)
    port = address.port or (443 if address.scheme == "https" else 80)
    wanted = {"hostname": address.hostname, "port": port, "root_page": root, "site_name": NAME}
    found, _made = Site.objects.update_or_create(is_default_site=True, defaults=wanted)
    SiteSettings.objects.get_or_create(site=found, defaults=SETTINGS)
    remove_welcome_page()
    return found


def remove_welcome_page() -> None:
    """Wagtail's own first page would only be a second, empty home page."""
    Page.objects.exact_type(Page).filter(depth=2, slug="home").delete()


def add_pages(demo: DemoSite, language: str) -> None:
    """News, legal pages and the congress of one language."""
    text, parent = TEXTS[language], demo.homes[language]
    news = NewsIndexPage(**text.news, show_in_menus=True)
    demo.news[language] = ensure(demo, parent, news, key(3), parent.locale)
    for number, legal in enumerate(text.legal, start=10):
        ensure(demo, parent, TextPage(**legal), key(number), parent.locale)
    ensure(demo, demo.news[language], congress(demo, language), key(20), parent.locale)


def congress(demo: DemoSite, language: str) -> CongressPage:
    """The announcement of the congress; it is already known, so nobody is mailed."""
    text = TEXTS[language]
    return CongressPage(
        **text.congress,
        **VENUE,
        programme=text.programme,
        starts_at=datetime(2026, 4, 10, 15, tzinfo=BERLIN),
        ends_at=datetime(2026, 4, 11, 17, tzinfo=BERLIN),
        registration_required=True,
        places_limited=True,
        programme_status=ProgrammeStatus.PROVISIONAL,
        funder=demo.funder[language],
        announce="never",
    )


def decide_as_usual(page: Any) -> None:
    """It went live without a mail, but it is news: it stands in the feed, and may be announced again."""
    page.announce = AnnounceChoice.FIRST
    page.save(update_fields=["announce"])
    page.save_revision(changed=False, clean=False)


def ensure(demo: DemoSite, parent: Page, page: AnyPage, translation_key: UUID, locale: Locale) -> AnyPage:
    """The demo page with this key and language: the one that is there, else ``page``, published."""
    kind: Any = type(page)
    known: AnyPage | None = kind.objects.filter(translation_key=translation_key, locale=locale).first()
    if known is not None:
        return known
    parent.refresh_from_db()
    page.translation_key, page.locale, page.live = translation_key, locale, False
    parent.add_child(instance=page)
    page.save_revision().publish()
    page.refresh_from_db()
    if getattr(page, "announce", "") == AnnounceChoice.NEVER:
        decide_as_usual(page)
    demo.say(f"{kind._meta.verbose_name} ({locale.language_code}): {page.title}")
    return page
