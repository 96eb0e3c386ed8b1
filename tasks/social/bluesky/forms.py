"""What the channel asks about an account."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from tasks.social.bluesky.api import SERVER
from tasks.social.fields import ChannelForm, PatternField, SecretField, ServerField

HANDLE = r"@?[a-zA-Z0-9][a-zA-Z0-9.:-]{1,252}"


class BlueskyForm(ChannelForm):
    """An app password can be taken back without changing the account's own."""

    secrets = ("app_password",)
    bound_to = ("server", "handle")
    handle = PatternField(
        regex=HANDLE,
        label=_("handle"),
        help_text=_("The account's name with its domain, e.g. jumelage.bsky.social."),
        error_messages={"invalid": _("A handle looks like jumelage.bsky.social.")},
    )
    app_password = SecretField(
        label=_("app password"),
        help_text=_(
            "Made in Bluesky under Settings → Privacy and security → App passwords. Not the account's own."
        ),
    )
    server = ServerField(
        initial=SERVER,
        help_text=_("Where the account lives. https://bsky.social, unless it has a server of its own."),
    )
    picture = forms.BooleanField(
        label=_("image in place of the link card"),
        required=False,
        help_text=_("A post shows either. The card leads to the page when it is pressed."),
    )

    def clean_handle(self) -> str:
        """Without the @ that people write before it."""
        return str(self.cleaned_data["handle"]).removeprefix("@")
