"""The photo as the service takes it: JPEG, between 4:5 and 1.91:1, 320 to 1,440 pixels wide, at most 8 MB.

(…/instagram-platform/instagram-graph-api/reference/ig-user/media, “Image Specifications”)
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

from django.utils.translation import gettext as _
from wagtail.images import get_image_model
from wagtail.images.exceptions import InvalidFilterSpecError

from cms.announceable import Picture
from tasks.social.errors import Rejected
from tasks.social.images import name_in_storage

TALLEST, WIDEST = 4 / 5, 1.91
WHOLE, TALL, WIDE = "whole", "tall", "wide"
SIZES = {WHOLE: "max-1440x1800", TALL: "fill-1080x1350", WIDE: "fill-1440x754"}
SQUARE = "fill-1080x1080"
AS_JPEG = "|format-jpeg|jpegquality-85"
JPEG = (".jpg", ".jpeg")


def shape(picture: Picture) -> str:
    """How much of it is shown: all, or what is around its focal point where it is too tall or too wide."""
    if _is_within(picture.width, picture.height):
        return WHOLE
    return TALL if picture.width < picture.height else WIDE


def is_possible(picture: Picture) -> bool:
    """Whether there is, or can be made, what the service takes. Looks at the address alone."""
    is_fit = picture.url.lower().endswith(JPEG) and shape(picture) == WHOLE
    return is_fit or bool(name_in_storage(picture.url))


def address(picture: Picture) -> str:
    """Where the service can fetch it: a rendition of the same image, else the picture itself.

    Raises ``Rejected`` for what cannot be brought into that form.
    """
    image = _image_of(picture)
    if image is None:
        if picture.url.lower().endswith(JPEG) and shape(picture) == WHOLE:
            return picture.url
        raise Rejected(cannot())
    try:
        return urljoin(picture.url, str(_rendition(image, picture).url))
    except (OSError, InvalidFilterSpecError) as error:
        raise Rejected(_("The image cannot be read.")) from error


def _rendition(image: Any, picture: Picture) -> Any:
    """The first of the sizes in question that is really within the limits: rounding may lead out of them."""
    cut = TALL if picture.width < picture.height else WIDE
    for size in (SIZES[shape(picture)], SIZES[cut], SQUARE):
        made = image.get_rendition(size + AS_JPEG)
        if _is_within(made.width, made.height):
            break
    return made


def _is_within(width: int, height: int) -> bool:
    """Whether the service takes these proportions."""
    return height * TALLEST <= width <= height * WIDEST


def cannot() -> str:
    """Why a picture of somewhere else is refused."""
    return _("This service takes JPEG pictures between 4:5 and 1.91:1 only.")


def _image_of(picture: Picture) -> Any:
    name = name_in_storage(picture.url)
    renditions: Any = get_image_model().get_rendition_model().objects
    found = renditions.filter(file=name).select_related("image").first() if name else None
    return found.image if found else None
