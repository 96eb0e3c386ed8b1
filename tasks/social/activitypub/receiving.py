"""What other servers send: looked at as far as that needs no network, and kept for a worker."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils import timezone

from tasks.announcements import doorbell
from tasks.social.activitypub import addresses, signatures
from tasks.social.activitypub.blocking import Blocks
from tasks.social.activitypub.models import Follower, InboxMessage
from tasks.social.models import SocialAccount

LARGEST = 100_000
"""Bytes of a message."""
LONGEST = 500
"""Characters of an id."""
AT_ONCE_OF_ONE, AT_ONCE = 50, 2000
"""Messages that wait for a worker, of one server and in all."""
OF_FOLLOWERS = ("Undo", "Delete", "Update", "Block")
"""These matter only from somebody who follows."""


class Refused(Exception):
    """The message is not taken; ``status`` says why."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def receive(request: HttpRequest, account: SocialAccount | None) -> bool:
    """Keep the message for a worker; False for one that is none of our business.

    ``account`` is None at the shared inbox. Raises ``Refused``.
    """
    body = request.read(LARGEST + 1)
    if len(body) > LARGEST:
        raise Refused(413, "The message is too large.")
    message = _parsed(body)
    signature = _signature(request, body)
    sender = _sender(message, signature)
    meant = account or _meant(message)
    if meant is None or not _matters(message, sender):
        return False
    _make_room(addresses.host_of(sender))
    _keep(request, meant, message, sender)
    return True


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refused(400, "The message is no JSON.") from error
    if not isinstance(message, dict) or "\\u0000" in body.decode(errors="replace"):
        raise Refused(400, "The message is no activity.")
    return message


def _signature(request: HttpRequest, body: bytes) -> signatures.Signature:
    headers = _headers(request)
    try:
        signature = signatures.Signature.parse(request.headers.get("Signature", ""))
        signatures.check_body(headers, body)
    except signatures.SignatureInvalid as error:
        raise Refused(401, f"The message is not signed: {error}.") from error
    return signature


def _sender(message: dict[str, Any], signature: signatures.Signature) -> str:
    sender = id_of(message.get("actor"))
    host = addresses.host_of(sender)
    if not host or host != addresses.host_of(signature.key_id) or len(signature.key_id) > LONGEST:
        raise Refused(401, "The message is not signed by its sender.")
    if Blocks().cover(sender):
        raise Refused(403, "This server takes nothing from you.")
    return sender


def id_of(value: Any) -> str:
    """The id of a thing that is given as such, or with all that it is."""
    found = value.get("id") if isinstance(value, dict) else value
    return found if isinstance(found, str) and len(found) <= LONGEST else ""


def _meant(message: dict[str, Any]) -> SocialAccount | None:
    """Which account a message to all of them is about; any of them where it is about the sender only."""
    thing = message.get("object")
    about = {id_of(thing), id_of(thing.get("object")) if isinstance(thing, dict) else ""}
    accounts = list(SocialAccount.objects.filter(channel="activitypub", active=True).order_by("pk"))
    named = [account for account in accounts if addresses.actor_uri(account) in about]
    if message.get("type") == "Follow" or named:
        return next(iter(named), None)
    return next(iter(accounts), None)


def _matters(message: dict[str, Any], sender: str) -> bool:
    """Servers tell everybody of every deletion; most of what arrives is that."""
    kind = message.get("type")
    return kind == "Follow" or (kind in OF_FOLLOWERS and Follower.objects.filter(actor__uri=sender).exists())


def _make_room(host: str) -> None:
    if InboxMessage.objects.filter(host=host).count() >= AT_ONCE_OF_ONE:
        raise Refused(429, "Too many messages of this server are waiting.")
    if InboxMessage.objects.count() >= AT_ONCE:
        raise Refused(503, "Too many messages are waiting.")


def _keep(request: HttpRequest, account: SocialAccount, message: dict[str, Any], sender: str) -> None:
    InboxMessage.objects.create(
        account=account,
        host=addresses.host_of(sender),
        target=f"post {urlsplit(request.get_full_path()).geturl()}"[:LONGEST],
        signature=request.headers["Signature"],
        headers=_headers(request),
        body=message,
        next_try_at=timezone.now(),
    )
    doorbell.ring_after_commit()


def _headers(request: HttpRequest) -> dict[str, str]:
    """Those that a signature may cover."""
    found = {name: request.headers.get(name) for name in InboxMessage.HEADERS}
    return {name: value for name, value in found.items() if value is not None}
