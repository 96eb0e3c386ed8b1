"""Choosing the readers of an issue."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cms.plugins import registry
from tasks.newsletter.topics import topic_choices

SUGGESTED = 5


class TopicsField(models.JSONField):
    """A list of topics, chosen with checkboxes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"default": list, "blank": True, **kwargs})

    def formfield(self, **kwargs: Any) -> Any:
        """Checkboxes instead of a text area with JSON."""
        return forms.MultipleChoiceField(
            choices=topic_choices,
            widget=forms.CheckboxSelectMultiple,
            required=False,
            label=kwargs.get("label", self.verbose_name),
            help_text=kwargs.get("help_text", self.help_text),
        )


class SubjectsField(models.JSONField):
    """A list of keys of what readers follow, typed by name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"default": list, "blank": True, **kwargs})

    def formfield(self, **kwargs: Any) -> Any:
        """One name a line: a list of tens of thousands to choose from would be no help."""
        return SubjectsFormField(
            required=False,
            label=kwargs.get("label", self.verbose_name),
            help_text=kwargs.get("help_text", self.help_text),
        )


class SubjectsFormField(forms.CharField):
    """Names, one a line; the value is a list of keys. A wrong name is answered with similar ones."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value: Any) -> Any:
        """Keys as names; a key that nothing declares any more stays as it is."""
        if not isinstance(value, list) or not value:
            return value if isinstance(value, str) else ""
        labels = dict(registry().subjects(get_language() or "de"))
        return "\n".join(str(labels.get(key, key)) for key in value)

    def to_python(self, value: Any) -> Any:
        """The keys of the names, each once."""
        if isinstance(value, list):
            return value
        lines = [line.strip() for line in (value or "").splitlines() if line.strip()]
        if not lines:
            return []
        subjects = registry().subjects(get_language() or "de")
        known = {label.casefold(): key for key, label in reversed(subjects)} | {
            key: key for key, _l in subjects
        }
        return list(dict.fromkeys(_key(line, known, subjects) for line in lines))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare keys, not the way they are written."""
        try:
            return bool((initial or []) != self.to_python(data))
        except ValidationError:
            return True


def _key(line: str, known: dict[str, str], subjects: list[tuple[str, str]]) -> str:
    found = known.get(line) or known.get(line.casefold())
    if found:
        return found
    similar = [label for _k, label in subjects if line.casefold() in label.casefold()][:SUGGESTED]
    if similar:
        words = _("“%(line)s” is not exactly one name. Do you mean: %(similar)s?")
        raise ValidationError(words % {"line": line, "similar": "; ".join(similar)})
    raise ValidationError(_("There is nothing called “%(line)s”.") % {"line": line})
