"""The form of a social media account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from cms.plugins import registry


class SocialAccountForm(WagtailAdminModelForm):
    """Never shows the access token, and keeps it where none is typed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["access_token"]
        field.widget = forms.PasswordInput(attrs={"autocomplete": "off"})
        if self.instance.access_token:
            field.help_text = _("A token is stored. Type a new one only to replace it.")

    def clean_access_token(self) -> str:
        """What was typed, or what is stored, which must never go to another server than its own."""
        typed: str = self.cleaned_data["access_token"]
        if typed or not self.instance.access_token:
            return typed
        if not {"server", "channel"}.intersection(self.changed_data):
            stored: str = self.instance.access_token
            return stored
        kind = registry().channels().get(self.data.get(self.add_prefix("channel"), ""))
        if kind and not kind.needs_token:
            return ""
        raise ValidationError(_("Server or channel has changed: type the access token again."))
