"""Looking for posts whose reply was lost."""

from __future__ import annotations

import logging
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.utils import timezone

from tasks.ledger import claims
from tasks.ledger.models import State
from tasks.ledger.outcomes import refused_for_now
from tasks.social.models import Post
from tasks.social.posts.sending import found
from tasks.social.posts.tickets import ticket_of
from tasks.social.posts.turns import in_turn
from tasks.social.values import Published, Repeat

logger = logging.getLogger(__name__)


def look_for_unknown(seconds: float) -> int:
    """Ask for posts of unknown outcome, for at most about ``seconds``; returns how many are settled."""
    unresolved = Post.objects.filter(state=State.UNKNOWN, account__active=True, version__isnull=False)
    return sum(_look_for(post) for post in in_turn(unresolved, seconds))


def _look_for(post: Post) -> bool:
    try:
        if _newer_is_looked_for(post):
            return False
        existing = _existing(post)
        Post.objects.filter(pk=post.pk).update(looked_at=timezone.now())
        if existing is not None:
            return claims.finish(post, post.worker, found(existing))
        return _sent_again(post)
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:  # noqa: BLE001 -- looking must not fail; it is tried again later
        logger.warning("Cannot look for post %s: %s", post.pk, type(error).__name__)
        return False


def _sent_again(post: Post) -> bool:
    """What is harmless to repeat, such as the post of a worker that died, gets its next attempt."""
    account: Any = post.account
    channel = account.get_channel()
    if channel.capabilities.repeat is not Repeat.HARMLESS or post.attempts >= len(channel.backoff):
        return False
    outcome = refused_for_now(post.attempts, post.code, post.detail, None, channel.backoff)
    return claims.finish(post, post.worker, outcome)


def _newer_is_looked_for(post: Post) -> bool:
    """Two editions link to the same page. The newer one is found first, and then its id is known."""
    version: Any = post.version
    newer = Post.objects.filter(pk__gt=post.pk, account=post.account, version__page_ref=version.page_ref)
    return newer.filter(state__in=(State.SENDING, State.UNKNOWN)).exists()


def _existing(post: Post) -> Published | None:
    account: Any = post.account
    others = Post.objects.filter(account__channel=account.channel, account__server=account.server)
    known = others.exclude(pk=post.pk).exclude(remote_id="").values_list("remote_id", flat=True)
    existing: Published | None = account.get_channel().find_existing(
        account, ticket_of(post, frozenset(known))
    )
    return existing
