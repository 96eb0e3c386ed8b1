"""What these channels ask about an account."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tasks.social.fields import ChannelForm, PatternField, SecretField


class GraphForm(ChannelForm):
    """A number on the service and a token."""

    secrets = ("access_token",)
    bound_to = ("identifier",)
    identifier = PatternField(
        regex=r"[0-9]{3,30}",
        label=_("number on the service"),
        help_text=_("The page's or the account's number, as the service's own settings show it."),
    )
    access_token = SecretField(
        label=_("access token"),
        required=False,
        help_text=_("Leave it empty and press “Connect” after saving, or paste one from the developer site."),
    )
