"""A label and its value in a line, with the colon as the language sets it."""

from __future__ import annotations

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.translation import gettext as _

register = template.Library()


@register.simple_tag(takes_context=True)
def labelled(context: Context, label: str, value: str) -> str:
    """“Label: value”; in French there is a space before the colon. Escaped where the template is."""
    pattern = _("{label}: {value}")
    if context.autoescape:
        return format_html(pattern, label=label, value=value)
    return pattern.format(label=label, value=value)
