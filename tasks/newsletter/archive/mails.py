"""What stands in the archive, and how a mail reads there."""

from __future__ import annotations

import re
from html import escape

from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.models import Page

from tasks.announcements.models import AnnouncementVersion
from tasks.newsletter.compose import LINK_SLOT, SETTINGS_SLOT, Parts, campaign_parts
from tasks.newsletter.digests.compose import NothingLeft, digest_parts
from tasks.newsletter.digests.items import announced_between
from tasks.newsletter.digests.periods import Period
from tasks.newsletter.digests.variants import EVERYTHING
from tasks.newsletter.models import Campaign, CampaignKind, CampaignState, MailBody

SLOTS = (LINK_SLOT, SETTINGS_SLOT)
_ANY_SLOT = "|".join(map(re.escape, SLOTS))
WEB_ROW = r'<tr><td\b[^>]*><div\b[^>]*><a\b[^>]*href="[^"]*/{}/"[^>]*>[^<]*</a></div></td></tr>'
"""The row of a mail's table that leads to the mail on the web, by the campaign's public id."""
OWN_LINK = re.compile(rf'<a\b[^>]*href="(?:{_ANY_SLOT})"[^>]*>.*?</a>', re.DOTALL)


def archived(language: str) -> QuerySet[Campaign]:
    """What readers of ``language`` were sent and everybody may see now, newest first."""
    is_digest = Q(kind=CampaignKind.DIGEST)
    rows = Campaign.objects.filter(
        is_digest | Q(version__page__in=_public_pages()),
        language=language,
        in_archive=True,
        frozen_at__isnull=False,
        state__in=(CampaignState.SENDING, CampaignState.DONE),
    )
    return rows.select_related("version").order_by("-frozen_at", "-pk")


def title_of(campaign: Campaign) -> str:
    """The headline in the archive, in the active language where it is a digest's."""
    return campaign.version.title if campaign.version else Period.of(campaign.period).label


def count_visit(campaign: Campaign) -> None:
    """One more reader, nobody knows who."""
    Campaign.objects.filter(pk=campaign.pk).update(web_views=F("web_views") + 1)


def read(campaign: Campaign) -> Parts | None:
    """The mail for everybody; None where nothing of it may be shown any more."""
    if campaign.kind == CampaignKind.ANNOUNCEMENT:
        # Not stored where it was not sent yet: to look at it changes nothing.
        body = MailBody.objects.filter(campaign=campaign, variant="").first()
        return _impersonal(_parts(body, campaign) if body else campaign_parts(campaign), campaign)
    stored = MailBody.objects.filter(campaign=campaign, variant=EVERYTHING).first()
    if stored and _all_public(campaign):
        return _impersonal(_parts(stored, campaign), campaign)
    try:
        return _impersonal(digest_parts(campaign, EVERYTHING), campaign)
    except NothingLeft:
        return None


def _public_pages() -> QuerySet[Page]:
    pages: QuerySet[Page] = Page.objects.live().public().filter(expired=False)
    return pages


def _all_public(campaign: Campaign) -> bool:
    """Whether every page that the stored digest can name is still public."""
    period = Period.of(campaign.period)
    told = announced_between(period.starts_at, period.ends_at)
    versions = AnnouncementVersion.objects.filter(announcement__in=told, snapshot__isnull=False)
    return not versions.exclude(page__in=_public_pages()).exists()


def _parts(body: MailBody, campaign: Campaign) -> Parts:
    return Parts(body.subject, body.text, body.html, campaign.language)


def _impersonal(parts: Parts, campaign: Campaign) -> Parts:
    """In place of the first of a recipient's own links one to subscribe; without the others.

    Nor with the one to the archive: who reads this is there.
    """
    address, label = reverse("newsletter:subscribe"), _("Subscribe to the newsletter")
    html = re.sub(WEB_ROW.format(campaign.public_id), "", parts.html, count=1)
    html = OWN_LINK.sub(f'<a href="{address}">{escape(label)}</a>', html, count=1)
    html = OWN_LINK.sub("", html).replace("<head>", '<head><base target="_top">', 1)
    left_out = (*SLOTS, f"/{campaign.public_id}/")
    lines = [line for line in parts.text.splitlines() if not any(part in line for part in left_out)]
    return Parts(parts.subject, "\n".join(lines).strip(), html, parts.language)
