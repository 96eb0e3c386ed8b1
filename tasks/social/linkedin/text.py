"""LinkedIn's “little” text format: what is reserved has to be escaped, used or not."""

from __future__ import annotations

import regex

RESERVED = regex.compile(r"[\\|{}\[\]()<>@*_~]")
TAG = regex.compile(r"(?<![\p{L}\p{N}_#&/])#([\p{L}\p{M}\p{N}_]+)")


def little(text: str) -> str:
    """``text`` as ``commentary``: a hashtag stays one, any other # is escaped."""
    tags = {found.start() for found in TAG.finditer(text)}
    return "".join(_escaped(sign, place in tags) for place, sign in enumerate(text))


def _escaped(sign: str, is_tag: bool) -> str:
    if sign == "#":
        return sign if is_tag else "\\#"
    return f"\\{sign}" if RESERVED.match(sign) else sign
