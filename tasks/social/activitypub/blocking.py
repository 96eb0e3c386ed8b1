"""Whom this site has nothing to do with."""

from __future__ import annotations

from tasks.social.activitypub import documents, outgoing
from tasks.social.activitypub.addresses import host_of
from tasks.social.activitypub.models import Block, Follower


class Blocks:
    """All blocks at one moment."""

    def __init__(self) -> None:
        self._targets = {target.rstrip("/") for target in Block.objects.values_list("target", flat=True)}

    def __bool__(self) -> bool:
        return bool(self._targets)

    def cover(self, uri: str) -> bool:
        """Whether a profile or an inbox is blocked, or its server, or one above that."""
        if uri.rstrip("/") in self._targets:
            return True
        host = host_of(uri)
        labels = host.partition(":")[0].split(".")
        above = {".".join(labels[start:]) for start in range(len(labels))}
        return bool((above | {host}) & self._targets)


def enforce() -> int:
    """Send away who follows and is blocked; returns how many that were."""
    blocks, away = Blocks(), 0
    if not blocks:
        return 0
    for follower in Follower.objects.select_related("account", "actor").iterator():
        if blocks.cover(follower.actor.uri):
            _reject(follower)
            away += 1
    return away


def _reject(follower: Follower) -> None:
    """The rejection goes to the server all the same: otherwise it would go on believing in the following."""
    outgoing.answer(
        follower.account, "Reject", documents.follow_of(follower), follower.actor.inbox, follower.pk
    )
    follower.delete()
