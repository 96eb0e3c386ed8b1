"""Several fixed keys in one column."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


class KeysField(models.JSONField):
    """A list of keys of ``options``, chosen by ticking boxes. Empty means: not known."""

    def __init__(self, *args: Any, options: type[models.TextChoices] | None = None, **kwargs: Any) -> None:
        self.options = options
        super().__init__(*args, **{"default": list, "blank": True, **kwargs})

    def formfield(self, **kwargs: Any) -> Any:
        """Boxes."""
        return forms.MultipleChoiceField(
            choices=self.options.choices if self.options else [],
            required=False,
            label=kwargs.get("label", self.verbose_name),
            help_text=kwargs.get("help_text", self.help_text),
            widget=forms.CheckboxSelectMultiple,
        )

    def validate(self, value: Any, model_instance: Any) -> None:
        """Refuse what is no list of known keys, and name it."""
        super().validate(value, model_instance)
        known = self.options.values if self.options else []
        unknown = [key for key in value if key not in known] if isinstance(value, list) else [value]
        if unknown:
            raise ValidationError(
                _("“%(key)s” is not one of: %(known)s.") % {"key": unknown[0], "known": ", ".join(known)}
            )
