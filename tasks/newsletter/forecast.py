"""How many would get a mail if it went out now, by the query that fixes the recipients."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count
from wagtail.models import Page

from cms.announceable import AnnouncementContent
from cms.models.base import AnnounceChoice
from cms.plugins import registry
from tasks.announcements.content import published_page
from tasks.announcements.languages import Answer, choose
from tasks.announcements.models import Announcement, Reason
from tasks.announcements.record import record_going_live, will_announce
from tasks.newsletter.audience import EXCLUSIONS, RECIPIENT, candidates
from tasks.newsletter.models import LANGUAGES, Campaign, CampaignState

NO_ANNOUNCEMENT = 0
"""No row has this key: nobody has got what is not announced yet."""


@dataclass(frozen=True)
class Forecast:
    """Readers of one language: who would get it, and how many not, by reason."""

    language: str
    recipients: int
    excluded: dict[str, int]

    @property
    def name(self) -> Any:
        """The language in the active one."""
        return dict(LANGUAGES)[self.language]

    @property
    def reasons(self) -> list[tuple[Any, int]]:
        """(reason in words, number)."""
        words = {**EXCLUSIONS, **dict(Reason.choices)}
        return [(words.get(reason, reason), number) for reason, number in self.excluded.items() if number]


def forecast(content: AnnouncementContent, language: str, announcement: int = NO_ANNOUNCEMENT) -> Forecast:
    """The numbers for readers of ``language``; one query, whatever their number."""
    campaign = Campaign(language=language, announcement_id=announcement)
    rows = candidates(campaign, content).order_by().values_list("why_not").annotate(Count("pk"))
    counts = dict(rows)
    recipients = counts.pop(RECIPIENT, 0)
    return Forecast(language, recipients, counts)


def forecasts(page: Any) -> list[Forecast]:
    """The numbers for every language if ``page`` were published and announced now.

    Which language gets what is decided by the same functions that route the announcement: they run
    on the rows that publishing would write, in a transaction that is rolled back.
    """
    with transaction.atomic():
        try:
            return _as_if_published(copy.copy(page))
        finally:
            transaction.set_rollback(True)


def foreseen(page: Any) -> list[Forecast]:
    """The same for the view of a page that is not announced yet; nothing for any other."""
    latest = page.get_latest_revision_as_object()
    return forecasts(latest) if is_to_come(latest) else []


def is_to_come(page: Any) -> bool:
    """Whether publishing ``page`` announces it for the first time, or again because an editor chose so."""
    return type(page) in registry().announceable_models() and will_announce(page)


def _as_if_published(page: Any) -> list[Forecast]:
    if page.announce != AnnounceChoice.NEVER and not will_announce(page):
        page.announce = AnnounceChoice.AGAIN
    Page.objects.filter(pk=page.pk).update(live=True, expired=False)
    record_going_live(page)
    editions = Announcement.objects.filter(translation_key=page.translation_key).order_by("-edition")
    announcement = editions.prefetch_related("campaigns")[0]
    served = {c.language for c in announcement.campaigns.all() if c.state != CampaignState.WAITING}
    return [
        Forecast(language, 0, {}) if language in served else _of_language(page, announcement, language)
        for language in settings.ANTENNE_NEWSLETTER_LANGUAGES
    ]


def _of_language(page: Any, announcement: Announcement, language: str) -> Forecast:
    choice = choose(announcement, language)
    version = choice.version
    mine = version is None or version.page_id == page.pk
    # A page that was deleted says nothing any more; its readers are counted by this one.
    source = page if mine or version is None else published_page(version) or page
    numbers = forecast(source.get_announcement(), language, announcement.pk)
    if choice.answer is Answer.SILENT:
        return Forecast(language, 0, numbers.excluded | {choice.reason: numbers.recipients})
    if version is None:
        return Forecast(language, 0, numbers.excluded | {"waiting": numbers.recipients})
    return numbers
