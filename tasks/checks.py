"""System checks: settings that cannot work are named when the program starts, not when a mail is due."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured

from tasks.newsletter import dkim_keys
from tasks.newsletter.providers import known
from tasks.newsletter.returns.mailbox.config import configured_mailbox


@register()
def dkim_keys_can_be_used(**_: Any) -> list[CheckMessage]:
    """One error (tasks.E010) or warning (tasks.W010) per fault of ``ANTENNE_DKIM``."""
    wrong = [
        Error(
            f"ANTENNE_DKIM: {fault}.",
            hint="No mail can be signed, and none is sent, until this is mended. docs/mail.md tells how.",
            id="tasks.E010",
        )
        for fault in dkim_keys.faults()
    ]
    weak = [Warning(f"ANTENNE_DKIM: {weakness}.", id="tasks.W010") for weakness in dkim_keys.weaknesses()]
    return [*wrong, *weak]


@register()
def bounce_mailbox_can_be_used(**_: Any) -> list[CheckMessage]:
    """An error (tasks.E011) where ``ANTENNE_BOUNCE_MAILBOX`` cannot be understood."""
    try:
        configured_mailbox()
    except ImproperlyConfigured as error:
        hint = "No bounce is read from the mailbox until this is mended. docs/mail.md tells how."
        return [Error(f"{error}.", hint=hint, id="tasks.E011")]
    return []


@register()
def provider_can_be_used(**_: Any) -> list[CheckMessage]:
    """One error (tasks.E012) per fault of ``ANTENNE_MAIL_PROVIDER``, and one (tasks.E013) of its reports."""
    missing: list[CheckMessage] = [
        Error(f"{fault}.", hint="No mail is sent until this is mended.", id="tasks.E012")
        for fault in known.faults()
    ]
    provider = known.configured()
    if provider and (fault := known.webhook_fault(provider)):
        hint = f"Bounces and complaints that {provider.title} reports are refused until this is mended."
        missing.append(Error(f"{fault}.", hint=f"{hint} docs/mail.md tells how.", id="tasks.E013"))
    return missing
