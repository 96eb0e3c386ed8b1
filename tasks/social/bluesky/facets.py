"""Links and hashtags of a text: places in it, counted in bytes of UTF-8 (app.bsky.richtext.facet)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import regex

LINK = regex.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)\]}'’”»]")
TAG = regex.compile(r"(?<![\p{L}\p{N}_#&/])#((?=[\p{N}_]*\p{L})[\p{L}\p{M}\p{N}_]{1,64})")


def facets(text: str) -> list[dict[str, Any]]:
    """All links and hashtags of ``text``, in order; a hashtag within a link is part of the link."""
    links = [(*found.span(), _link(found[0])) for found in LINK.finditer(text)]
    tags = [(*found.span(), _tag(found[1])) for found in TAG.finditer(text)]
    free = [tag for tag in tags if not any(start < tag[1] and tag[0] < end for start, end, _ in links)]
    return list(_in_bytes(text, sorted(links + free, key=lambda place: place[0])))


def _in_bytes(text: str, places: list[tuple[int, int, dict[str, str]]]) -> Iterator[dict[str, Any]]:
    for start, end, feature in places:
        first = len(text[:start].encode())
        index = {"byteStart": first, "byteEnd": first + len(text[start:end].encode())}
        yield {"index": index, "features": [feature]}


def _link(uri: str) -> dict[str, str]:
    return {"$type": "app.bsky.richtext.facet#link", "uri": uri}


def _tag(tag: str) -> dict[str, str]:
    return {"$type": "app.bsky.richtext.facet#tag", "tag": tag}
