"""What the channel asks about an endpoint."""

from __future__ import annotations

import base64
import binascii
import secrets
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tasks.social.fields import ChannelForm, SecretField, ServerField

PREFIX = "whsec_"
BOTH_HOLD = timedelta(days=1)
"""After a change of the secret, calls are signed with both for so long."""


def new_secret() -> str:
    """32 random bytes, written as the specification has it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


class WebhookForm(ChannelForm):
    """The endpoint's address, and the secret that both sides know."""

    secrets = ("signing_secret",)
    server = ServerField(
        label=_("address"), help_text=_("Where the calls go, e.g. https://example.org/hooks/antenne.")
    )
    signing_secret = SecretField(
        label=_("signing secret"),
        help_text=_("The other side checks the signature with it. Copy it now: it is not shown again."),
    )
    every_change = forms.BooleanField(
        label=_("every change of a page"),
        required=False,
        help_text=_(
            "Also calls when any public page is published, changed, moved, unpublished or deleted: for "
            "rebuilding a front end of your own."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.initial.get("server"):
            self.fields["signing_secret"].widget = forms.TextInput(attrs={"autocomplete": "off"})
            self.fields["signing_secret"].initial = new_secret()

    def clean_signing_secret(self) -> str:
        """24 to 64 bytes, as the specification asks."""
        typed = str(self.cleaned_data["signing_secret"])
        if typed and not _is_secret(typed):
            raise ValidationError(_("A secret begins with whsec_, followed by 24 to 64 bytes in Base64."))
        return typed

    @staticmethod
    def merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
        """The new secret, and for a day the old one beside it."""
        if not new or not old.get("signing_secret") or new == {"signing_secret": old["signing_secret"]}:
            return {**old, **new}
        until = (timezone.now() + BOTH_HOLD).isoformat()
        return {**new, "old_secret": old["signing_secret"], "old_until": until}


def _is_secret(text: str) -> bool:
    try:
        raw = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        return False
    return text.startswith(PREFIX) and 24 <= len(raw) <= 64
