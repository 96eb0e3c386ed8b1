"""How far an import is, and how long it will take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tasks.newsletter.importing.outcomes import CHANGES, Outcome
from tasks.newsletter.models.imports import SubscriberImport

ENOUGH = timedelta(seconds=2)
"""Before that, nobody can say how fast it is."""
STEP = 10
MINUTE = 60


@dataclass(frozen=True)
class Progress:
    """Figures for the bar."""

    done: int
    total: int
    rate: int | None
    """Lines in a second."""
    seconds_left: int | None
    waiting: bool
    """Whether no worker has begun."""

    @property
    def percent(self) -> int:
        """Of the lines; 100 only when all are done."""
        return 100 * self.done // self.total if self.total else 0

    @property
    def left(self) -> str:
        """The time that is left, in words; empty as long as nobody can say."""
        if self.seconds_left is None:
            return ""
        if self.seconds_left < 2 * MINUTE:
            seconds = self.seconds_left
            return ngettext("about %(n)s second left", "about %(n)s seconds left", seconds) % {"n": seconds}
        minutes = round(self.seconds_left / MINUTE)
        return ngettext("about %(n)s minute left", "about %(n)s minutes left", minutes) % {"n": minutes}

    @property
    def said(self) -> str:
        """What a screen reader is told, so seldom that one can listen to it."""
        return _("%(percent)s %% done") % {"percent": self.percent // STEP * STEP}


def progress_of(row: SubscriberImport) -> Progress:
    """The figures of this moment."""
    waiting = row.started_at is None
    taken = timezone.now() - row.started_at if row.started_at else timedelta()
    rate = row.rows_done / taken.total_seconds() if taken > ENOUGH else 0
    left = round((row.rows_total - row.rows_done) / rate) if rate else None
    return Progress(row.rows_done, row.rows_total, round(rate) or None, left, waiting)


def counts_of(row: SubscriberImport) -> list[tuple[str, int, str]]:
    """(key, number, words) of each outcome, those that change something first."""
    order = [*CHANGES, *(outcome for outcome in Outcome if outcome not in CHANGES)]
    return [(str(o), row.outcomes[o], str(o.label)) for o in order if row.outcomes.get(o)]
