"""What the life of a page means for its announcements."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from wagtail.models import Page

from tasks.announcements import doorbell
from tasks.announcements.models import AnnouncementVersion, Reason
from tasks.announcements.record import record_going_live, record_silently
from tasks.newsletter.cancel import cancel_mails
from tasks.newsletter.digests.changes import versions_changed
from tasks.social.posts.editing import edit_posts
from tasks.social.posts.withdrawing import cancel_posts, withdraw_posts


def page_saved(page: Page, *, created: bool, raw: bool = False, update_fields: Any = None, **_: Any) -> None:
    """Announce ``page`` if this save is the one that made it live.

    An insert is never that save: Wagtail publishes by saving once more. An insert that already has
    a live revision is a live copy, which shares its source's.
    """
    if raw or page.alias_of_id or not page.live:
        return
    if update_fields is not None:
        if "alias_of_id" in update_fields or "alias_of" in update_fields:
            # An alias that becomes a page of its own was live all the time.
            record_silently(page, Reason.COPY)
        return
    if not is_published(page):
        return
    if created:
        record_silently(page, Reason.COPY)
    elif record_going_live(page) or edit_posts(versions_of(page)):
        doorbell.ring_after_commit()


def is_published(page: Page) -> bool:
    """Whether ``page`` is live through a publication, not through a plain insert."""
    return bool(page.live and page.live_revision_id and page.first_published_at)


def versions_of(page: Page) -> QuerySet[AnnouncementVersion]:
    """All that was ever announced of ``page``."""
    return AnnouncementVersion.objects.filter(page_ref=page.pk)


def page_left(page: Page) -> None:
    """What is still waiting is not sent; posts are withdrawn where the account is set so."""
    _taken_from_the_public(versions_of(page), Reason.UNPUBLISHED)


def page_hidden(page: Page) -> None:
    """The same for a page that is not for everybody any more, and for all below it.

    Nothing is announced by itself once it is public again.
    """
    hidden = Page.objects.descendant_of(page, inclusive=True)
    _taken_from_the_public(AnnouncementVersion.objects.filter(page__in=hidden), Reason.PRIVATE)


def _taken_from_the_public(versions: QuerySet[AnnouncementVersion], reason: Reason) -> None:
    cancel_mails(versions, reason)
    versions_changed(versions)
    cancel_posts(versions, reason)
    if withdraw_posts(versions):
        doorbell.ring_after_commit()


def page_moved(page: Page) -> None:
    """Messages that are not out yet carry the new addresses; posts get them where the account is set so."""
    moved = Page.objects.descendant_of(page, inclusive=True)
    versions = AnnouncementVersion.objects.filter(page__in=moved, snapshot__isnull=False)
    for version in versions.select_related("page"):
        url = version.page.full_url if version.page else None
        if url and version.snapshot:
            version.snapshot["url"] = url
            version.save(update_fields=["snapshot"])
    versions_changed(versions)
    if edit_posts(versions):
        doorbell.ring_after_commit()
