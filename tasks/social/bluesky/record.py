"""A post as a record (lexicon app.bsky.feed.post)."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from tasks.social.bluesky.facets import facets
from tasks.social.values import Rendered, Ticket

COLLECTION = "app.bsky.feed.post"
TAGS = 8
CARD_TITLE = 300
CARD_TEXT = 1000


def record(rendered: Rendered, ticket: Ticket, embed: dict[str, Any]) -> dict[str, Any]:
    """The same for the same post, to the byte: what is sent twice must not become an edit."""
    written = {
        "$type": COLLECTION,
        "text": rendered.text,
        "createdAt": ticket.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
        "langs": [rendered.language],
        "facets": facets(rendered.text),
        "embed": embed,
    }
    return {name: value for name, value in written.items() if value}


def card(rendered: Rendered, thumb: dict[str, Any] | None) -> dict[str, Any]:
    """The preview of the link: the service makes none itself (app.bsky.embed.external)."""
    external: dict[str, Any] = {
        "uri": rendered.url,
        "title": rendered.title[:CARD_TITLE],
        "description": rendered.description[:CARD_TEXT],
    }
    if thumb:
        external["thumb"] = thumb
    return {"$type": "app.bsky.embed.external", "external": external}


def picture(rendered: Rendered, blob: dict[str, Any], width: int, height: int) -> dict[str, Any]:
    """An image in place of the card; a post has one or the other (app.bsky.embed.images)."""
    alt = rendered.image.alt if rendered.image else ""
    image = {"alt": alt, "image": blob, "aspectRatio": {"width": width, "height": height}}
    return {"$type": "app.bsky.embed.images", "images": [image]}
