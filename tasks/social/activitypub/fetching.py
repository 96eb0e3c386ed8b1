"""Looking at accounts of other servers. Whatever they answer is untrusted."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from cms import http
from tasks.ledger.outcomes import clean
from tasks.social.activitypub import addresses, documents, keys, signatures
from tasks.social.activitypub.models import RemoteActor
from tasks.social.calls import checked
from tasks.social.errors import Rejected, Retryable
from tasks.social.models import SocialAccount

LARGEST = 200_000
"""Bytes of a profile."""
ACCEPT = f'{documents.CONTENT_TYPE}, application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
LONGEST_KEY = 4000
FRESH = timedelta(minutes=5)
"""A key is not asked for again within this time, whatever arrives."""


def known_actor(account: SocialAccount, key_id: str, *, fresh: bool = False) -> RemoteActor:
    """Who owns the key, from the database or, ``fresh`` or unknown, from their server.

    Raises ``Gone`` where there is nobody, ``Rejected`` for an answer that makes no sense and
    ``Retryable`` where the server does not answer now.
    """
    uri = key_id.partition("#")[0]
    known = RemoteActor.objects.filter(key_id=key_id).first() or RemoteActor.objects.filter(uri=uri).first()
    if known and (not fresh or known.fetched_at > timezone.now() - FRESH):
        return known
    found = _actor_fields(_document(account, uri), key_id)
    actor, _created = RemoteActor.objects.update_or_create(uri=found.pop("uri"), defaults=found)
    return actor


def _document(account: SocialAccount, uri: str) -> dict[str, Any]:
    """A profile; some servers show it only to who signs the request."""
    if not addresses.host_of(uri):
        raise Rejected(_("This is no address of a profile."))
    key = keys.private_key(account)
    signed = signatures.sign("GET", uri, None, addresses.key_uri(account), key)
    try:
        with (
            http.client() as client,
            client.stream("GET", uri, headers={**signed, "accept": ACCEPT}) as reply,
        ):
            checked(reply, posts=False)
            return _parsed(_read(reply))
    except http.ERRORS as error:
        raise Retryable(str(error) or type(error).__name__) from error


def _read(reply: http.Response) -> bytes:
    body = b""
    for chunk in reply.iter_bytes():
        body += chunk
        if len(body) > LARGEST:
            raise Rejected(_("The profile is too large."))
    return body


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Rejected(_("The profile cannot be read.")) from error
    if not isinstance(document, dict):
        raise Rejected(_("The profile cannot be read."))
    return document


def _actor_fields(document: dict[str, Any], key_id: str) -> dict[str, Any]:
    """All of it has to belong together: one server, one owner, one key."""
    uri, key = _text(document.get("id")), document.get("publicKey")
    host = addresses.host_of(uri)
    fits = (
        isinstance(key, dict)
        and key.get("id") == key_id
        and key.get("owner") == uri
        and host
        and host == addresses.host_of(key_id)
        and host == addresses.host_of(_text(document.get("inbox")))
    )
    if not fits or not isinstance(key, dict):
        raise Rejected(_("The profile does not fit its key."))
    endpoints = document.get("endpoints")
    shared = _text(endpoints.get("sharedInbox")) if isinstance(endpoints, dict) else ""
    return {
        "uri": uri,
        "host": host,
        "name": clean(_text(document.get("preferredUsername")), 200),
        "key_id": key_id,
        "key_pem": _text(key.get("publicKeyPem"), LONGEST_KEY),
        "inbox": _text(document.get("inbox")),
        "shared_inbox": shared if addresses.host_of(shared) == host else "",
        "fetched_at": timezone.now(),
    }


def _text(value: Any, longest: int = 500) -> str:
    """``value`` where it is a text that fits into its column, else an empty one."""
    return value if isinstance(value, str) and len(value) <= longest and "\x00" not in value else ""
