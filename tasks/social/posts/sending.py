"""Sending posts: row first, side effect second, row again. No channel's fault reaches the others."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import timedelta

from celery.exceptions import SoftTimeLimitExceeded
from django.utils import timezone
from django.utils.translation import gettext as _

from tasks.announcements.content import withheld_because
from tasks.announcements.models import Reason
from tasks.ledger import claims
from tasks.ledger.models import State
from tasks.ledger.outcomes import (
    DETAIL_LENGTH,
    Outcome,
    clean,
    failed,
    not_yet,
    refused_for_now,
    sent,
    suppressed,
    unknown,
)
from tasks.social.channel import Channel
from tasks.social.errors import AuthFailed, ChannelError, Gone, Rejected, Retryable
from tasks.social.models import Post, SocialAccount
from tasks.social.posts import pacing
from tasks.social.posts.drafts import draft_of, plan_of
from tasks.social.posts.gate import not_ready
from tasks.social.posts.tickets import ticket_of
from tasks.social.signals import social_post_failed, social_post_published
from tasks.social.values import Pending, Published, Rendered, Repeat

logger = logging.getLogger(__name__)

BATCH = 5
GATE_WAITS = (timedelta(seconds=15), timedelta(minutes=5))
GATE_CLOSES = timedelta(days=2)
"""A page that does not answer for so long is not waited for any more."""


@dataclass(frozen=True)
class Prepared:
    """All that one attempt needs."""

    account: SocialAccount
    channel: Channel
    rendered: Rendered


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
    prepared = _prepare(post)
    if isinstance(prepared, Outcome):
        claims.finish(post, worker, prepared)
        return
    # What is sent anew because its page is live again is not to be withdrawn any more.
    Post.objects.filter(pk=post.pk).update(**laid_out(prepared.rendered), withdraw_requested_at=None)
    turn = pacing.begin(post, prepared.account, worker)
    if turn is True:
        outcome = _attempt(post, prepared)
        if claims.finish(post, worker, outcome):
            _tell(post, outcome.state)
    elif turn:
        wait = (turn - timezone.now()).total_seconds()
        claims.finish(
            post, worker, not_yet(_("It waits for its turn: the account posts only so often."), wait)
        )


def _tell(post: Post, state: str) -> None:
    """Observers hear of it; what they raise is theirs."""
    signal = {State.SENT: social_post_published, State.FAILED: social_post_failed}.get(State(state))
    if signal:
        signal.send_robust(sender=Post, post=Post.objects.get(pk=post.pk))


def _prepare(post: Post) -> Prepared | Outcome:
    """All that can fail before anything is sent."""
    account, version = post.account, post.version
    if account is None or not account.active:
        return suppressed(_("The account is not there or not active any more."))
    if version is None or (reason := withheld_because(version)):
        return suppressed(str(Reason(reason).label if version else Reason.UNPUBLISHED.label))
    try:
        prepared = _ready(post, account)
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:  # noqa: BLE001 -- a channel is third-party code; nothing was sent yet
        return _before_sending(post, error)
    if waits := not_ready(prepared.rendered.url):
        return _waiting_for_page(post, waits)
    return prepared


def _ready(post: Post, account: SocialAccount) -> Prepared:
    channel, version = account.get_channel(), post.version
    if version is None:
        raise Rejected(str(Reason.UNPUBLISHED.label))
    draft = draft_of(version.content, account, plan_of(version.page_ref, account))
    limits = channel.limits_for(channel.limits(account), draft.image)
    rendered = channel.render(draft, limits)
    if problems := channel.validate(rendered, limits):
        raise Rejected(" ".join(problem.message for problem in problems))
    return Prepared(account, channel, rendered)


def _before_sending(post: Post, error: Exception) -> Outcome:
    if isinstance(error, AuthFailed | Rejected):
        return _refused(post, error)
    code = error.code if isinstance(error, ChannelError) else ""
    after = error.after if isinstance(error, Retryable) else None
    return refused_for_now(post.attempts, code, str(error) or type(error).__name__, after)


def _waiting_for_page(post: Post, reason: str) -> Outcome:
    """The older the post, the longer the wait: a page that was just published may need a moment."""
    since = max(post.created_at, post.version.live_at) if post.version else post.created_at
    age = timezone.now() - since
    if age > GATE_CLOSES:
        return failed("", reason)
    shortest, longest = GATE_WAITS
    return not_yet(reason, min(max(age / 4, shortest), longest).total_seconds())


def _attempt(post: Post, prepared: Prepared) -> Outcome:
    account, channel = prepared.account, prepared.channel
    try:
        answer = _next_step(post, prepared)
        outcome = pending(answer) if isinstance(answer, Pending) else found(answer)
    except Retryable as error:
        return refused_for_now(post.attempts, error.code, str(error), error.after, channel.backoff)
    except (AuthFailed, Rejected, Gone) as error:
        return _refused(post, error)
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:  # noqa: BLE001 -- third-party code; whatever happened, the post may be out
        logger.warning("Post %s: %s", post.pk, type(error).__name__)
        return _perhaps_out(post, channel, str(error) or type(error).__name__)
    SocialAccount.objects.filter(pk=account.pk).exclude(trouble="").update(trouble="")
    return outcome


def _next_step(post: Post, prepared: Prepared) -> Published | Pending:
    account, channel, ticket = prepared.account, prepared.channel, ticket_of(post)
    if ticket.state and (answer := channel.check(account, ticket)) is not None:
        return answer
    return channel.publish(prepared.rendered, account, ticket)


def _perhaps_out(post: Post, channel: Channel, detail: str) -> Outcome:
    """Sent again only where that makes no second post."""
    if channel.capabilities.repeat is not Repeat.HARMLESS or post.attempts >= len(channel.backoff):
        return unknown(detail)
    return refused_for_now(post.attempts, "", detail, None, channel.backoff)


def laid_out(rendered: Rendered) -> dict[str, str]:
    """What is kept of a post as it was sent."""
    return {"text": clean(rendered.text, len(rendered.text)), "fingerprint": rendered.fingerprint}


def pending(answer: Pending) -> Outcome:
    """The service is still busy with it, or a person has to do the rest."""
    columns = {"progress": dict(answer.state)}
    if answer.after is None:
        return Outcome(State.DEFERRED, detail=_("It waits for you."), counts=False, columns=columns)
    return not_yet(_("The service is still busy with it."), answer.after, **columns)


def found(published: Published) -> Outcome:
    """The service has it. Other servers write what they like, and the link is shown to editors."""
    url = _fitting(published.url, "remote_url")
    link = url if url.startswith(("https://", "http://")) else ""
    return sent(remote_id=_fitting(published.remote_id, "remote_id"), remote_url=link, progress={})


def _fitting(text: str, column: str) -> str:
    """``text`` without NUL, or nothing where it is too long: cut, it would lead somewhere else."""
    length: int = getattr(Post._meta.get_field(column), "max_length", 0)
    tidy = clean(text, length + 1)
    return tidy if len(tidy) <= length else ""


def _refused(post: Post, error: ChannelError) -> Outcome:
    if isinstance(error, AuthFailed) and post.account:
        SocialAccount.objects.filter(pk=post.account.pk).update(trouble=clean(str(error), DETAIL_LENGTH))
    return failed(error.code, str(error))
