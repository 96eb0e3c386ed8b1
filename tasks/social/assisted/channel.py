"""The channel: its posts wait, ready to be copied, until somebody says that they are posted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from tasks.social.channel import (
    Capabilities,
    Channel,
    ChannelForm,
    Limits,
    Pending,
    Published,
    Rejected,
    Rendered,
    Repeat,
    Ticket,
)

if TYPE_CHECKING:
    from tasks.social.models import SocialAccount

LONGEST = 4096


class AssistedForm(ChannelForm):
    """Where it is to be posted."""

    place = forms.CharField(
        label=_("place"), max_length=80, help_text=_("For example: WhatsApp channel of the association.")
    )
    max_length = forms.IntegerField(
        label=_("characters at most"),
        initial=LONGEST,
        min_value=80,
        max_value=20_000,
        help_text=_("What the place takes. The lead is shortened to it."),
    )


class AssistedChannel(Channel):
    """Never sends anything by itself."""

    slug = "assisted"
    verbose_name = _("By hand (WhatsApp, groups)")  # type: ignore[assignment]
    icon = "clipboard-list"
    capabilities = Capabilities(delete=False, images=True, alt_text=True, by_hand=True, repeat=Repeat.BLIND)
    account_form = AssistedForm
    preview_template = "tasks/social/previews/assisted.html"

    def limits(self, account: SocialAccount) -> Limits:
        """As the account says."""
        return Limits(max_length=int(account.options.get("max_length") or LONGEST), max_images=1)

    def publish(self, rendered: Rendered, account: SocialAccount, ticket: Ticket) -> Pending:
        """It waits for a person."""
        return Pending({"by_hand": True}, None)

    def check(self, account: SocialAccount, ticket: Ticket) -> Pending:
        """It still does."""
        return Pending(ticket.state, None)

    def find_existing(self, account: SocialAccount, ticket: Ticket) -> Published | None:
        """Only the person knows."""
        return None

    def delete(self, account: SocialAccount, remote_id: str) -> None:
        """Only the person can."""
        raise Rejected(str(_("This service cannot delete posts: it has to be done there by hand.")))
