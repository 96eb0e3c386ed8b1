"""When something takes place, in words.

The patterns stand here and not in the message catalogues because they differ in grammar, not in
vocabulary: French says "du … au …" and writes 15 h 30, German adds "Uhr".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import override

from cms.models.event import DatePrecision, EventMixin


@dataclass(frozen=True)
class Patterns:
    """How one language writes dates; placeholders ``{day}``, ``{start}``, ``{end}``."""

    day: str
    time: Callable[[datetime], str]
    moment: str
    days: str
    hours: str
    moments: str
    times_follow: str
    open: str


def _french_time(moment: datetime) -> str:
    # French typography keeps the hour and its unit together.
    hour = f"{moment.hour}\u00a0h"
    return f"{hour}\u00a0{moment.minute:02}" if moment.minute else hour


def _clock(moment: datetime) -> str:
    return format_date(moment, "H:i")


GERMAN = Patterns(
    day="l, j. F Y",
    time=_clock,
    moment="{day}, {start} Uhr",
    days="{start} bis {end}",
    hours="{day}, {start} bis {end} Uhr",
    moments="{start} bis {end}",
    times_follow="{period} (Uhrzeiten folgen)",
    open="Termin folgt",
)
FRENCH = Patterns(
    day="l j F Y",
    time=_french_time,
    moment="{day} à {start}",
    days="du {start} au {end}",
    hours="{day}, de {start} à {end}",
    moments="du {start} au {end}",
    times_follow="{period} (horaires à préciser)",
    open="Date à préciser",
)
ENGLISH = Patterns(
    day="l j F Y",
    time=_clock,
    moment="{day}, {start}",
    days="{start} to {end}",
    hours="{day}, {start} to {end}",
    moments="{start} to {end}",
    times_follow="{period} (times to follow)",
    open="Date to be announced",
)
LANGUAGES = {"de": GERMAN, "fr": FRENCH, "en": ENGLISH}


def event_period(event: EventMixin, language: str) -> str:
    """When ``event`` takes place, in ``language``, in the event's own time zone.

    A ``date_note`` of the event, where it has one, says it instead while the dates are open.
    """
    language = language if language in LANGUAGES else "en"
    patterns = LANGUAGES[language]
    start, end = event.local_start, event.local_end
    if event.date_precision == DatePrecision.OPEN or not start:
        return getattr(event, "date_note", "") or patterns.open
    with override(language):
        if event.date_precision == DatePrecision.DAY:
            period = _days(patterns, start, end)
            return patterns.times_follow.format(period=period) if event.times_follow else period
        return _moments(patterns, start, end) + _foreign_zone(start)


def day_in_words(day: date, language: str) -> str:
    """A day with its weekday, e.g. "Freitag, 10. April 2026"."""
    with override(language):
        return _day(LANGUAGES.get(language, ENGLISH), day)


def _day(patterns: Patterns, moment: date) -> str:
    text = format_date(moment, patterns.day)
    return text.replace(" 1 ", " 1er ", 1) if patterns is FRENCH and moment.day == 1 else text


def _days(patterns: Patterns, start: datetime, end: datetime | None) -> str:
    if not end or end.date() == start.date():
        return _day(patterns, start)
    return patterns.days.format(start=_day(patterns, start), end=_day(patterns, end))


def _moment(patterns: Patterns, moment: datetime) -> str:
    return patterns.moment.format(day=_day(patterns, moment), start=patterns.time(moment))


def _moments(patterns: Patterns, start: datetime, end: datetime | None) -> str:
    if not end or end == start:
        return _moment(patterns, start)
    if end.date() == start.date():
        times = {"start": patterns.time(start), "end": patterns.time(end)}
        return patterns.hours.format(day=_day(patterns, start), **times)
    return patterns.moments.format(start=_moment(patterns, start), end=_moment(patterns, end))


def _foreign_zone(moment: datetime) -> str:
    """The zone's short name where its clocks differ from those of the site."""
    here = timezone.localtime(moment, timezone.get_default_timezone())
    return "" if here.utcoffset() == moment.utcoffset() else f" ({moment.tzname()})"
