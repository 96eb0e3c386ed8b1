"""Deadlines that have a date, as iCalendar (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, timedelta
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import override

from partnerships.funding.choices import Condition
from partnerships.funding.deadlines import coming
from partnerships.funding.models import FundingProgramme

LINE = 75
"""Octets, by RFC 5545 §3.1."""


def calendar(title: str, language: str, page_url: str, today: date) -> str:
    """All that are to come: single dates, and those of every year for two years."""
    with override(language):
        lines = [
            *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//antenne//funding deadlines//EN"),
            *("CALSCALE:GREGORIAN", "METHOD:PUBLISH", f"X-WR-CALNAME:{_text(title)}"),
            *_events(page_url, today),
            "END:VCALENDAR",
        ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _events(page_url: str, today: date) -> Iterator[str]:
    host = urlsplit(page_url).hostname or "localhost"
    open_ones = FundingProgramme.objects.filter(is_listed=True, condition=Condition.OPEN)
    for programme in open_ones.prefetch_related("deadlines"):
        days = {day for rule in programme.rules() for day in coming(rule, today)}
        for day in sorted(days):
            yield from _event(programme, day, f"funding-{programme.key}-{day:%Y%m%d}@{host}")


def _event(programme: FundingProgramme, day: date, uid: str) -> Iterator[str]:
    summary = _("Deadline: %(name)s") % {"name": programme.name()}
    yield "BEGIN:VEVENT"
    yield f"UID:{uid}"
    yield f"DTSTAMP:{programme.updated_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{day:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{_text(summary)}"
    yield f"DESCRIPTION:{_text(programme.text())}"
    yield f"URL:{programme.url}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "\\n".join(escaped.splitlines())


def _folded(line: str) -> str:
    """No line longer than the standard allows, and no character cut in two."""
    parts: list[str] = []
    held = ""
    for character in line:
        if len((held + character).encode()) > LINE - bool(parts):
            parts.append(held)
            held = ""
        held += character
    return "\r\n ".join([*parts, held])
