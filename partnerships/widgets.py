"""Form fields that cost little to write: a template for every option takes most of a request's time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


class PlainSelect(forms.Select):
    """A select with the same markup as Django's."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> Any:
        """The whole element; choices may be in groups, a list of choices behind each group's name."""
        given = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        chosen = "" if value is None else str(value)
        parts = (
            format_html('<optgroup label="{}">{}</optgroup>', label, _options(inner, chosen))
            if isinstance(inner, list | tuple)
            else _options([(label, inner)], chosen)
            for label, inner in self.choices
        )
        options = format_html_join("", "{}", ((part,) for part in parts))
        return format_html("<select{}>{}</select>", flatatt(given), options)


def _options(choices: Iterable[tuple[Any, Any]], chosen: str) -> SafeString:
    marked = ((value, " selected" if str(value) == chosen else "", label) for value, label in choices)
    return format_html_join("", '<option value="{}"{}>{}</option>', marked)
