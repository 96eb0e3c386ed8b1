"""What the channel asks about an account."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tasks.social.fields import ChannelForm, PatternField, SecretField


class LinkedInForm(ChannelForm):
    """The page or person that posts, and a token."""

    secrets = ("access_token",)
    bound_to = ("author",)
    author = PatternField(
        regex=r"urn:li:(organization|person):[A-Za-z0-9_-]{3,40}",
        label=_("page or person"),
        help_text=_("For example urn:li:organization:12345678. The number stands in the page's address."),
        error_messages={"invalid": _("It looks like urn:li:organization:12345678.")},
    )
    access_token = SecretField(
        label=_("access token"),
        required=False,
        help_text=_("Leave it empty and press “Connect” after saving, or paste one from the developer site."),
    )
