"""Images with their alternative text (docs.joinmastodon.org/methods/media)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from cms.announceable import Picture
from tasks.social.errors import Unknown
from tasks.social.images import jpeg
from tasks.social.mastodon import api

if TYPE_CHECKING:
    from tasks.social.models import SocialAccount

READY, PROCESSING = 200, 206
WAIT = 3.0
"""Seconds after which an image that is still worked on is asked for again."""
LARGEST = 8_000_000


def upload(account: SocialAccount, picture: Picture, image_bytes: int) -> tuple[str, bool]:
    """The id of the uploaded image, and whether it may be attached already.

    Some servers know only the older way (v1), which answers when it is done.
    """
    image = jpeg(picture, max_bytes=min(image_bytes or LARGEST, LARGEST))
    request: dict[str, Any] = {
        "files": {"file": ("image.jpg", image.data, "image/jpeg")},
        "data": {"description": picture.alt},
    }
    reply = api.send(account, "POST", "/api/v2/media", **request)
    if reply.status_code in (404, 405, 302):
        reply = api.send(account, "POST", "/api/v1/media", **request)
    if not reply.is_success:
        raise api.meaning(reply)
    return str(_id(api.json_of(reply))), reply.status_code == READY


def is_ready(account: SocialAccount, media: str) -> bool:
    """Whether the image may be attached. One that is not there counts: posting then says why."""
    return api.send(account, "GET", f"/api/v1/media/{quote(media, safe='')}").status_code != PROCESSING


def _id(answer: Any) -> Any:
    try:
        return answer["id"]
    except (KeyError, TypeError) as error:
        raise Unknown("media: no id") from error
