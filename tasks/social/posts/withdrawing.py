"""Posts whose page has left, or that an editor takes back."""

from __future__ import annotations

from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tasks.announcements.models import Reason
from tasks.ledger.models import State
from tasks.ledger.outcomes import DETAIL_LENGTH, clean
from tasks.social.errors import Gone
from tasks.social.models import Post
from tasks.social.posts.turns import in_turn

STOPPABLE = (State.PENDING, State.CLAIMED, State.DEFERRED)
PERHAPS_OUT = (State.SENDING, State.SENT, State.UNKNOWN)
OUT_OF_REACH = _(
    "It has to be deleted on the service by hand: its account or its number there is not known here any more."
)
BY_HAND = _("This service cannot delete posts: it has to be done there by hand.")


def cancel_posts(versions: QuerySet[Any], reason: str) -> int:
    """Suppress what was not begun of the posts that carry one of ``versions``."""
    waiting = Post.objects.filter(version__in=versions, state__in=STOPPABLE)
    return waiting.update(state=State.SUPPRESSED, detail=str(Reason(reason).label), lease_until=None)


def withdraw_posts(versions: QuerySet[Any]) -> int:
    """Ask for the deletion of posts that are or may be out, where the account is set so."""
    return withdraw(Post.objects.filter(version__in=versions, account__withdraw=True))


def withdraw(posts: QuerySet[Post]) -> int:
    """Ask for the deletion of ``posts``; returns how many that concerns."""
    out = posts.filter(state__in=PERHAPS_OUT, withdraw_requested_at=None)
    return out.update(withdraw_requested_at=timezone.now())


def delete_withdrawn(seconds: float) -> int:
    """Delete on the services what is to be withdrawn, for at most about ``seconds``; returns how many.

    What fails is tried again next time. What is still on its way is deleted once it is known to be out.
    """
    asked = Post.objects.filter(withdraw_requested_at__isnull=False, withdrawn_at=None)
    asked.exclude(state__in=PERHAPS_OUT).update(withdraw_requested_at=None)
    out_of_reach = Q(state__in=(State.SENT, State.UNKNOWN), account=None) | Q(state=State.SENT, remote_id="")
    asked.filter(out_of_reach).exclude(detail=OUT_OF_REACH).update(detail=str(OUT_OF_REACH))
    within_reach = asked.filter(state=State.SENT).exclude(out_of_reach)
    return sum(_delete(post) for post in in_turn(within_reach, seconds))


def _delete(post: Post) -> bool:
    account: Any = post.account
    try:
        channel = account.get_channel()
        if not channel.capabilities.delete:
            return _left_there(post)
        channel.delete(account, post.remote_id)
    except Gone:
        pass
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:  # noqa: BLE001 -- shown to the editor and tried again
        reason = clean(str(error) or type(error).__name__, DETAIL_LENGTH)
        Post.objects.filter(pk=post.pk).update(detail=reason)
        return False
    Post.objects.filter(pk=post.pk).update(withdrawn_at=timezone.now(), detail="", edit_requested_at=None)
    return True


def _left_there(post: Post) -> bool:
    """Nothing is asked of a service that cannot; the editor reads why the post is still there."""
    Post.objects.filter(pk=post.pk).update(withdraw_requested_at=None, detail=str(BY_HAND))
    return False
