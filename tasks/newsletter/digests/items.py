"""What there is to tell: announcements that may be shown now, each as readers of a language get it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from cms.announceable import AnnouncementContent
from tasks.announcements.content import freeze, withheld_because
from tasks.announcements.languages import Answer, choose
from tasks.announcements.models import Announcement, AnnouncementVersion


@dataclass(frozen=True)
class Item:
    """One announcement in a digest."""

    announcement: int
    told_at: datetime
    """From when on people may hear of it: after the undo window."""
    version: AnnouncementVersion
    framed: bool
    """Whether the reader gets another language than their own."""

    @property
    def content(self) -> AnnouncementContent:
        """What it said when it went live."""
        return self.version.content

    @property
    def is_for_all(self) -> bool:
        """Whether it may stand in the public archive."""
        return self.content.in_archive and self.content.audience is None


def items_between(language: str, since: datetime, until: datetime) -> list[Item]:
    """What was announced after ``since`` and not after ``until``, newest first."""
    found = (_item(announcement, language) for announcement in announced_between(since, until))
    return [item for item in found if item]


def items_of(language: str, keys: Iterable[int]) -> list[Item]:
    """Those of the announcements with these keys that may be shown now, newest first."""
    rows = Announcement.objects.filter(pk__in=list(keys)).prefetch_related("versions")
    found = (_item(announcement, language) for announcement in _newest_first(rows))
    return [item for item in found if item]


def announced_between(since: datetime, until: datetime) -> list[Announcement]:
    """The announcements of that time, with their versions, newest first."""
    rows = Announcement.objects.filter(silenced="", release_at__lte=until, versions__live_at__lte=until)
    rows = rows.filter(versions__live_at__gt=since - _undo()) | rows.filter(release_at__gt=since)
    announcements = _newest_first(rows.distinct().prefetch_related("versions"))
    return [found for found in announcements if since < told_at(found) <= until]


def told_at(announcement: Announcement) -> datetime:
    """When the first version that is announced had its undo window behind it."""
    original = announcement.original
    if original is None:
        return announcement.release_at
    return max(announcement.release_at, original.live_at + _undo())


def _undo() -> timedelta:
    return timedelta(seconds=settings.ANTENNE_UNDO_SECONDS)


def _newest_first(announcements: Iterable[Announcement]) -> list[Announcement]:
    return sorted(announcements, key=lambda row: (told_at(row), row.pk), reverse=True)


def _item(announcement: Announcement, language: str) -> Item | None:
    version = _version(announcement, language)
    if version is None or not freeze(version):
        return None
    return Item(announcement.pk, told_at(announcement), version, version.language != language)


def _version(announcement: Announcement, language: str) -> AnnouncementVersion | None:
    """The version as for a mail of its own, but no digest waits for a translation."""
    choice = choose(announcement, language)
    if choice.answer == Answer.SILENT:
        return None
    if choice.version:
        return choice.version
    versions = sorted(announcement.versions.all(), key=lambda version: (version.live_at, version.pk))
    return next((v for v in versions if not v.silenced and not withheld_because(v)), None)
