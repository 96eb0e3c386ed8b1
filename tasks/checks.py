"""System checks: settings that cannot work are named when the program starts, not when a mail is due."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from tasks.newsletter import dkim_keys
from tasks.newsletter.providers import known
from tasks.newsletter.returns.mailbox.config import configured_mailbox

LINKEDIN_MONTHS = 10


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
def linkedin_version_is_offered(**_: Any) -> list[CheckMessage]:
    """LinkedIn ends each version of its API about a year after its month."""
    version = settings.ANTENNE_LINKEDIN_VERSION
    if not re.fullmatch("20[0-9]{2}(0[1-9]|1[0-2])", version):
        said = f"ANTENNE_LINKEDIN_VERSION is {version!r}, not a year and month such as 202609"
        return [Error(said, id="antenne.E007")]
    today = timezone.now()
    age = 12 * (today.year - int(version[:4])) + today.month - int(version[4:])
    if age <= LINKEDIN_MONTHS:
        return []
    said = f"ANTENNE_LINKEDIN_VERSION {version} is {age} months old and may end soon: name a newer one"
    return [Warning(said, id="antenne.W007")]


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
