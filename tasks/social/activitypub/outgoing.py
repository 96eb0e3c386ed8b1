"""Rows for what has to be told to other servers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from tasks.announcements import doorbell
from tasks.ledger.models import State
from tasks.social.activitypub import addresses, documents
from tasks.social.activitypub.models import InboxDelivery, Note, RemoteActor
from tasks.social.models import SocialAccount

Kind = InboxDelivery.Kind
STAMP = "%Y%m%dT%H%M%S%f"


def tell_new(note: Note) -> None:
    """One delivery for each server with followers."""
    _tell(note, Kind.CREATE, "create", follower_inboxes(note.account))


def tell_changed(note: Note, at: datetime) -> None:
    """To whoever was told of the post."""
    _tell(note, Kind.UPDATE, f"update-{at:{STAMP}}", _told(note))


def tell_deleted(note: Note) -> None:
    """The same; whoever has not heard of the post yet never will."""
    _tell(note, Kind.DELETE, "delete", _told(note))


def tell_profile(account: SocialAccount, at: datetime) -> None:
    """The account has another name, description or key."""
    identifier = f"{addresses.actor_uri(account)}#update-{at:{STAMP}}"
    body = documents.profile_changed(account, identifier)
    _add(
        InboxDelivery(account=account, kind=Kind.PROFILE, inbox=inbox, activity=identifier, body=body)
        for inbox in follower_inboxes(account)
    )


def answer(account: SocialAccount, name: str, follow: Any, inbox: str, mark: int) -> None:
    """``Accept`` or ``Reject`` to one follower; ``mark`` tells one answer from the next."""
    identifier = f"{addresses.actor_uri(account)}#{name.lower()}-{mark}"
    body = documents.answer(account, name, follow, identifier)
    _add([InboxDelivery(account=account, kind=Kind.ANSWER, inbox=inbox, activity=identifier, body=body)])


def follower_inboxes(account: SocialAccount) -> list[str]:
    """Each server once."""
    actors = RemoteActor.objects.filter(followings__account=account).distinct()
    return sorted({actor.delivers_to for actor in actors.only("inbox", "shared_inbox")})


def _told(note: Note) -> list[str]:
    """Including those that may have it although they did not say so."""
    told = note.deliveries.filter(kind=Kind.CREATE).exclude(state=State.SUPPRESSED)
    return list(told.order_by("pk").values_list("inbox", flat=True))


def _tell(note: Note, kind: Kind, name: str, inboxes: Iterable[str]) -> None:
    activity = f"{addresses.note_uri(note)}#{name}"
    _add(
        InboxDelivery(account=note.account, note=note, kind=kind, inbox=inbox, activity=activity)
        for inbox in inboxes
    )


def _add(rows: Iterable[InboxDelivery]) -> None:
    """What was noted before stays as it is."""
    InboxDelivery.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    doorbell.ring_after_commit()
