"""What becomes of a message, once a worker has made sure who sent it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from tasks.ledger import claims
from tasks.ledger.models import State
from tasks.ledger.outcomes import refused_for_now
from tasks.social.activitypub import addresses, documents, fetching, outgoing
from tasks.social.activitypub.models import Follower, InboxMessage, RemoteActor
from tasks.social.activitypub.receiving import id_of
from tasks.social.activitypub.signatures import Signature, SignatureInvalid
from tasks.social.errors import ChannelError, Gone, Retryable

logger = logging.getLogger(__name__)
BATCH = 10


def handle_waiting(seconds: float) -> bool:
    """Look at what arrived for at most about ``seconds``; True where more is waiting."""
    if not claims.any_due(InboxMessage):
        return False
    worker, deadline = claims.worker_name(), time.monotonic() + seconds
    rows = InboxMessage.objects.select_related("account")
    while batch := claims.claim(rows, worker, BATCH):
        for index, row in enumerate(batch):
            if time.monotonic() > deadline:
                claims.release(batch[index:], worker)
                return True
            _handle(row, worker)
    return False


def _handle(row: InboxMessage, worker: str) -> None:
    """Nothing is kept of a message but what it changed."""
    try:
        handle(row)
    except Retryable as error:
        outcome = refused_for_now(row.attempts, error.code, str(error))
        claims.finish(row, worker, outcome)
        if outcome.state == State.DEFERRED:
            return
    except (SignatureInvalid, ChannelError) as error:
        logger.info("A message from %s is dropped: %s", row.host, error)
    row.delete()


def handle(row: InboxMessage) -> None:
    """Do what the message says. Raises ``SignatureInvalid`` or ``ChannelError`` for whom nobody can trust."""
    try:
        actor = _sender(row)
    except Gone as error:
        _forget_the_gone(row, error)
        return
    if actor.uri != id_of(row.body.get("actor")):
        raise SignatureInvalid("somebody else has signed")
    kind = row.body.get("type")
    if kind in HANDLERS:
        with transaction.atomic():
            HANDLERS[kind](row, actor)


def _forget_the_gone(row: InboxMessage, error: Gone) -> None:
    """Whoever was deleted can show no key any more: at the key's address their server says so."""
    key_id = Signature.parse(row.signature).key_id
    if error.code == "410":
        RemoteActor.objects.filter(uri=id_of(row.body.get("actor")), key_id=key_id).delete()


def _sender(row: InboxMessage) -> RemoteActor:
    """Who signed; a key that does not fit may have been replaced, so it is asked for once more."""
    signature = Signature.parse(row.signature)
    actor = fetching.known_actor(row.account, signature.key_id)
    try:
        signature.verify(row.target, row.headers, actor.key_pem)
    except SignatureInvalid:
        actor = fetching.known_actor(row.account, signature.key_id, fresh=True)
        signature.verify(row.target, row.headers, actor.key_pem)
    return actor


def _follow(row: InboxMessage, actor: RemoteActor) -> None:
    if id_of(row.body.get("object")) != addresses.actor_uri(row.account) or not row.account.active:
        return
    follower, _created = Follower.objects.update_or_create(
        account=row.account,
        actor=actor,
        defaults={"follow_uri": id_of(row.body), "since": timezone.now()},
    )
    follow = documents.follow_of(follower)
    outgoing.answer(row.account, "Accept", follow, actor.inbox, row.pk)


def _undo(row: InboxMessage, actor: RemoteActor) -> None:
    """Of a follow, which is named or repeated."""
    undone = row.body.get("object")
    followings = Follower.objects.filter(actor=actor)
    if isinstance(undone, dict) and undone.get("type") == "Follow":
        if id_of(undone.get("object")) == addresses.actor_uri(row.account):
            followings.filter(account=row.account).delete()
    elif isinstance(undone, str) and undone:
        followings.filter(follow_uri=undone).delete()


def _delete(row: InboxMessage, actor: RemoteActor) -> None:
    """Of the sender."""
    if id_of(row.body.get("object")) == actor.uri:
        actor.delete()


def _block(row: InboxMessage, actor: RemoteActor) -> None:
    """Who blocks us wants to hear nothing."""
    if id_of(row.body.get("object")) == addresses.actor_uri(row.account):
        Follower.objects.filter(actor=actor, account=row.account).delete()


def _update(row: InboxMessage, actor: RemoteActor) -> None:
    """Of the sender's profile: it is asked for when it is needed next."""
    if id_of(row.body.get("object")) == actor.uri:
        fetching.known_actor(row.account, actor.key_id, fresh=True)


HANDLERS: dict[str, Callable[[InboxMessage, RemoteActor], None]] = {
    "Follow": _follow,
    "Undo": _undo,
    "Delete": _delete,
    "Block": _block,
    "Update": _update,
}
