"""Writing down that something is to be announced, inside the transaction that makes it live."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from wagtail.models import Page, Revision

from cms.models.base import AnnounceChoice
from tasks.announcements.models import Announcement, AnnouncementVersion, Purpose, Reason


def record_going_live(page: Page) -> bool:
    """Note that ``page`` went live; True where somebody is to hear of it."""
    decision = getattr(page, "announce", AnnounceChoice.FIRST)
    if decision == AnnounceChoice.AGAIN:
        return _announce_again(page)
    silenced = Reason.EDITOR if decision == AnnounceChoice.NEVER else ""
    return _add_version(page, edition=1, silenced=silenced) and not silenced


def will_announce(page: Page) -> bool:
    """Whether somebody hears of it when ``page`` is published now."""
    decision = getattr(page, "announce", AnnounceChoice.FIRST)
    if decision != AnnounceChoice.FIRST:
        return bool(decision == AnnounceChoice.AGAIN)
    known = AnnouncementVersion.objects.filter(
        announcement__translation_key=page.translation_key, language=_language(page)
    )
    return not known.exists()


def record_silently(page: Page, reason: Reason) -> bool:
    """Note that ``page`` is live and that its first publication is not news."""
    return _add_version(page, edition=1, silenced=reason, whole=True)


def _announce_again(page: Page) -> bool:
    """A further edition, or this language's part of the one that is being sent."""
    _reset_choice(page)
    latest = _editions(page).order_by("-edition").first()
    if latest is None:
        return _add_version(page, edition=1)
    mine = latest.versions.filter(language=_language(page)).first()
    joins = mine is None and not latest.silenced and latest.wait_until > timezone.now()
    return _add_version(page, edition=latest.edition + (0 if joins else 1))


def _add_version(page: Page, *, edition: int, silenced: str = "", whole: bool = False) -> bool:
    """Insert the rows, ignoring those that exist; True where the version is new.

    ``whole`` silences the announcement in every language, not only this page's version.
    """
    rows = AnnouncementVersion.objects.filter(
        announcement__translation_key=page.translation_key,
        announcement__edition=edition,
        language=_language(page),
    )
    if rows.exists():
        # Published again before anything went out: readers get the text as it was corrected.
        rows.filter(snapshot__isnull=True).update(revision=page.live_revision_id, title=page.title)
        return False
    announcement = _edition(page, edition, silenced if whole else "")
    version = AnnouncementVersion(
        announcement=announcement,
        language=_language(page),
        page_id=page.pk,
        page_ref=page.pk,
        revision_id=page.live_revision_id,
        title=page.title,
        silenced=silenced or announcement.silenced,
    )
    AnnouncementVersion.objects.bulk_create([version], ignore_conflicts=True)
    Announcement.objects.filter(pk=announcement.pk).update(settled_at=None)
    return True


def _edition(page: Page, edition: int, silenced: str) -> Announcement:
    now = timezone.now()
    row = Announcement(
        translation_key=page.translation_key,
        edition=edition,
        silenced=silenced,
        release_at=now + timedelta(seconds=settings.ANTENNE_UNDO_SECONDS),
        wait_until=now + timedelta(hours=settings.ANTENNE_TRANSLATION_WAIT_HOURS),
    )
    # Ignoring the conflict, not get_or_create: a failed insert would break the caller's transaction.
    Announcement.objects.bulk_create([row], ignore_conflicts=True)
    stored: Announcement = _editions(page).get(edition=edition)
    return stored


def _editions(page: Page) -> Any:
    return Announcement.objects.filter(translation_key=page.translation_key, purpose=Purpose.PUBLICATION)


def _language(page: Page) -> str:
    return str(page.locale.language_code)


def _reset_choice(page: Page) -> None:
    """“Announce again” holds for one publication: put the choice back, in page and revisions.

    In all of them: a revision that was saved meanwhile has inherited the choice.
    """
    page.announce = AnnounceChoice.FIRST
    type(page)._default_manager.filter(pk=page.pk).update(announce=AnnounceChoice.FIRST)
    asking = Revision.objects.for_instance(page).filter(content__announce=AnnounceChoice.AGAIN.value)
    for revision in asking:
        revision.content["announce"] = AnnounceChoice.FIRST.value
        revision.save(update_fields=["content"])
