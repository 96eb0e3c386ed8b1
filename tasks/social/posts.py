"""From announcement to posts: rows first, then one attempt at a time."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from tasks.announcements.content import withheld_because
from tasks.announcements.languages import Answer, Choice
from tasks.announcements.models import Announcement, Reason
from tasks.ledger import claims
from tasks.ledger.models import State
from tasks.ledger.outcomes import Outcome, failed, refused_for_now, sent, suppressed, unknown
from tasks.social.channel import (
    AuthFailed,
    Channel,
    ChannelError,
    Gone,
    Published,
    Rejected,
    Rendered,
    Retryable,
)
from tasks.social.models import Post, SocialAccount

logger = logging.getLogger(__name__)

BATCH = 5
STOPPABLE = (State.PENDING, State.CLAIMED, State.DEFERRED)


def open_posts(announcement: Announcement, choice_for: Callable[[str], Choice]) -> None:
    """One post per active account, as soon as the account's language is ready.

    An account that was connected later does not post what was published before it came.
    """
    accounts = SocialAccount.objects.filter(active=True, created_at__lte=announcement.created_at)
    for account in accounts.exclude(posts__announcement=announcement):
        choice = choice_for(account.language)
        if choice.answer == Answer.WAIT:
            continue
        silent = choice.answer == Answer.SILENT
        post = Post(
            announcement=announcement,
            account=account,
            account_name=account.name,
            version=choice.version,
            state=State.SUPPRESSED if silent else State.PENDING,
            detail=str(Reason(choice.reason).label) if silent else "",
        )
        Post.objects.bulk_create([post], ignore_conflicts=True)


def send_posts(seconds: float) -> bool:
    """Send due posts for at most about ``seconds``; True where more is waiting."""
    worker, deadline = claims.worker_name(), time.monotonic() + seconds
    posts = Post.objects.select_related("account", "version")
    while batch := claims.claim(posts, worker, BATCH):
        for index, post in enumerate(batch):
            if time.monotonic() > deadline:
                claims.release(batch[index:], worker)
                return True
            _send_one(post, worker)
    return False


def _send_one(post: Post, worker: str) -> None:
    """Row first, side effect second, row again. No channel's fault reaches the others."""
    prepared = _prepare(post)
    if isinstance(prepared, Outcome):
        claims.finish(post, worker, prepared)
        return
    account, channel, rendered = prepared
    Post.objects.filter(pk=post.pk).update(text=rendered.text)
    if claims.begin(post, worker):
        claims.finish(post, worker, _attempt(post, account, channel, rendered))


def _prepare(post: Post) -> tuple[SocialAccount, Channel, Rendered] | Outcome:
    """All that can fail before anything is sent."""
    account, version = post.account, post.version
    if account is None or not account.active:
        return suppressed("The account is not there or not active any more.")
    if version is None or (reason := withheld_because(version)):
        return suppressed(str(Reason(reason).label if version else Reason.UNPUBLISHED.label))
    try:
        channel = account.get_channel()
        return account, channel, channel.render(version.content, channel.limits(account))
    except Exception as error:  # noqa: BLE001 -- a channel is third-party code; nothing was sent yet
        return _before_sending(post, error)


def _before_sending(post: Post, error: Exception) -> Outcome:
    if isinstance(error, AuthFailed | Rejected):
        return _refused(post, error)
    code = error.code if isinstance(error, ChannelError) else ""
    return refused_for_now(post.attempts, code, str(error) or type(error).__name__)


def _attempt(post: Post, account: SocialAccount, channel: Channel, rendered: Rendered) -> Outcome:
    try:
        published = channel.publish(rendered, account, key=post.key)
    except Retryable as error:
        return refused_for_now(post.attempts, error.code, str(error), error.after)
    except (AuthFailed, Rejected, Gone) as error:
        return _refused(post, error)
    except Exception as error:  # noqa: BLE001 -- third-party code; whatever happened, the post may be out
        logger.warning("Post %s: %r", post.pk, error)
        return unknown(str(error) or type(error).__name__)
    return found(published)


def found(published: Published) -> Outcome:
    """The service has it."""
    return sent(remote_id=published.remote_id, remote_url=published.url)


def _refused(post: Post, error: ChannelError) -> Outcome:
    if isinstance(error, AuthFailed) and post.account:
        SocialAccount.objects.filter(pk=post.account.pk).update(trouble=str(error))
    return failed(error.code, str(error))


def look_for_unknown() -> int:
    """Ask the services for posts whose outcome is unknown; returns how many were found."""
    resolved = 0
    unresolved = Post.objects.filter(state=State.UNKNOWN, account__active=True, version__isnull=False)
    for post in unresolved.select_related("account", "version")[:20]:
        resolved += _look_for(post)
    return resolved


def _look_for(post: Post) -> bool:
    account: Any = post.account
    version: Any = post.version
    try:
        existing = account.get_channel().find_existing(account, key=post.key, url=version.content.url)
    except Exception as error:  # noqa: BLE001 -- looking must not fail; it is tried again later
        logger.warning("Cannot look for post %s: %r", post.pk, error)
        return False
    return bool(existing) and claims.finish(post, post.worker, found(existing))


def cancel_posts(versions: QuerySet[Any], reason: str) -> int:
    """Suppress what was not begun of the posts that carry one of ``versions``."""
    waiting = Post.objects.filter(version__in=versions, state__in=STOPPABLE)
    return waiting.update(state=State.SUPPRESSED, detail=str(Reason(reason).label), lease_until=None)


def withdraw_posts(versions: QuerySet[Any]) -> int:
    """Ask for the deletion of posts that are out, where the account is set so."""
    out = Post.objects.filter(version__in=versions, state=State.SENT, account__withdraw=True)
    return out.filter(withdraw_requested_at=None).update(withdraw_requested_at=timezone.now())


def delete_withdrawn() -> int:
    """Delete on the services what is to be withdrawn; what fails is tried again next time."""
    asked = Post.objects.filter(withdraw_requested_at__isnull=False, withdrawn_at=None)
    done = 0
    for post in asked.select_related("account")[:20]:
        done += _delete(post)
    return done


def _delete(post: Post) -> bool:
    account: Any = post.account
    try:
        account.get_channel().delete(account, post.remote_id)
    except Gone:
        pass
    except Exception as error:  # noqa: BLE001 -- shown to the editor and tried again
        Post.objects.filter(pk=post.pk).update(detail=str(error))
        return False
    Post.objects.filter(pk=post.pk).update(withdrawn_at=timezone.now(), detail="")
    return True
