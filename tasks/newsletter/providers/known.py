"""The providers that we can send through, and what each needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from anymail.backends.base import AnymailBaseBackend, BasePayload
from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Provider:
    """One provider. Most of what it can do is read from django-anymail (``can``)."""

    name: str
    """The name of django-anymail's module."""
    title: str
    payload: str
    webhook: str
    needs: tuple[str, ...]
    """Names in ``ANYMAIL`` without which nothing is sent."""
    signs_with: str = ""
    """Name in ``ANYMAIL`` of the key that its webhooks are signed with; empty where they are not."""
    batch: int = 1
    """Most recipients of one request."""
    slot: str = ""
    """How its text says “the value of this recipient”; empty where texts cannot differ."""
    express: Mapping[str, Any] = field(default_factory=dict)
    """``esp_extra`` of mails that somebody waits for."""
    account_codes: frozenset[int] = frozenset()
    """Error codes in its answers that are about our account, and not about the mail."""

    def backend(self, timeout: Any) -> AnymailBaseBackend:
        """A backend with a connection of its own. Raises ``ImproperlyConfigured``.

        Its address is the operator's setting, never a visitor's or an editor's input, so it does not
        go through ``cms.http``, which keeps such input from reaching private addresses. Redirects are
        not followed: the key would go with them.
        """
        backend = import_string(f"anymail.backends.{self.name}.EmailBackend")(
            ignore_recipient_status=True,
            ignore_unsupported_features=False,
            debug_api_requests=False,
            timeout=timeout,
        )
        backend.open()
        backend.session.max_redirects = 0
        return backend

    def can(self, feature: str) -> bool:
        """Whether django-anymail can tell the provider of ``feature``, such as ``merge_headers``."""
        setter = f"set_{feature}"
        return getattr(import_string(self.payload), setter) is not getattr(BasePayload, setter)

    @property
    def at_once(self) -> int:
        """How many mails one request may carry, each with its own links and headers."""
        able = self.slot and all(map(self.can, ("merge_data", "merge_headers", "merge_metadata")))
        return self.batch if able else 1


NEEDED = ("track_opens", "track_clicks", "metadata", "extra_headers")
"""Without these there is no sending: every mail would be tracked, or could not be unsubscribed from
with one click, or its bounces would be nobody's."""

PROVIDERS = {
    provider.name: provider
    for provider in (
        Provider(
            "mailgun",
            "Mailgun",
            "anymail.backends.mailgun.MailgunPayload",
            "anymail.webhooks.mailgun.MailgunTrackingWebhookView",
            needs=("MAILGUN_API_KEY",),
            signs_with="MAILGUN_WEBHOOK_SIGNING_KEY",
            batch=1000,
            slot="%recipient.{}%",
        ),
        Provider(
            "postmark",
            "Postmark",
            "anymail.backends.postmark.PostmarkPayload",
            "anymail.webhooks.postmark.PostmarkTrackingWebhookView",
            needs=("POSTMARK_SERVER_TOKEN",),
            # Its stream for single mails; campaigns go through POSTMARK_MESSAGE_STREAM.
            express={"MessageStream": "outbound"},
            # Sender not known or not confirmed, no credits left, account pending or closed.
            account_codes=frozenset({10, 400, 401, 405, 412, 413}),
        ),
    )
}
"""Brevo, Mailtrap, Postal, Resend and Scaleway are left out because django-anymail cannot tell them not
to track (``faults`` would say so), the others because nobody has tried them. Most can be a relay."""


def configured() -> Provider | None:
    """The provider of ``ANTENNE_MAIL_PROVIDER``; None where relays send, or the name is not known."""
    return PROVIDERS.get(settings.ANTENNE_MAIL_PROVIDER)


def secret(name: str) -> str:
    """A value of ``ANYMAIL``, which settings read from the variable ``ANYMAIL_<name>``."""
    return str(settings.ANYMAIL.get(name, ""))


def faults() -> list[str]:
    """What is missing before anything can be sent."""
    name = settings.ANTENNE_MAIL_PROVIDER
    if not name:
        return []
    provider = configured()
    if provider is None:
        return [f"ANTENNE_MAIL_PROVIDER must be one of {', '.join(sorted(PROVIDERS))}, not {name!r}"]
    return [f"ANYMAIL_{need} is missing" for need in provider.needs if not secret(need)] + [
        f"{provider.title} cannot do without “{feature}”, which django-anymail does not offer for it"
        for feature in NEEDED
        if not provider.can(feature)
    ]


def webhook_fault(provider: Provider) -> str:
    """What is missing before the provider's reports can be believed; empty where nothing is."""
    if provider.signs_with:
        return "" if secret(provider.signs_with) else f"ANYMAIL_{provider.signs_with} is missing"
    user, colon, password = secret("WEBHOOK_SECRET").partition(":")
    return "" if user and colon and password else "ANYMAIL_WEBHOOK_SECRET must be user:password"
