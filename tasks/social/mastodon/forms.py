"""What the channel asks about an account."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from tasks.social.fields import ChannelForm, SecretField, ServerField

VISIBILITIES = (
    ("public", _("public")),
    ("unlisted", _("unlisted: not in the server's own timelines")),
    ("private", _("followers only")),
)


class MastodonForm(ChannelForm):
    """The server, and a token where the account is not connected by OAuth."""

    secrets = ("access_token",)
    server = ServerField()
    access_token = SecretField(
        label=_("access token"),
        required=False,
        help_text=_(
            "Leave it empty and press “Connect” after saving, or paste one from the server's settings."
        ),
    )
    visibility = forms.ChoiceField(
        label=_("visibility"), choices=VISIBILITIES, initial="public", help_text=_("Who sees the posts.")
    )
    needs_image = forms.BooleanField(
        label=_("takes no post without an image"),
        required=False,
        help_text=_("For Pixelfed. Pages without an image are then not posted here."),
    )
