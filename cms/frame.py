"""What stands around every page: name, menu, language switch, legal pages, feed."""

from __future__ import annotations

from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language, override
from wagtail.models import Page, Site

from cms.models import FunderLine, HomePage, SiteSettings, TextPage
from cms.tree import home_pages


class Frame:
    """Lazy: nothing is asked of the database before a template uses it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def site(self) -> Site | None:
        """The site of this request."""
        return Site.find_for_request(self.request)

    @cached_property
    def settings(self) -> SiteSettings | None:
        """The site's settings."""
        return SiteSettings.for_site(self.site) if self.site else None

    @property
    def language(self) -> str:
        """The active language."""
        return get_language() or settings.LANGUAGE_CODE

    @property
    def name(self) -> str:
        """The organisation, or the product's name before an editor set one."""
        return (self.settings.organisation if self.settings else "") or settings.WAGTAIL_SITE_NAME

    @property
    def tagline(self) -> str:
        """The line below the name, in the active language."""
        return str(getattr(self.settings, f"tagline_{self.language}", ""))

    @cached_property
    def homes(self) -> dict[str, Page]:
        """Live home pages by language code."""
        return {home.locale.language_code: home for home in home_pages(self.site)} if self.site else {}

    @cached_property
    def home(self) -> Page | None:
        """The home page of the active language, else of the default one."""
        return self.homes.get(self.language) or self.homes.get(settings.LANGUAGE_CODE)

    @property
    def home_url(self) -> str:
        """Where the name in the header leads."""
        return (self.home.get_url(self.request) if self.home else None) or "/"

    @cached_property
    def menu(self) -> list[tuple[Page, str]]:
        """Pages that editors put into the menu, with their addresses."""
        if not self.home:
            return []
        pages = self.home.get_children().live().public().in_menu().select_related("locale")
        return [(page, page.get_url(self.request)) for page in pages]

    @cached_property
    def legal(self) -> dict[str, dict[str, str]]:
        """Role ("imprint", "privacy") → title and URL, in the language of ``home``."""
        if not self.home:
            return {}
        pages = TextPage.objects.live().public().exclude(role="").filter(locale=self.home.locale)
        pages = pages.descendant_of(self.home).select_related("locale").order_by("path")
        return {page.role: {"title": page.title, "url": page.get_url(self.request)} for page in pages}

    @cached_property
    def funder(self) -> FunderLine | None:
        """The funder line of the home page."""
        if not self.home:
            return None
        home = HomePage.objects.filter(pk=self.home.pk).select_related("funder").first()
        return home.funder if home else None

    @property
    def feed_url(self) -> str:
        """The Atom feed of the language of ``home``."""
        return self._reverse("feed")

    @property
    def newsletter_url(self) -> str:
        """Where one subscribes; empty where no app offers it."""
        return self._reverse("newsletter:subscribe")

    def _reverse(self, name: str) -> str:
        language = self.home.locale.language_code if self.home and name == "feed" else self.language
        try:
            with override(language):
                return reverse(name)
        except NoReverseMatch:
            return ""
