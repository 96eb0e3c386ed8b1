"""What an editor sees of a page's announcements: every group of recipients and post, with its state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from wagtail.models import Page

from tasks.announcements.actions import may_act
from tasks.announcements.models import Announcement
from tasks.ledger.models import State
from tasks.newsletter.audience import EXCLUSIONS
from tasks.newsletter.books import Book, books_of
from tasks.newsletter.digests.changes import digests_with
from tasks.newsletter.models import Campaign, CampaignState, Delivery
from tasks.newsletter.progress import Progress, progress_of, said
from tasks.social.planning.lines import Line, lines_of

UNKNOWN_SHOWN = 20
"""Per language. Somebody has to look at each of them, and the view stays readable."""


@dataclass(frozen=True)
class Tally:
    """A number with its name and, for colours, its key."""

    key: str
    label: Any
    number: int
    share: float = 0.0
    """Per cent of all."""
    offset: float = 0.0
    """Per cent that come before it."""


@dataclass(frozen=True)
class Group:
    """The readers of one language."""

    campaign: Campaign
    frozen: int
    states: list[Tally]
    excluded: list[Tally]
    unknown: list[Delivery]
    progress: Progress | None = None

    @property
    def failed(self) -> int:
        """How many mails were refused for good."""
        return self._number(State.FAILED)

    @property
    def unknown_not_shown(self) -> int:
        """How many mails of unknown outcome there are beyond those in ``unknown``."""
        return self._number(State.UNKNOWN) - len(self.unknown)

    def _number(self, state: State) -> int:
        return sum(tally.number for tally in self.states if tally.key == state)

    @property
    def moving(self) -> bool:
        """Whether something will still happen by itself; what was begun comes to an end when paused, too."""
        begun = self._number(State.CLAIMED) + self._number(State.SENDING)
        return self.campaign.state in (CampaignState.SENDING, CampaignState.WAITING) or begun > 0

    @property
    def said(self) -> str:
        """What a screen reader says when it changes."""
        return said(self.campaign, self.progress)


@dataclass(frozen=True)
class Edition:
    """One edition of the announcement."""

    announcement: Announcement
    groups: list[Group]
    posts: list[Line]
    actable: frozenset[int]
    """Keys of the versions about whose mails and posts the user may do something."""
    digests: list[tuple[Campaign, int]]
    """Digests that tell of it, each with the number of its mails."""

    @property
    def may_send_now(self) -> bool:
        """Whether the user may decide for all languages of it."""
        return self.actable.issuperset(version.pk for version in self.announcement.versions.all())

    @property
    def in_undo_window(self) -> bool:
        """Whether it can still be stopped by unpublishing."""
        return self.announcement.release_at > timezone.now()

    @property
    def silent(self) -> bool:
        """Whether no language of it is announced at all."""
        return bool(self.announcement.silenced) or self.announcement.original is None

    @property
    def waiting(self) -> bool:
        """Whether readers of some language wait for their translation."""
        return any(group.campaign.state == CampaignState.WAITING for group in self.groups)

    @property
    def moving(self) -> bool:
        """Whether the view will change by itself."""
        posts_move = any(line.is_moving for line in self.posts)
        unsettled = self.announcement.settled_at is None and not self.silent
        return posts_move or unsettled or any(group.moving for group in self.groups)


def editions_of(page: Page, user: Any) -> list[Edition]:
    """All editions of the page's announcement, newest first, with a fixed number of queries."""
    announcements = list(
        Announcement.objects.filter(translation_key=page.translation_key)
        .order_by("-edition")
        .prefetch_related("versions__page", "posts__account", "posts__version", "campaigns__version")
    )
    campaigns = [campaign for a in announcements for campaign in a.campaigns.all()]
    books = books_of(campaigns)
    unknown = _unknown(campaigns)
    digests = _digests(announcements)
    actable = {
        announcement.pk: frozenset(v.pk for v in announcement.versions.all() if may_act(user, v, page))
        for announcement in announcements
    }
    return [
        Edition(
            announcement,
            [_group(c, books.get(c.pk, Book()), unknown.get(c.pk, [])) for c in _in_order(announcement)],
            lines_of(announcement.posts.all(), actable[announcement.pk]),
            actable[announcement.pk],
            digests.get(announcement.pk, []),
        )
        for announcement in announcements
    ]


def _digests(announcements: list[Announcement]) -> dict[int, list[tuple[Campaign, int]]]:
    if not announcements:
        return {}
    since = min(announcement.release_at for announcement in announcements)
    return digests_with([announcement.pk for announcement in announcements], since)


def _in_order(announcement: Announcement) -> list[Campaign]:
    return sorted(announcement.campaigns.all(), key=lambda campaign: campaign.pk)


def _unknown(campaigns: Iterable[Campaign]) -> dict[int, list[Delivery]]:
    found: dict[int, list[Delivery]] = {}
    rows = Delivery.objects.filter(campaign__in=list(campaigns), state=State.UNKNOWN)
    place = Window(RowNumber(), partition_by=F("campaign"), order_by="pk")
    for row in rows.annotate(place=place).filter(place__lte=UNKNOWN_SHOWN).order_by("pk"):
        found.setdefault(row.campaign_id, []).append(row)
    return found


def _group(campaign: Campaign, book: Book, unknown: list[Delivery]) -> Group:
    return Group(
        campaign,
        sum(book.states.values()),
        _tallies(book.states),
        [Tally(key, EXCLUSIONS.get(key, key), number) for key, number in campaign.excluded.items()],
        unknown,
        progress_of(campaign, book),
    )


def _tallies(states: dict[str, int]) -> list[Tally]:
    total, before, tallies = sum(states.values()), 0.0, []
    for state in (state for state in State.values if state in states):
        share = 100 * states[state] / total
        tallies.append(Tally(state, State(state).label, states[state], share, before))
        before += share
    return tallies
