"""The channel. A post's key is known before it is sent, so that sending twice makes one post."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tasks.social.bluesky.api import Api
from tasks.social.bluesky.forms import BlueskyForm
from tasks.social.bluesky.record import COLLECTION, card, picture, record
from tasks.social.bluesky.tid import tid
from tasks.social.channel import (
    Capabilities,
    Card,
    Channel,
    Gone,
    Health,
    Limits,
    Published,
    Rejected,
    Rendered,
    Repeat,
    Ticket,
)
from tasks.social.images import jpeg

if TYPE_CHECKING:
    from tasks.social.models import SocialAccount

# The lexicon's own numbers; older servers take a million bytes, so it is made to fit those.
LIMITS = Limits(max_length=300, max_bytes=3000, max_images=1, image_bytes=950_000, alt_length=2000)
PROFILE = "https://bsky.app/profile"


class BlueskyChannel(Channel):
    """Puts a record into the account's repository."""

    slug = "bluesky"
    verbose_name = "Bluesky"
    capabilities = Capabilities(
        edit=True, images=True, alt_text=True, language=True, repeat=Repeat.HARMLESS, card=Card.CLIENT
    )
    account_form = BlueskyForm
    preview_template = "tasks/social/previews/bluesky.html"

    def limits(self, account: SocialAccount) -> Limits:
        """300 graphemes and 3,000 bytes (app.bsky.feed.post)."""
        return LIMITS

    def publish(self, rendered: Rendered, account: SocialAccount, ticket: Ticket) -> Published:
        """putRecord with the post's own key: the same again changes nothing."""
        return self._put(rendered, account, ticket, tid(ticket.at, ticket.key))

    def update(self, account: SocialAccount, remote_id: str, rendered: Rendered, ticket: Ticket) -> Published:
        """The record under the same key; when it was created stays."""
        return self._put(rendered, account, ticket, _key(remote_id))

    def find_existing(self, account: SocialAccount, ticket: Ticket) -> Published | None:
        """getRecord of the key that the post would have."""
        with Api(account) as api:
            try:
                found = api.get(
                    "com.atproto.repo.getRecord",
                    repo=api.did,
                    collection=COLLECTION,
                    rkey=tid(ticket.at, ticket.key),
                )
            except Gone:
                return None
            except Rejected as error:
                if "Could not locate record" in str(error):
                    return None
                raise
        return _published(found)

    def delete(self, account: SocialAccount, remote_id: str) -> None:
        """deleteRecord; a record that is not there is no error to the server."""
        with Api(account) as api:
            body = {"repo": api.did, "collection": COLLECTION, "rkey": _key(remote_id)}
            api.post("com.atproto.repo.deleteRecord", body)

    def probe(self, account: SocialAccount) -> Health:
        """getSession, which needs a token that is still good."""
        with Api(account) as api:
            session = api.get("com.atproto.server.getSession")
        handle = str(session.get("handle", "")) if isinstance(session, dict) else ""
        return Health(name=f"@{handle}", url=f"{PROFILE}/{handle}")

    def _put(self, rendered: Rendered, account: SocialAccount, ticket: Ticket, rkey: str) -> Published:
        with Api(account) as api:
            body = {
                "repo": api.did,
                "collection": COLLECTION,
                "rkey": rkey,
                "record": record(rendered, ticket, _embed(api, rendered, account)),
            }
            return _published(api.post("com.atproto.repo.putRecord", body))


def _embed(api: Api, rendered: Rendered, account: SocialAccount) -> dict[str, Any]:
    if rendered.image is None:
        return card(rendered, None)
    image = jpeg(rendered.image, max_bytes=LIMITS.image_bytes)
    uploaded = api.post("com.atproto.repo.uploadBlob", content=image.data, mime="image/jpeg")
    try:
        blob = uploaded["blob"]
    except (KeyError, TypeError) as error:
        raise Rejected("uploadBlob: no blob") from error
    if account.options.get("picture"):
        return picture(rendered, blob, image.width, image.height)
    return card(rendered, blob)


def _key(remote_id: str) -> str:
    """The last part of an AT URI."""
    return remote_id.rpartition("/")[2]


def _published(answer: Any) -> Published:
    """``at://did/collection/rkey`` and the page where people read it."""
    try:
        uri = str(answer["uri"])
        did, _collection, rkey = uri.removeprefix("at://").split("/")
    except (KeyError, TypeError, ValueError) as error:
        raise Rejected("The server names no post") from error
    return Published(uri, f"{PROFILE}/{did}/post/{rkey}")
