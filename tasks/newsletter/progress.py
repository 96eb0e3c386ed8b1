"""How far campaigns are that are going out, and the words for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tasks.announcements.models import Announcement
from tasks.ledger.models import OPEN_STATES, State
from tasks.newsletter.books import WINDOW, Book, books_of
from tasks.newsletter.models import Campaign, CampaignState

SHOWN = (CampaignState.SENDING, CampaignState.PAUSED, CampaignState.CANCELLED)
ENOUGH = 10
"""So many mails tell a rate before a whole minute has gone by."""
QUARTER = 25
"""Per cent between two things that a screen reader says."""


@dataclass(frozen=True)
class Progress:
    """How far one campaign is."""

    state: str
    done: int
    total: int
    to_do: int
    """Mails that are due; those that are tried again later are not."""
    later: int
    next_try: datetime | None = None
    per_minute: int | None = None
    """None before it can be told, and while nothing is to go out."""

    @property
    def percent(self) -> int:
        """100 only when nothing is left."""
        return 100 * self.done // self.total

    @property
    def text(self) -> str:
        """Done of total, in words."""
        numbers = {
            "done": grouped(self.done),
            "total": grouped(self.total),
            "percent": self.percent,
        }
        return _("%(done)s of %(total)s (%(percent)s%%)") % numbers

    @property
    def pace(self) -> str:
        """The rate in words; empty where there is none."""
        if self.per_minute is None:
            return ""
        words = ngettext("%(rate)s mail per minute", "%(rate)s mails per minute", self.per_minute)
        return words % {"rate": grouped(self.per_minute)}

    @property
    def left(self) -> str:
        """The time left in words; empty where it cannot be told."""
        if not (self.per_minute and self.to_do):
            return ""
        return _time_left(self.to_do / self.per_minute)

    @property
    def waiting(self) -> str:
        """Mails that a server did not take at the first go, in words; empty where there are none."""
        if not self.later:
            return ""
        moment = timezone.localtime(self.next_try) if self.next_try else None
        numbers = {"number": grouped(self.later), "time": f"{moment:%H:%M}" if moment else "–"}
        words = ngettext(
            "%(number)s is tried again, at %(time)s",
            "%(number)s are tried again, the first at %(time)s",
            self.later,
        )
        return words % numbers


def progress_of(campaign: Campaign, book: Book) -> Progress | None:
    """How far ``campaign`` is; None where it is not going out, or to nobody."""
    total = sum(book.states.values())
    if campaign.state not in SHOWN or not total:
        return None
    undone: tuple[State, ...] = OPEN_STATES
    if campaign.state == CampaignState.CANCELLED:
        undone = (*OPEN_STATES, State.SUPPRESSED)
    later = book.states.get(State.DEFERRED, 0)
    still_open = sum(book.states.get(state, 0) for state in OPEN_STATES)
    return Progress(
        state=campaign.state,
        done=total - sum(book.states.get(state, 0) for state in undone),
        total=total,
        to_do=still_open - later,
        later=later,
        next_try=book.next_try,
        per_minute=_per_minute(book) if campaign.state == CampaignState.SENDING else None,
    )


def _per_minute(book: Book) -> int | None:
    if book.recent >= ENOUGH and book.recent_from:
        seconds = max(1.0, (book.read_at - book.recent_from).total_seconds())
        return round(book.recent * 60 / seconds)
    has_sent_for_long = book.sent_from is not None and book.sent_from <= book.read_at - WINDOW
    return book.recent if has_sent_for_long else None


def _time_left(minutes: float) -> str:
    if minutes < 1:
        return _("less than a minute left")
    if minutes < 90:
        number = round(minutes)
        return ngettext("about %(number)s minute left", "about %(number)s minutes left", number) % {
            "number": number
        }
    number = round(minutes / 60)
    return ngettext("about %(number)s hour left", "about %(number)s hours left", number) % {"number": number}


def said(campaign: Campaign, progress: Progress | None) -> str:
    """What a screen reader says of the campaign: it changes with its state and at every quarter."""
    label, value = campaign.get_language_display(), campaign.get_state_display()
    state = _("{label}: {value}").format(label=label, value=value)
    if progress is None or progress.state == CampaignState.CANCELLED:
        return state
    return _("%(state)s, %(percent)s%%") % {"state": state, "percent": progress.percent // QUARTER * QUARTER}


def grouped(number: int) -> str:
    """The number with its thousands set apart, as the language does it."""
    return str(number_format(number, use_l10n=True, force_grouping=True))


@dataclass(frozen=True)
class UnderWay:
    """A campaign that is going out, with its progress."""

    campaign: Campaign
    progress: Progress

    @property
    def moving(self) -> bool:
        """Whether it goes on by itself."""
        return self.campaign.state == CampaignState.SENDING

    @property
    def said(self) -> str:
        """What a screen reader says of it."""
        return said(self.campaign, self.progress)


def going_out(translation_key: Any) -> list[UnderWay]:
    """The campaigns of a page's latest announcement that are going out or were stopped."""
    editions = Announcement.objects.filter(translation_key=translation_key).order_by("-edition")[:1]
    campaigns = list(Campaign.objects.filter(announcement__in=editions, state__in=SHOWN).order_by("pk"))
    books = books_of(campaigns)
    found = [(campaign, progress_of(campaign, books.get(campaign.pk, Book()))) for campaign in campaigns]
    return [UnderWay(campaign, progress) for campaign, progress in found if progress]
