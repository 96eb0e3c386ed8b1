"""The newest requests and offers as Atom (RFC 4287), one feed per language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import linebreaks
from wagtail.models import Site

from cms.text import xml_text
from partnerships.requests.models import Notice

if TYPE_CHECKING:
    from partnerships.requests.page import RequestsPage

LENGTH = 30


def atom(page: RequestsPage, request: HttpRequest) -> HttpResponse:
    """The open ones, the newest first."""
    site = Site.find_for_request(request)
    base = request.build_absolute_uri(page.url)
    feed = Atom1Feed(
        title=xml_text(page.title),
        link=base,
        description="",
        language=page.language,
        feed_url=f"{base}feed/",
        feed_guid=f"{base}feed/",
    )
    for notice in Notice.objects.open().with_details()[:LENGTH]:
        place = notice.municipality.label()
        feed.add_item(
            title=xml_text(f"{notice.title()} ({place})"),
            link=f"{base}{notice.public_id}/",
            description=linebreaks(xml_text(notice.text()), autoescape=True),
            unique_id=f"tag:{site.hostname if site else 'localhost'},2026:request/{notice.public_id}",
            author_name=xml_text(place),
            pubdate=notice.published_at,
            updateddate=notice.updated_at,
            categories=[str(notice.get_kind_display())],
        )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
