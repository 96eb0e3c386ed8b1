"""Feeds that have news without any post: the newsletter's archive, and translations that came later."""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation

from tasks.announcements.models import AnnouncementVersion
from tasks.newsletter.archive.mails import archived
from tasks.newsletter.links import absolute
from tasks.social.errors import ChannelError
from tasks.social.models import SocialAccount
from tasks.social.websub.hubs import ping

logger = logging.getLogger(__name__)

WAIT = timedelta(minutes=5)
"""After a ping that failed."""


def ping_changed(seconds: float) -> bool:
    """Tell every hub what is new since it was told last, for at most about ``seconds``.

    True where some were not reached in that time.
    """
    deadline = time.monotonic() + seconds
    for account in SocialAccount.objects.filter(channel="websub", active=True):
        if time.monotonic() > deadline:
            return True
        _tell(account)
    return False


def _tell(account: SocialAccount) -> None:
    """A hub may be told twice, so what was told is written down afterwards."""
    kept: dict[str, Any] = account.session
    told = dict(kept.get("told", {}))
    news = {topic: newest for topic, newest in _newest(account).items() if told.get(topic) != newest}
    if not news or kept.get("again_at", 0) > timezone.now().timestamp():
        return
    again_at = 0.0
    try:
        for topic, newest in news.items():
            ping(account, topic)
            told[topic] = newest
    except ChannelError as error:
        again_at = (timezone.now() + WAIT).timestamp()
        logger.warning("The hub of account %s is told later: %s", account.pk, error)
    account.keep_session({"told": told, "again_at": again_at})


def _newest(account: SocialAccount) -> dict[str, str]:
    """The address of each feed → what names its newest entry; without those that have none."""
    languages = [account.language] if account.language else settings.ANTENNE_NEWSLETTER_LANGUAGES
    found = [_of_archive(language) for language in languages]
    if not account.language:
        found += [_of_translations(account, language) for language in languages]
    return {topic: newest for topic, newest in found if newest}


def _of_archive(language: str) -> tuple[str, str]:
    newest = archived(language).first()
    with translation.override(language):
        return absolute(reverse("newsletter:archive_feed")), str(newest.public_id) if newest else ""


def _of_translations(account: SocialAccount, language: str) -> tuple[str, str]:
    """The newest version of what the account has told of in another language."""
    versions = AnnouncementVersion.objects.filter(
        language=language, silenced="", announcement__posts__account=account, snapshot__isnull=False
    )
    newest = versions.exclude(posts__account=account).order_by("-live_at", "-pk").first()
    if newest is None:
        return "", ""
    with translation.override(language):
        return urljoin(newest.content.url, reverse("feed")), str(newest.pk)
