"""Campaigns that are ready to go out, and how far they are."""

from __future__ import annotations

from collections import Counter

from tasks.announcements.route import route_due
from tasks.newsletter.models import Delivery
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish
from tests.factories.subscribers import subscriber


def announce(site: SiteTree, readers: int, domain: str = "example.org") -> list[str]:
    """A page that so many readers are to hear of; their addresses."""
    addresses = [subscriber("de", email=f"reader{number}@{domain}").email for number in range(readers)]
    publish(draft(site.news["de"]))
    route_due()
    return addresses


def states() -> dict[str, int]:
    """How many mails stand where."""
    return dict(Counter(Delivery.objects.values_list("state", flat=True)))
