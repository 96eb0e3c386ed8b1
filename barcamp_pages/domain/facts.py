"""The fact sheet of a report, in the active language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from barcamp_pages.domain.counts import Count
from cms.announceable import Fact
from cms.dates import event_period

if TYPE_CHECKING:
    from barcamp_pages.models import BarcampReportPage


def facts(page: BarcampReportPage) -> list[Fact]:
    """What is known, in the order in which people ask for it; what is not known is left out."""
    return [Fact(label, value) for label, value in _pairs(page) if value]


def _pairs(page: BarcampReportPage) -> Iterator[tuple[str, str]]:
    yield _("Date"), held_on(page)
    yield _("Place"), _joined(page.venue_name, page.venue_address)
    yield _("Organiser"), page.host
    yield _("Moderation"), _joined(page.moderator_name, page.moderator_function)
    yield _("Participants"), page.participants.phrase()
    yield _("Twinnings represented"), page.partnerships.phrase()
    yield _("Smallest place"), inhabitants(page.smallest_place)
    yield _("Largest place"), page.largest_place


def held_on(page: BarcampReportPage) -> str:
    """When it was, in words; empty where that is not known."""
    return event_period(page, get_language() or page.language) if page.starts_at else ""


def inhabitants(count: Count) -> str:
    """Such as “about 1,000 inhabitants”; empty where the number is not known."""
    return _("%(count)s inhabitants") % {"count": count.phrase()} if count.is_known else ""


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)
