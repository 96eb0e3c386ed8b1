"""What a congress announcement says on the site, in mails, in the API and to search engines."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cms.announceable import Fact
from cms.dates import event_period
from cms.models.event import DatePrecision
from cms.pictures import picture
from cms.text import absolute_html

if TYPE_CHECKING:
    from cms.models import CongressPage


def facts(page: CongressPage) -> list[Fact]:
    """The fact sheet in the active language; what is not known is left out."""
    place = ", ".join(part for part in (page.venue_name, page.venue_address) if part)
    known = (
        (_("Date"), event_period(page, get_language() or page.language)),
        (_("Place"), place),
        (_("Languages"), ", ".join(page.language_names())),
        (_("Registration"), registration(page)),
        (_("Programme"), str(page.get_programme_status_display()) if page.programme else ""),
    )
    return [Fact(label, value) for label, value in known if value]


def registration(page: CongressPage) -> str:
    """How one gets a place, as sentences in the active language."""
    sentences = []
    if page.registration_required:
        sentences.append(_("Registration is required."))
    if page.places_limited:
        sentences.append(_("Places are limited and go to those who register first."))
    if page.registration_opens:
        sentences.append(page.registration_opens.rstrip(".") + ".")
    return " ".join(sentences)


def body_html(page: CongressPage) -> str:
    """Body, programme, call and registration link as clean HTML with absolute links."""
    from django.template.loader import render_to_string

    return absolute_html(
        render_to_string("cms/includes/congress_body.html", {"page": page}), page.full_url or ""
    )


def extras(page: CongressPage) -> dict[str, Any]:
    """The further fields of ``AnnouncementContent``."""
    funder = page.funder
    if funder and funder.locale_id != page.locale_id:
        funder = funder.localized
    return {
        "image": picture(page.image, page.full_url or ""),
        "hashtags": tuple(word.lstrip("#") for word in page.hashtags.split()),
        "funder": funder.text if funder else "",
        "starts_at": page.starts_at,
        "ends_at": page.ends_at,
    }


def json_ld(page: CongressPage) -> dict[str, Any]:
    """A schema.org Event. Dates without a time are dates, open dates are left out."""
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": page.title,
        "description": page.lead,
        "url": page.full_url,
        "inLanguage": page.languages or [page.language],
        "eventStatus": "https://schema.org/EventScheduled",
        "startDate": _stamp(page, page.local_start),
        "endDate": _stamp(page, page.local_end),
        "location": _location(page),
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode" if page.venue_name else None,
    }
    return {name: value for name, value in data.items() if value}


def _stamp(page: CongressPage, moment: Any) -> str | None:
    if moment is None or page.date_precision == DatePrecision.OPEN:
        return None
    by_day = page.date_precision == DatePrecision.DAY
    return str(moment.date().isoformat() if by_day else moment.isoformat())


def _location(page: CongressPage) -> dict[str, Any] | None:
    if not (page.venue_name or page.venue_address):
        return None
    return {"@type": "Place", "name": page.venue_name or page.venue_address, "address": page.venue_address}


def api_body(page: CongressPage, blocks_json: Callable[[Any, Any], Any]) -> dict[str, Any]:
    """The type's own content for the delivery API."""
    return {
        "starts_at": page.local_start,
        "ends_at": page.local_end,
        "date_precision": page.date_precision,
        "date_note": page.date_note,
        "date_text": event_period(page, page.language),
        "time_zone": page.time_zone,
        "venue": {"name": page.venue_name, "address": page.venue_address},
        "languages": page.languages,
        "registration": {
            "required": page.registration_required,
            "url": page.registration_url,
            "opens": page.registration_opens,
            "places_limited": page.places_limited,
        },
        "programme_status": page.programme_status,
        "programme": blocks_json(page.programme, page),
        "call": absolute_html(page.call, page.full_url or ""),
        "body": blocks_json(page.body, page),
    }
