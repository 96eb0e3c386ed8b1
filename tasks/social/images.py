"""Pictures for services: small enough, in a format they take, and without what cameras write into them."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from cms import http
from cms.announceable import Picture
from tasks.social.errors import Rejected, Retryable

WIDEST = 2000
QUALITIES = (88, 80, 70, 55, 40)
LARGEST_SOURCE = 40_000_000
"""Bytes of an original that are read at all."""


@dataclass(frozen=True)
class Jpeg:
    """A picture ready to be uploaded; sizes in pixels."""

    data: bytes
    width: int
    height: int


def jpeg(picture: Picture, *, max_bytes: int, max_pixels: int = WIDEST) -> Jpeg:
    """``picture`` as a JPEG of at most ``max_bytes``, at most ``max_pixels`` wide and high.

    It carries no metadata. Raises ``Rejected`` for what is no picture, ``Retryable`` where it
    cannot be read.
    """
    image = _opened(_source(picture.url))
    for pixels in (max_pixels, max_pixels * 3 // 4, max_pixels // 2, max_pixels // 4):
        image.thumbnail((pixels, pixels))
        for quality in QUALITIES:
            data = _encoded(image, quality)
            if len(data) <= max_bytes:
                return Jpeg(data, image.width, image.height)
    raise Rejected(_("The image cannot be made small enough: %(url)s") % {"url": picture.url})


def name_in_storage(url: str) -> str:
    """The name under which our own storage would have the picture at ``url``; empty where it is elsewhere."""
    path, media = unquote(urlsplit(url).path), urlsplit(settings.MEDIA_URL).path
    return path.removeprefix(media) if path.startswith(media) else ""


def _opened(data: bytes) -> Image.Image:
    try:
        turned = ImageOps.exif_transpose(Image.open(BytesIO(data)))
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise Rejected(_("The image cannot be read.")) from error
    if turned.mode in ("RGBA", "LA", "P"):
        flat = Image.new("RGB", turned.size, "white")
        with_alpha = turned.convert("RGBA")
        flat.paste(with_alpha, mask=with_alpha.getchannel("A"))
        return flat
    return turned.convert("RGB")


def _encoded(image: Image.Image, quality: int) -> bytes:
    file = BytesIO()
    image.save(file, "JPEG", quality=quality, optimize=True, progressive=True)
    return file.getvalue()


def _source(url: str) -> bytes:
    """From our own storage where the picture is there, over HTTP otherwise."""
    name = name_in_storage(url)
    if name and default_storage.exists(name):
        with default_storage.open(name) as file:
            return bytes(file.read(LARGEST_SOURCE))
    return _download(url)


def _download(url: str) -> bytes:
    try:
        with http.client() as client:
            reply = client.get(url)
    except http.ERRORS as error:
        raise Retryable(str(error)) from error
    if not reply.is_success:
        raise Retryable(_("The image does not answer: %(status)s") % {"status": reply.status_code})
    return reply.content[:LARGEST_SOURCE]
