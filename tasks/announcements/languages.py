"""Which language version a reader gets, and how languages wait for each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from django.conf import settings
from django.utils import timezone
from wagtail.models import Page

from cms.models.base import AnnounceChoice
from tasks.announcements.content import withheld_because
from tasks.announcements.models import Announcement, AnnouncementVersion, Reason

# Who announces both languages again publishes one after the other. So long the second one is
# expected before its unchanged live version goes out.
PUBLISHING_IN_TURNS = timedelta(hours=1)


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


def choose(announcement: Announcement, language: str) -> Choice:
    """The version for readers of ``language``; an empty language takes the original.

    A translation that is being written is waited for. Where there is none, the time is up or it may
    not be shown, the original goes out.
    """
    versions = {version.language: version for version in announcement.versions.all()}
    if announcement.silenced or not versions:
        return Choice(Answer.SILENT, reason=announcement.silenced or Reason.UNPUBLISHED)
    original, reason = _original(versions)
    mine = versions.get(language) if language else original
    if mine and mine.silenced:
        return Choice(Answer.SILENT, mine, mine.silenced)
    if original is None:
        return Choice(Answer.SILENT, reason=reason)
    if mine and not withheld_because(mine):
        return _after_undo(mine)
    return _after_undo(original) if mine else _choose_translation(announcement, language, original)


def _original(versions: dict[str, AnnouncementVersion]) -> tuple[AnnouncementVersion | None, str]:
    """The version that went live first of those that may be shown, or why there is none."""
    reason = ""
    for version in sorted(versions.values(), key=lambda version: (version.live_at, version.pk)):
        reason = version.silenced or withheld_because(version)
        if not reason:
            return version, ""
    return None, reason


def _after_undo(version: AnnouncementVersion) -> Choice:
    """Each language has an undo window of its own."""
    released = version.live_at + timedelta(seconds=settings.ANTENNE_UNDO_SECONDS)
    return Choice(Answer.WAIT if released > timezone.now() else Answer.SEND, version)


def _choose_translation(announcement: Announcement, language: str, original: AnnouncementVersion) -> Choice:
    """What to do where no version of ``language`` went live with this edition."""
    translation = translation_of(announcement, language)
    if translation is None:
        return _after_undo(original)
    if getattr(translation.specific, "announce", "") == AnnounceChoice.NEVER:
        return Choice(Answer.SILENT, reason=Reason.EDITOR)
    unchanged = translation.live and not translation.has_unpublished_changes
    if _patience(announcement, unchanged) > timezone.now():
        return Choice(Answer.WAIT)
    if unchanged:
        return Choice(Answer.SEND, add_live_translation(announcement, translation, language))
    return _after_undo(original)


def _patience(announcement: Announcement, unchanged: bool) -> datetime:
    """Until when a translation is waited for; not long for one that nobody is changing."""
    if unchanged:
        return min(announcement.wait_until, announcement.created_at + PUBLISHING_IN_TURNS)
    return announcement.wait_until


def translation_of(announcement: Announcement, language: str) -> Page | None:
    """The page's own translation into ``language`` (not a mirrored alias), live or not."""
    pages = Page.objects.filter(
        translation_key=announcement.translation_key, locale__language_code=language, alias_of=None
    )
    found: Page | None = pages.first()
    return found


def add_live_translation(announcement: Announcement, page: Page, language: str) -> AnnouncementVersion:
    """Take a translation that is live already into this edition."""
    version = AnnouncementVersion(
        announcement=announcement,
        language=language,
        page_id=page.pk,
        page_ref=page.pk,
        revision_id=page.live_revision_id,
        title=page.title,
    )
    AnnouncementVersion.objects.bulk_create([version], ignore_conflicts=True)
    return announcement.versions.get(language=language)
