"""Actors, posts and activities as JSON (W3C ActivityStreams 2.0)."""

from __future__ import annotations

import mimetypes
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.html import escape, urlize
from django.utils.safestring import SafeString

from tasks.social.activitypub import addresses, keys
from tasks.social.activitypub.models import Follower, InboxDelivery, Note
from tasks.social.models import SocialAccount

CONTENT_TYPE = "application/activity+json"
CONTEXT: list[Any] = [
    "https://www.w3.org/ns/activitystreams",
    "https://w3id.org/security/v1",
    {"Hashtag": "as:Hashtag", "toot": "http://joinmastodon.org/ns#", "discoverable": "toot:discoverable"},
]
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
Kind = InboxDelivery.Kind


def actor(account: SocialAccount) -> dict[str, Any]:
    """The account as other servers see it. Raises ``AuthFailed`` where it has no key yet."""
    uri = addresses.actor_uri(account)
    return {
        "@context": CONTEXT,
        "id": uri,
        "type": "Service",
        "preferredUsername": account.options.get("handle", ""),
        "name": account.options.get("display_name") or settings.WAGTAIL_SITE_NAME,
        "summary": html(account.options.get("summary", "")),
        "url": f"{settings.WAGTAILADMIN_BASE_URL}/",
        "inbox": addresses.part_uri(account, "inbox"),
        "outbox": addresses.part_uri(account, "outbox"),
        "followers": addresses.part_uri(account, "followers"),
        "following": addresses.part_uri(account, "following"),
        "endpoints": {"sharedInbox": addresses.shared_inbox_uri()},
        "manuallyApprovesFollowers": False,
        "discoverable": True,
        "published": _moment(account.created_at),
        "publicKey": {
            "id": addresses.key_uri(account),
            "owner": uri,
            "publicKeyPem": keys.public_pem(account),
        },
    }


def note(row: Note) -> dict[str, Any]:
    """A post, or the tombstone of one that was withdrawn."""
    uri = addresses.note_uri(row)
    if row.deleted_at:
        return {"@context": CONTEXT, "id": uri, "type": "Tombstone", "deleted": _moment(row.deleted_at)}
    content = html(row.text)
    made: dict[str, Any] = {
        "@context": CONTEXT,
        "id": uri,
        "type": "Note",
        "attributedTo": addresses.actor_uri(row.account),
        "to": [PUBLIC],
        "cc": [addresses.part_uri(row.account, "followers")],
        "content": content,
        "contentMap": {row.language: content},
        "url": row.url,
        "published": _moment(row.published_at),
        "tag": [{"type": "Hashtag", "name": f"#{name}", "href": row.url} for name in row.hashtags],
        "attachment": [_image(row.image)] if row.image else [],
    }
    if row.changed_at:
        made["updated"] = _moment(row.changed_at)
    return made


def activity(kind: str, row: Note, identifier: str) -> dict[str, Any]:
    """What is told of a post: that it is new, changed, or withdrawn."""
    whole = note(row)
    whole.pop("@context")
    return {
        "@context": CONTEXT,
        "id": identifier,
        "type": kind.capitalize(),
        "actor": addresses.actor_uri(row.account),
        "to": [PUBLIC],
        "cc": [addresses.part_uri(row.account, "followers")],
        "published": _moment(row.published_at if kind == Kind.CREATE else timezone.now()),
        "object": whole,
    }


def answer(account: SocialAccount, name: str, follow: Any, identifier: str) -> dict[str, Any]:
    """``Accept`` or ``Reject`` of a follow, which is repeated in it."""
    return {
        "@context": CONTEXT,
        "id": identifier,
        "type": name,
        "actor": addresses.actor_uri(account),
        "object": follow,
    }


def follow_of(follower: Follower) -> dict[str, Any]:
    """The follow that ``follower`` once sent, as far as it is known."""
    return {
        "id": follower.follow_uri,
        "type": "Follow",
        "actor": follower.actor.uri,
        "object": addresses.actor_uri(follower.account),
    }


def profile_changed(account: SocialAccount, identifier: str) -> dict[str, Any]:
    """``Update`` of the account itself."""
    whole = actor(account)
    whole.pop("@context")
    uri = addresses.actor_uri(account)
    return {
        "@context": CONTEXT,
        "id": identifier,
        "type": "Update",
        "actor": uri,
        "to": [PUBLIC],
        "object": whole,
    }


def html(text: str) -> SafeString:
    """Plain text as paragraphs with links; nothing in it is markup."""
    paragraphs = [part.strip() for part in text.split("\n\n") if part.strip()]
    linked = [urlize(escape(part), nofollow=True).replace("\n", "<br>") for part in paragraphs]
    return SafeString("".join(f"<p>{part}</p>" for part in linked))


def _image(image: dict[str, Any]) -> dict[str, Any]:
    kind, _encoding = mimetypes.guess_type(image["url"].partition("?")[0])
    return {
        "type": "Image",
        "mediaType": kind or "image/jpeg",
        "url": image["url"],
        "name": image["alt"],
        "width": image["width"],
        "height": image["height"],
    }


def _moment(moment: Any) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}Z"
