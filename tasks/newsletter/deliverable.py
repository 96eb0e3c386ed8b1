"""Which addresses our own mail servers can write to."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tasks.newsletter.addresses import normalized
from tasks.newsletter.models import MailRelay


def deliverable(address: str) -> str:
    """The normalized address. Raises ``ValidationError`` where no relay could send to it.

    A local part outside ASCII needs SMTPUTF8 (RFC 6531) of every relay, as any may get the mail.
    """
    local = address.strip().rpartition("@")[0]
    if local.isascii():
        return normalized(address)
    full = normalized(address, smtputf8=True)
    if not takes_smtputf8():
        raise ValidationError(
            _(
                "Our mail server cannot write to letters such as “ö” before the “@”. "
                "Please use another address."
            ),
            code="smtputf8",
        )
    return full


def takes_smtputf8() -> bool:
    """Whether every relay offered SMTPUTF8 when it was last used; of providers nobody can know."""
    if settings.ANTENNE_MAIL_PROVIDER:
        return False
    offers = set(MailRelay.objects.values_list("smtputf8", flat=True))
    return offers == {True}
