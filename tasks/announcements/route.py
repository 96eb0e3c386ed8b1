"""From an announcement to its mails and posts: rows first, side effects later."""

from __future__ import annotations

import logging

from django.db import connection, transaction
from django.utils import timezone

from tasks.announcements.content import freeze
from tasks.announcements.languages import Answer, Choice, choose
from tasks.announcements.models import Announcement, Reason
from tasks.newsletter.campaigns import open_campaigns
from tasks.social.posts.opening import open_posts

logger = logging.getLogger(__name__)


def route_due(limit: int = 100) -> int:
    """Route what is due; one that fails does not hold up the others. Returns how many were."""
    unsettled = Announcement.objects.filter(settled_at=None, release_at__lte=timezone.now())
    routed = 0
    for pk in list(unsettled.order_by("release_at").values_list("pk", flat=True)[:limit]):
        try:
            routed += route(pk)
        except Exception:
            logger.exception("Announcement %s cannot be routed", pk)
    return routed


def route(pk: int) -> bool:
    """Write the rows for every reader and account whose language is ready."""
    with transaction.atomic():
        rows = Announcement.objects.filter(pk=pk)
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True)
        announcement = rows.first()
        if announcement is None:
            return False
        silent = announcement.silenced or announcement.original is None
        if silent or not _route_languages(announcement):
            Announcement.objects.filter(pk=pk).update(settled_at=timezone.now())
    return True


def _route_languages(announcement: Announcement) -> bool:
    """Open campaigns and posts; True where some language is waited for."""
    choices: dict[str, Choice] = {}

    def choice_for(language: str) -> Choice:
        if language not in choices:
            choices[language] = _frozen(choose(announcement, language))
        return choices[language]

    open_campaigns(announcement, choice_for)
    open_posts(announcement, choice_for)
    return any(choice.answer == Answer.WAIT for choice in choices.values())


def _frozen(choice: Choice) -> Choice:
    if choice.answer == Answer.SEND and choice.version and not freeze(choice.version):
        return Choice(Answer.SILENT, choice.version, Reason.UNPUBLISHED)
    return choice
