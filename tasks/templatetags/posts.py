"""Texts of posts as services show them."""

from __future__ import annotations

import json
import re
from typing import Any

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from tasks.social.values import Rendered

register = template.Library()
MARKED = re.compile(r"https?://\S+|(?<![\w&/#])#\w+")


@register.filter
def highlighted(text: str) -> SafeString:
    """``text`` with links and hashtags set off, escaped. They lead nowhere: it is a preview."""
    parts, end = [], 0
    for found in MARKED.finditer(text):
        parts += [
            escape(text[end : found.start()]),
            format_html('<span class="post__link">{}</span>', found[0]),
        ]
        end = found.end()
    return mark_safe("".join([*parts, escape(text[end:])]))  # noqa: S308 -- every part is escaped


@register.filter
def as_json(rendered: Rendered) -> str:
    """What a machine on the other side reads, in lines."""
    image = rendered.image
    data: dict[str, Any] = {
        "text": rendered.text,
        "language": rendered.language,
        "url": rendered.url,
        "title": rendered.title,
        "description": rendered.description,
        "hashtags": list(rendered.hashtags),
        "image": {"url": image.url, "alt": image.alt} if image else None,
    }
    return json.dumps(dict(rendered.extra) or data, indent=2, ensure_ascii=False, default=str)
