"""E-mail addresses: what is one, and when two are the same."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from email_validator import EmailNotValidError, validate_email

# Control and format characters (among them all that change the direction of writing) can make one
# address look like another.
INVISIBLE = {"Cc", "Cf", "Co", "Cs"}


def normalized(address: str, *, smtputf8: bool = False) -> str:
    """The address as it is written to: trimmed, its domain in ASCII (IDNA 2008).

    Raises ``ValidationError`` for what is no address, and, unless ``smtputf8``, for a local part
    outside ASCII, which most mail servers still refuse (RFC 6531).
    """
    address = address.strip()
    if any(unicodedata.category(char) in INVISIBLE for char in address):
        raise ValidationError(_("This address contains invisible characters."), code="invisible")
    try:
        checked = validate_email(address, check_deliverability=False, allow_smtputf8=smtputf8)
    except EmailNotValidError as error:
        raise ValidationError(_("This is not a valid e-mail address."), code="invalid") from error
    return str(checked.ascii_email or f"{checked.local_part}@{checked.ascii_domain}")


def address_key(address: str) -> str:
    """Equal for addresses that reach the same person: letter case does not matter."""
    return address.casefold()


def domain_of(address: str) -> str:
    """The part after the last “@”."""
    return address.rpartition("@")[2]


def address_hash(key: str) -> str:
    """A keyed hash of an address key: it tells whether an address is known, and never which one.

    The key is ``ANTENNE_HASH_KEY``, which must stay the same for ever.
    """
    secret = settings.ANTENNE_HASH_KEY or settings.SECRET_KEY
    return hmac.new(f"antenne.address:{secret}".encode(), key.encode(), hashlib.sha256).hexdigest()
