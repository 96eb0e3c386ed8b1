"""One Atom feed per language with all that can be announced (RFC 4287)."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import iri_to_uri
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe
from wagtail.models import Locale, Site

from cms import listing
from cms.announceable import AnnouncementContent
from cms.models.settings import SiteSettings
from cms.plugins import registry
from cms.text import xml_text

logger = logging.getLogger(__name__)

LENGTH = 15
"""Entries of each kind of page."""
EPOCH = "2026"
"""The year in which this scheme of tag: URIs begins (RFC 4151); it never changes."""


class ContentFeed(Atom1Feed):
    """Atom with the whole text of each entry, and the hubs where it can be subscribed to (WebSub, 4)."""

    def add_root_elements(self, handler: Any) -> None:
        """Add ``<link rel="hub">`` after what Django writes."""
        super().add_root_elements(handler)
        for hub in self.feed["hubs"]:
            handler.addQuickElement("link", None, {"rel": "hub", "href": hub})

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        """Add ``<content>`` after what Django writes."""
        super().add_item_elements(handler, item)
        if item["content"]:
            handler.addQuickElement("content", item["content"], {"type": "html"})


def tag_uri(site: Site, page: Any) -> str:
    """An id that survives moving and renaming the page."""
    return f"tag:{site.hostname},{EPOCH}:{page.translation_key}/{page.locale.language_code}"


@require_safe
@conditional_page
@cache_control(public=True, max_age=0, must_revalidate=True)
def atom(request: HttpRequest) -> HttpResponse:
    """The newest announcements in the language of the address."""
    site = Site.find_for_request(request)
    locale = Locale.objects.filter(language_code=get_language()).first()
    if site is None or locale is None:
        raise Http404
    return answer(build(request, site, locale))


def answer(feed: ContentFeed) -> HttpResponse:
    """``feed`` as it goes out. Its address and its hubs stand in the header, too (WebSub, 4)."""
    reply = HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
    links = [(feed.feed["feed_url"], "self"), *((hub, "hub") for hub in feed.feed["hubs"])]
    reply["Link"] = ", ".join(f'<{iri_to_uri(address)}>; rel="{kind}"' for address, kind in links)
    return reply


def build(request: HttpRequest, site: Site, locale: Locale) -> ContentFeed:
    """The feed of ``locale``."""
    settings = SiteSettings.for_site(site)
    address = request.build_absolute_uri(reverse("feed"))
    name = xml_text(settings.organisation or site.site_name)
    feed = ContentFeed(
        title=name,
        link=request.build_absolute_uri(f"/{locale.language_code}/"),
        description="",
        subtitle=xml_text(getattr(settings, f"tagline_{locale.language_code}", "")) or None,
        language=locale.language_code,
        feed_url=address,
        feed_guid=address,
        hubs=registry().feed_hubs(locale.language_code),
    )
    for page in listing.newest_of_each_kind(site, locale, LENGTH):
        try:
            add_page(feed, site, page, name)
        except Exception:  # one page that cannot be said must not silence all others
            logger.exception("Page %s is left out of the feed", page.pk)
    return feed


def add_page(feed: ContentFeed, site: Site, page: Any, author: str) -> None:
    """One entry, said as the page itself says it."""
    said: AnnouncementContent = page.get_announcement()
    feed.add_item(
        title=said.title,
        link=said.url,
        description=escape(said.lead),  # a summary is HTML to feed readers
        content=said.body_html,
        unique_id=tag_uri(site, page),
        author_name=author,
        pubdate=page.first_published_at,
        updateddate=_updated(page),
        categories=said.hashtags,
    )


def _updated(page: Any) -> datetime:
    return page.last_published_at or page.latest_revision_created_at or timezone.now()
