"""Posts that a person makes where the service has no way in for programs."""

from __future__ import annotations

from django.utils import timezone

from tasks.ledger.models import State
from tasks.social.models import Post


def mark_posted(post: Post, url: str = "") -> bool:
    """The editor has posted it, at ``url`` if they say where; False where it does not wait for that."""
    if post.account is None or not post.account.get_channel().capabilities.by_hand:
        return False
    waiting = Post.objects.filter(pk=post.pk, state=State.DEFERRED, next_try_at=None)
    return bool(
        waiting.update(
            state=State.SENT, sent_at=timezone.now(), remote_url=url, progress={}, detail="", code=""
        )
    )
