"""What stays the same in every attempt of one post."""

from __future__ import annotations

from tasks.social.models import Post
from tasks.social.values import Ticket


def ticket_of(post: Post, known: frozenset[str] = frozenset()) -> Ticket:
    """The ticket of ``post``, which must have a version."""
    if post.version is None:
        raise ValueError(f"Post {post.pk} has no version")
    return Ticket(
        key=post.key,
        at=post.created_at,
        url=post.version.content.url,
        since=max(post.announcement.release_at, post.version.live_at),
        state=post.progress,
        known=known,
        edit_at=post.edit_requested_at,
    )
