"""An issue's blocks as plain values: web page, mail and text are made from the same ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from wagtail.models import Page

from cms.announceable import Picture
from cms.dates import event_period
from cms.models.event import EventMixin
from cms.pictures import picture
from cms.text import absolute_html, well_formed

MAIL_IMAGE = "width-1100"
"""Twice the width of a mail's column, for fine screens."""


@dataclass(frozen=True)
class Piece:
    """One block; what does not belong to its kind stays empty."""

    kind: str
    title: str = ""
    text: str = ""
    html: str = ""
    url: str = ""
    when: str = ""
    place: str = ""
    language: str = ""
    image: Picture | None = None


def pieces_of(stream: Any, base_url: str, language: str) -> list[Piece]:
    """The blocks of ``stream`` in order, without those whose page visitors may not see."""
    pages = shown_pages(stream)
    found: list[Piece] = []
    for child in stream:
        found += MAKERS[child.block_type](child.value, Source(pages, base_url, language))
    return found


@dataclass(frozen=True)
class Source:
    """What blocks refer to: the live public pages by key, the address of the site, the language."""

    pages: dict[int, Any]
    base_url: str
    language: str

    def page(self, chosen: Page | None) -> Any:
        """The page itself where visitors may see it."""
        return self.pages.get(chosen.pk) if chosen else None


def shown_pages(stream: Any) -> dict[int, Any]:
    """The live public pages that ``stream`` refers to, in a fixed number of queries per type."""
    structs = (child.value for child in stream if child.block_type in ("teaser", "event", "button"))
    keys = {value["page"].pk for value in structs if value.get("page")}
    shown = Page.objects.live().public().filter(pk__in=keys).select_related("locale").specific()
    return {page.pk: page for page in shown if page.full_url}


def _heading(value: str, source: Source) -> Iterator[Piece]:
    yield Piece("heading", title=value)


def _text(value: Any, source: Source) -> Iterator[Piece]:
    if html := absolute_html(value.source, source.base_url):
        yield Piece("text", html=well_formed(html))


def _teaser(value: Any, source: Source) -> Iterator[Piece]:
    if (page := source.page(value["page"])) is None:
        return
    image = getattr(page, "image", None) if value["with_image"] else None
    yield Piece(
        "teaser",
        title=value["title"] or page.title,
        text=value["text"] or getattr(page, "lead", ""),
        url=page.full_url,
        language=str(page.locale.language_code),
        image=picture(image, source.base_url, MAIL_IMAGE),
    )


def _event(value: Any, source: Source) -> Iterator[Piece]:
    page = source.page(value["page"])
    if page is None and (value["page"] or not value["title"]):
        return
    dated = isinstance(page, EventMixin)
    place = ", ".join(part for part in (page.venue_name, page.venue_address) if part) if dated else ""
    yield Piece(
        "event",
        title=value["title"] or page.title,
        when=value["when"] or (event_period(page, source.language) if dated else ""),
        place=value["place"] or place,
        url=value["url"] or (page.full_url if page else ""),
        language=source.language,
    )


def _picture(value: Any, source: Source) -> Iterator[Piece]:
    yield Piece("picture", image=picture(value, source.base_url, MAIL_IMAGE))


def _button(value: Any, source: Source) -> Iterator[Piece]:
    page = source.page(value["page"])
    if url := value["url"] or (page.full_url if page else ""):
        yield Piece("button", title=value["label"], url=url)


def _divider(value: Any, source: Source) -> Iterator[Piece]:
    yield Piece("divider")


MAKERS: dict[str, Callable[[Any, Source], Iterator[Piece]]] = {
    "heading": _heading,
    "text": _text,
    "teaser": _teaser,
    "event": _event,
    "picture": _picture,
    "button": _button,
    "divider": _divider,
}
