"""Template tags of the bundled front end."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django import template
from django.template import Context
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from cms import versions
from cms.dates import day_in_words as day_text
from cms.dates import event_period

register = template.Library()
ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@register.simple_tag(takes_context=True)
def language_versions(context: Context) -> list[versions.Version]:
    """What the language switch offers for this page or view."""
    return versions.switch(context["request"], context["frame"], context.get("page"))


@register.simple_tag(takes_context=True)
def alternates(context: Context) -> list[tuple[str, str]]:
    """(hreflang, absolute URL) of all live versions of this page, x-default last."""
    return versions.alternates(context["request"], context["frame"], context.get("page"))


@register.simple_tag
def event_when(event: Any) -> str:
    """When an event takes place, in the active language."""
    return event_period(event, get_language() or "en")


@register.filter
def day_in_words(day: date) -> str:
    """A day with its weekday, in the active language."""
    return day_text(day, get_language() or "en")


@register.simple_tag(takes_context=True)
def menu(context: Context) -> list[dict[str, Any]]:
    """The menu's entries; ``current`` is "page" for the page itself, "true" for one above it."""
    here = getattr(context.get("page"), "url_path", "") or ""
    return [
        {"title": entry.title, "url": url, "current": _current(entry.url_path, here)}
        for entry, url in context["frame"].menu
    ]


def _current(entry: str, here: str) -> str:
    if here == entry:
        return "page"
    return "true" if here.startswith(entry) else ""


@register.filter
def json_ld(data: dict[str, Any]) -> SafeString:
    """``data`` for a script element of the type application/ld+json, safe against ``</script>``."""
    return mark_safe(json.dumps(data, ensure_ascii=False).translate(ESCAPES))  # noqa: S308 -- escaped
