"""Texts of posts as services show them."""

from __future__ import annotations

import re

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
MARKED = re.compile(r"https?://\S+|(?<![\w&/#])#\w+")


@register.filter
def highlighted(text: str) -> SafeString:
    """``text`` with links and hashtags set off, escaped. They lead nowhere: it is a preview."""
    parts, end = [], 0
    for found in MARKED.finditer(text):
        link = format_html('<span class="post__link">{}</span>', found[0])
        parts += [escape(text[end : found.start()]), link]
        end = found.end()
    return mark_safe("".join([*parts, escape(text[end:])]))  # noqa: S308 -- every part is escaped
