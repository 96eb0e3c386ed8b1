"""The archive as an Atom feed, one per language."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from cms.feeds import ContentFeed, answer
from cms.plugins import registry
from cms.text import xml_text
from tasks.newsletter.archive.mails import archived, title_of
from tasks.newsletter.links import absolute

LENGTH = 20


@require_safe
@conditional_page
@cache_control(public=True, max_age=0, must_revalidate=True)
def atom(request: HttpRequest) -> HttpResponse:
    """The newest mails in the language of the address."""
    language = get_language() or ""
    # Hubs know it by this address, whichever host it is asked under.
    address = absolute(request.path)
    feed = ContentFeed(
        title=_("Newsletter archive"),
        link=request.build_absolute_uri(reverse("newsletter:archive")),
        description="",
        language=language,
        feed_url=address,
        feed_guid=address,
        hubs=registry().feed_hubs(language),
    )
    for campaign in archived(language)[:LENGTH]:
        lead = campaign.version.content.lead if campaign.version else ""
        feed.add_item(
            title=xml_text(title_of(campaign)),
            link=request.build_absolute_uri(reverse("newsletter:archived", args=[campaign.public_id])),
            description=escape(lead),
            unique_id=f"urn:uuid:{campaign.public_id}",
            pubdate=campaign.frozen_at,
            updateddate=campaign.frozen_at,
            content="",
        )
    return answer(feed)
