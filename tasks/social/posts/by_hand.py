"""Posts that a person makes where the service has no way in for programs."""

from __future__ import annotations

from django.utils import timezone

from cms.plugins import registry
from tasks.ledger.models import State
from tasks.social.models import Post


def mark_posted(post: Post, url: str = "") -> bool:
    """The editor has posted it, at ``url`` if they say where; False where it does not wait for that."""
    waiting = Post.objects.filter(
        pk=post.pk, state=State.DEFERRED, next_try_at=None, account__channel__in=_by_hand()
    )
    return bool(
        waiting.update(
            state=State.SENT, sent_at=timezone.now(), remote_url=url, progress={}, detail="", code=""
        )
    )


def _by_hand() -> list[str]:
    """Slugs of the channels whose posts a person makes."""
    channels = registry().channels().items()
    return [slug for slug, channel in channels if channel.capabilities.by_hand]
