"""When digests are due: on one day of the week, at one hour of the site's own time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tasks.newsletter.models import Frequency

WEEK = timedelta(days=7)
DIGESTS = (Frequency.WEEKLY, Frequency.MONTHLY)


@dataclass(frozen=True)
class Period:
    """What one digest is about: everything from the due day before it up to its own, ``day``."""

    frequency: Frequency
    day: date

    @property
    def key(self) -> str:
        """The same for every digest of this period: ``weekly 2026-W47``, ``monthly 2026-11``."""
        if self.frequency == Frequency.MONTHLY:
            return f"{self.frequency.value} {self.day:%Y-%m}"
        year, week, _day = self.day.isocalendar()
        return f"{self.frequency.value} {year}-W{week:02}"

    @property
    def starts_at(self) -> datetime:
        """The due moment before."""
        if self.frequency == Frequency.MONTHLY:
            return _moment(_first_of_month(self.day.replace(day=1) - timedelta(days=1)))
        return _moment(self.day - WEEK)

    @property
    def ends_at(self) -> datetime:
        """The due moment."""
        return _moment(self.day)

    @property
    def label(self) -> str:
        """Its name in the active language."""
        day = {"day": date_format(self.day, "DATE_FORMAT")}
        if self.frequency == Frequency.MONTHLY:
            return _("The month up to %(day)s") % day
        return _("The week up to %(day)s") % day

    @classmethod
    def of(cls, key: str) -> Period:
        """The period with this key; raises ``ValueError`` for what is none."""
        frequency, _space, name = key.partition(" ")
        if frequency == Frequency.MONTHLY:
            return cls(Frequency.MONTHLY, _first_of_month(date.fromisoformat(f"{name}-01")))
        year, week = name.split("-W")
        day = date.fromisocalendar(int(year), int(week), settings.ANTENNE_DIGEST_WEEKDAY)
        return cls(Frequency(frequency), day)


def latest(frequency: Frequency, now: datetime) -> Period:
    """The period that ended last. What was missed while nothing ran is part of it."""
    today = timezone.localdate(now, timezone.get_default_timezone())
    day = _last_due_day(frequency, today)
    if _moment(day) > now:
        day = _last_due_day(frequency, day - timedelta(days=1))
    return Period(frequency, day)


def _last_due_day(frequency: Frequency, today: date) -> date:
    if frequency == Frequency.WEEKLY:
        return today - timedelta(days=(today.isoweekday() - settings.ANTENNE_DIGEST_WEEKDAY) % 7)
    first = _first_of_month(today)
    return first if first <= today else _first_of_month(today.replace(day=1) - timedelta(days=1))


def _first_of_month(day: date) -> date:
    """The first due weekday of the month of ``day``."""
    first = day.replace(day=1)
    return first + timedelta(days=(settings.ANTENNE_DIGEST_WEEKDAY - first.isoweekday()) % 7)


def _moment(day: date) -> datetime:
    """The due hour of ``day`` by the clocks of that day, in UTC: only so do moments compare rightly."""
    hour = time(settings.ANTENNE_DIGEST_HOUR)
    return datetime.combine(day, hour, timezone.get_default_timezone()).astimezone(UTC)
