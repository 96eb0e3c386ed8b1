"""Images as plain values, for mails, feeds, OpenGraph and the API."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

from cms.announceable import Picture

READING = "width-1200"


def picture(image: Any, base_url: str, spec: str = READING) -> Picture | None:
    """``image`` in a rendition for reading with an absolute address; None without an image.

    The alternative text is the one given where the image is used, else the image's description.
    """
    if image is None:
        return None
    made = image.get_rendition(spec)
    alt = getattr(image, "contextual_alt_text", None)
    if alt is None:
        alt = image.description
    return Picture(urljoin(base_url, made.url), alt, made.width, made.height)


def rendition(image: Any, base_url: str) -> dict[str, Any]:
    """The same as JSON values."""
    made = picture(image, base_url)
    assert made is not None  # noqa: S101 -- an image is given
    return {"url": made.url, "alt": made.alt, "width": made.width, "height": made.height}
