"""Model fields of the core."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.db import models


class LanguagesField(models.JSONField):
    """A list of the site's language codes, chosen with checkboxes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"default": list, "blank": True, **kwargs})

    def formfield(self, **kwargs: Any) -> Any:
        """Checkboxes instead of a text area with JSON."""
        return forms.MultipleChoiceField(
            choices=settings.LANGUAGES,
            widget=forms.CheckboxSelectMultiple,
            required=not self.blank,
            label=kwargs.get("label", self.verbose_name),
            help_text=kwargs.get("help_text", self.help_text),
        )
