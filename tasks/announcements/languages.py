"""Which language version a reader gets, and how languages wait for each other."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from django.utils import timezone
from wagtail.models import Page

from tasks.announcements.models import Announcement, AnnouncementVersion, Reason


class Answer(Enum):
    """What is to be done for one language."""

    SEND = "send"
    WAIT = "wait"
    SILENT = "silent"


@dataclass(frozen=True)
class Choice:
    """The version for one reader's language, or why there is none yet."""

    answer: Answer
    version: AnnouncementVersion | None = None
    reason: str = ""

    def framed_for(self, language: str) -> bool:
        """Whether the reader gets another language than their own."""
        return self.version is not None and self.version.language != language


def choose(announcement: Announcement, language: str) -> Choice:
    """The version for readers of ``language``; an empty language takes the original.

    A translation that is being written is waited for. Where there is none, or the time is up, the
    original goes out.
    """
    versions = {version.language: version for version in announcement.versions.all()}
    original = announcement.original
    if announcement.silenced or original is None:
        reason = announcement.silenced or next((v.silenced for v in versions.values()), Reason.EDITOR)
        return Choice(Answer.SILENT, reason=reason)
    if mine := versions.get(language or original.language):
        if mine.silenced:
            return Choice(Answer.SILENT, mine, mine.silenced)
        return Choice(Answer.SEND, mine)
    return _choose_translation(announcement, language, original)


def _choose_translation(announcement: Announcement, language: str, original: AnnouncementVersion) -> Choice:
    """What to do where no version of ``language`` went live with this edition."""
    translation = translation_of(announcement, language)
    if translation is None:
        return Choice(Answer.SEND, original)
    if translation.live and not translation.has_unpublished_changes:
        # A further edition: this translation was live already and nobody is changing it.
        return Choice(Answer.SEND, add_live_translation(announcement, translation, language))
    if announcement.wait_until > timezone.now():
        return Choice(Answer.WAIT)
    return Choice(Answer.SEND, original)


def translation_of(announcement: Announcement, language: str) -> Page | None:
    """The page's own translation into ``language`` (not a mirrored alias), live or not."""
    pages = Page.objects.filter(
        translation_key=announcement.translation_key, locale__language_code=language, alias_of=None
    )
    found: Page | None = pages.first()
    return found


def add_live_translation(announcement: Announcement, page: Page, language: str) -> AnnouncementVersion:
    """Take a translation that is live already into this edition."""
    AnnouncementVersion.objects.bulk_create(
        [
            AnnouncementVersion(
                announcement=announcement,
                language=language,
                page_id=page.pk,
                page_ref=page.pk,
                revision_id=page.live_revision_id,
                title=page.title,
            )
        ],
        ignore_conflicts=True,
    )
    return announcement.versions.get(language=language)
