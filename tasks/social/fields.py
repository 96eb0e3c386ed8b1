"""What a channel asks about an account."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class ChannelForm(forms.Form):
    """The fields of one kind of account; without any, the channel needs to know nothing.

    Those named in ``secrets`` are kept encrypted in ``account.credentials`` and never shown; a field
    named ``server`` goes to ``account.server``; all others go to ``account.options``.
    ``bound_to`` are the fields that a secret must not outlive: it is never sent anywhere else.
    """

    secrets: ClassVar[tuple[str, ...]] = ()
    bound_to: ClassVar[tuple[str, ...]] = ("server",)

    @staticmethod
    def merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
        """The credentials once secrets were typed anew."""
        return {**old, **new}


class ServerField(forms.URLField):
    """The address of a server: https, except where private addresses are allowed."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("server"))
        kwargs.setdefault("help_text", _("The service's address, e.g. https://mastodon.example."))
        super().__init__(assume_scheme="https", **kwargs)

    def clean(self, value: Any) -> str:
        """Without a slash at its end."""
        address: str = super().clean(value).rstrip("/")
        if address and not address.startswith("https://") and not settings.ANTENNE_HTTP_ALLOW_PRIVATE:
            raise ValidationError(_("The address must begin with https://."))
        return address


class SecretField(forms.CharField):
    """A password or token: kept where nothing is typed, never shown."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.PasswordInput(attrs={"autocomplete": "off"}))
        kwargs.setdefault("help_text", _("From the service's settings. Kept encrypted and never shown."))
        super().__init__(**kwargs)


class PatternField(forms.RegexField):
    """A text that matches as a whole: Django itself looks for the pattern anywhere in it."""

    def __init__(self, regex: str, **kwargs: Any) -> None:
        super().__init__(regex=rf"\A(?:{regex})\Z", **kwargs)


class TokenForm(ChannelForm):
    """An access token of one server."""

    secrets = ("access_token",)
    server = ServerField()
    access_token = SecretField(label=_("access token"))
