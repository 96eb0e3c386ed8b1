"""Going through posts that need something, so that one that hangs does not hold up the others."""

from __future__ import annotations

import time
from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils import timezone

from tasks.social.models import Post

ROUND = 20


def in_turn(rows: QuerySet[Post], seconds: float) -> Iterator[Post]:
    """Some of ``rows``, until ``seconds`` are over; what was not touched for longest comes first.

    Each goes to the end of the queue before its turn: one that hangs must not hold up the others for ever.
    """
    deadline = time.monotonic() + seconds
    related = rows.select_related("account", "announcement", "version__announcement")
    for post in related.order_by("updated_at", "pk")[:ROUND]:
        if time.monotonic() >= deadline:
            return
        Post.objects.filter(pk=post.pk).update(updated_at=timezone.now())
        yield post
