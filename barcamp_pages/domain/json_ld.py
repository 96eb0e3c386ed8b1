"""The report for search engines (schema.org): an article about an event."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from cms.models.event import DatePrecision

if TYPE_CHECKING:
    from barcamp_pages.models import BarcampReportPage


def json_ld(page: BarcampReportPage) -> dict[str, Any]:
    """What is known, as a schema.org Article; what is not known is left out."""
    return _known(
        {
            "@context": "https://schema.org",
            "@type": "Article",
            "headline": page.title,
            "description": page.lead,
            "url": page.full_url,
            "inLanguage": page.language,
            "datePublished": _iso(page.first_published_at),
            "dateModified": _iso(page.last_published_at),
            "about": _event(page),
        }
    )


def _event(page: BarcampReportPage) -> dict[str, Any]:
    return _known(
        {
            "@type": "Event",
            "name": page.title,
            "startDate": _stamp(page, page.local_start),
            "endDate": _stamp(page, page.local_end),
            "location": _place(page),
            "organizer": {"@type": "Organization", "name": page.host} if page.host else None,
        }
    )


def _place(page: BarcampReportPage) -> dict[str, Any] | None:
    if not (page.venue_name or page.venue_address):
        return None
    address = page.venue_address or page.venue_name
    return {"@type": "Place", "name": page.venue_name or page.venue_address, "address": address}


def _stamp(page: BarcampReportPage, moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.date().isoformat() if page.date_precision == DatePrecision.DAY else moment.isoformat()


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _known(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value}
