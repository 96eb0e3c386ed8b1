"""The two forms of an account: what all have, and what the channel asks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from tasks.social.channel import Channel
from tasks.social.fields import ChannelForm
from tasks.social.models import SocialAccount

NEW = {"min_gap": 5}
"""Other than the model's own defaults: a new account is careful."""


class AccountForm(forms.ModelForm[SocialAccount]):
    """What every account has; without what its channel cannot do."""

    class Meta:
        model = SocialAccount
        fields = (
            *("name", "language", "template", "with_image", "by_default", "min_gap", "daily_cap"),
            *("withdraw", "when_changed", "active"),
        )
        widgets = {"template": forms.Textarea(attrs={"rows": 6})}

    def __init__(self, channel: Channel, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        can = channel.capabilities
        for name, possible in (
            ("with_image", can.images),
            ("withdraw", can.delete),
            ("when_changed", can.edit),
        ):
            if not possible:
                del self.fields[name]


def channel_form(channel: Channel, account: SocialAccount, data: Any = None) -> forms.Form:
    """What the channel asks, with what is known; secrets are never shown."""
    known = {**account.options, "server": account.server} if account.pk else {}
    form = channel.account_form(data, prefix="channel", initial={k: v for k, v in known.items() if v != ""})
    for name in secrets_of(channel):
        field = form.fields[name]
        if account.credentials.get(name):
            field.required = False
            field.help_text = _("It is stored. Type a new one only to replace it.")
        elif channel.capabilities.oauth:
            field.required = False
    return form


def secrets_of(channel: Channel) -> tuple[str, ...]:
    """Names of the fields that are kept encrypted."""
    return tuple(getattr(channel.account_form, "secrets", ChannelForm.secrets))


def is_valid(form: forms.Form, channel: Channel, account: SocialAccount) -> bool:
    """Valid, and no stored secret would go to another server than the one it was typed for."""
    if not form.is_valid():
        return False
    moved = account.pk and is_moved(form, channel)
    for name in secrets_of(channel):
        if moved and account.credentials.get(name) and not form.cleaned_data.get(name):
            form.add_error(name, _("The server has changed: type this again."))
    return not form.errors


def is_moved(form: forms.Form, channel: Channel) -> bool:
    """Whether what the secrets are bound to has changed."""
    bound_to = getattr(channel.account_form, "bound_to", ChannelForm.bound_to)
    return any(name in form.changed_data for name in bound_to)


def apply(form: forms.Form, channel: Channel, account: SocialAccount) -> None:
    """Put what was typed where it belongs. A new secret or server ends what was kept of the old one."""
    secrets, typed = secrets_of(channel), form.cleaned_data
    new = {name: typed[name] for name in secrets if typed.get(name)}
    server = typed.get("server", account.server)
    if new or server != account.server:
        account.session, account.trouble, account.probed_at, account.expires_at = {}, "", None, None
    account.server = server
    moved = account.pk is not None and is_moved(form, channel)
    if new or moved:
        merged = getattr(channel.account_form, "merged", ChannelForm.merged)
        # What connecting has gained (a client's secret, a token) goes to no other server either.
        account.credentials = merged({} if moved else account.credentials, new)
    account.options = {k: v for k, v in typed.items() if k not in (*secrets, "server")}
