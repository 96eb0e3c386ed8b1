"""From announcement to posts: rows first, then one attempt at a time."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tasks.announcements.content import withheld_because
from tasks.announcements.languages import Answer, Choice
from tasks.announcements.models import Announcement, Reason
from tasks.ledger import claims
from tasks.ledger.models import State
from tasks.ledger.outcomes import (
    DETAIL_LENGTH,
    Outcome,
    clean,
    failed,
    refused_for_now,
    sent,
    suppressed,
    unknown,
)
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
ROUND = 20
STOPPABLE = (State.PENDING, State.CLAIMED, State.DEFERRED)
PERHAPS_OUT = (State.SENDING, State.SENT, State.UNKNOWN)
OUT_OF_REACH = _(
    "It has to be deleted on the service by hand: its account or its number there is not known here any more."
)


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
    # What is sent anew because its page is live again is not to be withdrawn any more.
    text = clean(rendered.text, len(rendered.text))
    Post.objects.filter(pk=post.pk).update(text=text, withdraw_requested_at=None)
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
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:  # noqa: BLE001 -- a channel is third-party code; nothing was sent yet
        return _before_sending(post, error)


def _before_sending(post: Post, error: Exception) -> Outcome:
    if isinstance(error, AuthFailed | Rejected):
        return _refused(post, error)
    code = error.code if isinstance(error, ChannelError) else ""
    return refused_for_now(post.attempts, code, str(error) or type(error).__name__)


def _attempt(post: Post, account: SocialAccount, channel: Channel, rendered: Rendered) -> Outcome:
    try:
        outcome = found(channel.publish(rendered, account, key=post.key))
    except Retryable as error:
        return refused_for_now(post.attempts, error.code, str(error), error.after)
    except (AuthFailed, Rejected, Gone) as error:
        return _refused(post, error)
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:  # noqa: BLE001 -- third-party code; whatever happened, the post may be out
        logger.warning("Post %s: %r", post.pk, error)
        return unknown(str(error) or type(error).__name__)
    SocialAccount.objects.filter(pk=account.pk).exclude(trouble="").update(trouble="")
    return outcome


def found(published: Published) -> Outcome:
    """The service has it. Other servers write what they like, and the link is shown to editors."""
    url = _fitting(published.url, "remote_url")
    link = url if url.startswith(("https://", "http://")) else ""
    return sent(remote_id=_fitting(published.remote_id, "remote_id"), remote_url=link)


def _fitting(text: str, column: str) -> str:
    """``text`` without NUL, or nothing where it is too long: cut, it would lead somewhere else."""
    field: Any = Post._meta.get_field(column)
    tidy = clean(text, field.max_length + 1)
    return tidy if len(tidy) <= field.max_length else ""


def _refused(post: Post, error: ChannelError) -> Outcome:
    if isinstance(error, AuthFailed) and post.account:
        SocialAccount.objects.filter(pk=post.account.pk).update(trouble=clean(str(error), DETAIL_LENGTH))
    return failed(error.code, str(error))


def look_for_unknown(seconds: float) -> int:
    """Ask for posts of unknown outcome, for at most about ``seconds``; returns how many were found."""
    unresolved = Post.objects.filter(state=State.UNKNOWN, account__active=True, version__isnull=False)
    return sum(_look_for(post) for post in _in_turn(unresolved, seconds))


def _in_turn(rows: QuerySet[Post], seconds: float) -> Iterator[Post]:
    """Some of ``rows``, until ``seconds`` are over; what was not touched for longest comes first.

    Each goes to the end of the queue before its turn: one that hangs must not hold up the others for ever.
    """
    deadline = time.monotonic() + seconds
    for post in rows.select_related("account", "version__announcement").order_by("updated_at", "pk")[:ROUND]:
        if time.monotonic() >= deadline:
            return
        Post.objects.filter(pk=post.pk).update(updated_at=timezone.now())
        yield post


def _look_for(post: Post) -> bool:
    try:
        existing = None if _newer_is_looked_for(post) else _existing(post)
        return existing is not None and claims.finish(post, post.worker, found(existing))
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:  # noqa: BLE001 -- looking must not fail; it is tried again later
        logger.warning("Cannot look for post %s: %r", post.pk, error)
        return False


def _newer_is_looked_for(post: Post) -> bool:
    """Two editions link to the same page. The newer one is found first, and then its id is known."""
    version: Any = post.version
    newer = Post.objects.filter(pk__gt=post.pk, account=post.account, version__page_ref=version.page_ref)
    return newer.filter(state__in=(State.SENDING, State.UNKNOWN)).exists()


def _existing(post: Post) -> Published | None:
    account: Any = post.account
    version: Any = post.version
    others = Post.objects.filter(account__channel=account.channel, account__server=account.server)
    known = others.exclude(pk=post.pk).exclude(remote_id="").values_list("remote_id", flat=True)
    found_there: Published | None = account.get_channel().find_existing(
        account,
        key=post.key,
        url=version.content.url,
        since=max(version.announcement.release_at, version.live_at),
        known=frozenset(known),
    )
    return found_there


def cancel_posts(versions: QuerySet[Any], reason: str) -> int:
    """Suppress what was not begun of the posts that carry one of ``versions``."""
    waiting = Post.objects.filter(version__in=versions, state__in=STOPPABLE)
    return waiting.update(state=State.SUPPRESSED, detail=str(Reason(reason).label), lease_until=None)


def withdraw_posts(versions: QuerySet[Any]) -> int:
    """Ask for the deletion of posts that are or may be out, where the account is set so."""
    out = Post.objects.filter(version__in=versions, state__in=PERHAPS_OUT, account__withdraw=True)
    return out.filter(withdraw_requested_at=None).update(withdraw_requested_at=timezone.now())


def delete_withdrawn(seconds: float) -> int:
    """Delete on the services what is to be withdrawn, for at most about ``seconds``; returns how many.

    What fails is tried again next time. What is still on its way is deleted once it is known to be out.
    """
    asked = Post.objects.filter(withdraw_requested_at__isnull=False, withdrawn_at=None)
    asked.exclude(state__in=PERHAPS_OUT).update(withdraw_requested_at=None)
    out_of_reach = Q(state__in=(State.SENT, State.UNKNOWN), account=None) | Q(state=State.SENT, remote_id="")
    asked.filter(out_of_reach).exclude(detail=OUT_OF_REACH).update(detail=str(OUT_OF_REACH))
    within_reach = asked.filter(state=State.SENT).exclude(out_of_reach)
    return sum(_delete(post) for post in _in_turn(within_reach, seconds))


def _delete(post: Post) -> bool:
    account: Any = post.account
    try:
        account.get_channel().delete(account, post.remote_id)
    except Gone:
        pass
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:  # noqa: BLE001 -- shown to the editor and tried again
        reason = clean(str(error) or type(error).__name__, DETAIL_LENGTH)
        Post.objects.filter(pk=post.pk).update(detail=reason)
        return False
    Post.objects.filter(pk=post.pk).update(withdrawn_at=timezone.now(), detail="")
    return True
