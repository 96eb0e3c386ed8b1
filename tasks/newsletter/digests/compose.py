"""What a digest says: a heading, the lead, some facts and a link for everything new."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from tasks.newsletter.compose import Parts, list_headers, render
from tasks.newsletter.digests.items import Item, items_between, items_of
from tasks.newsletter.digests.periods import Period
from tasks.newsletter.digests.variants import EVERYTHING, decode
from tasks.newsletter.links import absolute, web_url
from tasks.newsletter.models import Campaign

TOPIC = "digest"
LARGEST = 95_000
"""Bytes of HTML. Mail programs cut what is over 100 kB."""
NAMED = 2
"""Titles in the subject."""


class NothingLeft(ValueError):
    """No page of a digest may be shown any more."""


def digest_parts(campaign: Campaign, variant: str) -> Parts:
    """The digest of this variant, with what may be shown now; raises ``NothingLeft``."""
    period = Period.of(campaign.period)
    if variant == EVERYTHING:
        found = items_between(campaign.language, period.starts_at, period.ends_at)
        items, more = [item for item in found if item.is_for_all], 0
    else:
        keys, more = decode(variant)
        items = items_of(campaign.language, keys)
    if not items:
        raise NothingLeft(f"Nothing is left of the digest {campaign.period} ({campaign.language})")
    return _fitting(campaign, period, items, more)


def _fitting(campaign: Campaign, period: Period, items: list[Item], more: int) -> Parts:
    """As much as fits into a mail; the rest is counted."""
    shown = len(items)
    while True:
        parts = _parts(campaign, period, items[:shown], more + len(items) - shown)
        size = len(parts.html.encode())
        if size <= LARGEST or shown == 1:
            return parts
        shown = max(1, min(shown - 1, shown * LARGEST // size))


def _parts(campaign: Campaign, period: Period, items: list[Item], more: int) -> Parts:
    language = campaign.language
    with override(language):
        context: dict[str, Any] = {
            "title": period.label,
            "frequency": period.frequency.value,
            "items": items,
            "more": more,
            "web_url": web_url(campaign),
            "archive_url": absolute(reverse("newsletter:archive")),
        }
        subject = _subject(period, items, more)
    text, html = render("digest", language, context)
    languages = {language, *(item.version.language for item in items)}
    return Parts(subject, text, html, language, list_headers(TOPIC, language, languages))


def _subject(period: Period, items: list[Item], more: int) -> str:
    """The period and the first titles."""
    titles = " · ".join(Truncator(item.content.title).chars(60) for item in items[:NAMED])
    subject = _("%(period)s: %(titles)s") % {"period": period.label, "titles": titles}
    rest = len(items) + more - NAMED
    if rest < 1:
        return subject
    return subject + " " + ngettext("and %(number)s more", "and %(number)s more", rest) % {"number": rest}
