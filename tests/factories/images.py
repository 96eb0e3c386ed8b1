"""Images as editors upload them."""

from __future__ import annotations

from typing import Any

from wagtail.images.models import Filter
from wagtail_factories import ImageFactory

from cms.pictures import READING


def image(*specs: str, **fields: Any) -> Any:
    """An image whose renditions are there: Wagtail itself leaves the files open that it makes them in."""
    made = ImageFactory(**fields)
    for spec in (READING, *specs):
        kind = Filter(spec=spec)
        with made.generate_rendition_file(kind) as file:
            made.renditions.create(filter_spec=spec, focal_point_key=kind.get_cache_key(made), file=file)
    return made
