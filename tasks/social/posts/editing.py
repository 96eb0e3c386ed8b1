"""Posts that follow their page: a new title, text or address, or an editor's second thoughts."""

from __future__ import annotations

from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.db.models import QuerySet
from django.utils import timezone

from tasks.ledger.models import State
from tasks.ledger.outcomes import DETAIL_LENGTH, clean
from tasks.social.errors import Gone, Rejected
from tasks.social.models import Post
from tasks.social.models.account import WhenChanged
from tasks.social.posts.drafts import current_content, draft_of, plan_of
from tasks.social.posts.gate import not_ready
from tasks.social.posts.sending import found, laid_out
from tasks.social.posts.tickets import ticket_of
from tasks.social.posts.turns import in_turn


def edit_posts(versions: QuerySet[Any]) -> int:
    """Ask for a second look at posts of ``versions``, where the account is set so; returns how many."""
    following = Post.objects.filter(version__in=versions, account__when_changed=WhenChanged.EDIT)
    return ask_for_edit(following)


def ask_for_edit(posts: QuerySet[Post]) -> int:
    """Ask for ``posts`` to be brought up to date, as far as they are out."""
    out = posts.filter(state=State.SENT, withdrawn_at=None, withdraw_requested_at=None).exclude(remote_id="")
    return out.update(edit_requested_at=timezone.now())


def edit_due(seconds: float) -> int:
    """Bring posts up to date for at most about ``seconds``; returns how many were changed.

    What fails is tried again next time.
    """
    asked = Post.objects.filter(
        edit_requested_at__isnull=False, withdraw_requested_at=None, withdrawn_at=None, account__active=True
    )
    return sum(_edit(post) for post in in_turn(asked.filter(state=State.SENT), seconds))


def _edit(post: Post) -> bool:
    try:
        changes = _changed(post)
    except SoftTimeLimitExceeded:
        raise
    except (Gone, Rejected) as error:
        changes = {"edit_requested_at": None, "detail": clean(str(error), DETAIL_LENGTH)}
    except Exception as error:  # noqa: BLE001 -- third-party code; shown to the editor and tried again
        changes = {"detail": clean(str(error) or type(error).__name__, DETAIL_LENGTH)}
    asked = Post.objects.filter(pk=post.pk)
    if "edit_requested_at" in changes:
        # Who asked again meanwhile gets another turn.
        asked = asked.filter(edit_requested_at=post.edit_requested_at)
    return bool(asked.update(**changes)) and "edited_at" in changes


def _changed(post: Post) -> dict[str, Any]:
    """What to write down, once the service has the post as its page is now."""
    account: Any = post.account
    version: Any = post.version
    done: dict[str, Any] = {"edit_requested_at": None}
    channel = account.get_channel()
    content = current_content(version.page_ref)
    if content is None or not channel.capabilities.edit:
        return done
    draft = draft_of(content, account, plan_of(version.page_ref, account))
    limits = channel.limits_for(channel.limits(account), draft.image, post.remote_id)
    rendered = channel.render(draft, limits)
    if rendered.fingerprint == post.fingerprint:
        return done
    if problems := channel.validate(rendered, limits):
        raise Rejected(" ".join(problem.message for problem in problems))
    if waits := not_ready(rendered.url):
        return {"detail": waits}
    published = channel.update(account, post.remote_id, rendered, ticket_of(post))
    columns = found(published).columns
    return done | columns | laid_out(rendered) | {"edited_at": timezone.now(), "detail": ""}
