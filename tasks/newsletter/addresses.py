"""E-mail addresses: what is one, and when two are the same."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from email_validator import EmailNotValidError, validate_email


def normalized(address: str) -> str:
    """The address as it is written to: trimmed, its domain in ASCII (IDNA 2008).

    Raises ``ValidationError`` for what is no address, and for a local part outside ASCII, which
    most mail servers still refuse (RFC 6531).
    """
    try:
        checked = validate_email(address.strip(), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise ValidationError(_("This is not a valid e-mail address.")) from error
    return str(checked.ascii_email)


def address_key(address: str) -> str:
    """Equal for addresses that reach the same person: letter case does not matter."""
    return address.casefold()
