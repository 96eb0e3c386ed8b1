"""E-mail addresses: what is one, and when two are the same."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from email_validator import EmailNotValidError, EmailSyntaxError, validate_email
from email_validator.rfc_constants import CASE_INSENSITIVE_MAILBOX_NAMES, DOT_ATOM_TEXT, EMAIL_MAX_LENGTH

from tasks.newsletter.keyed import keyed

# Control and format characters (among them all that change the direction of writing) can make one
# address look like another.
INVISIBLE = {"Cc", "Cf", "Co", "Cs"}
DOMAINS_REMEMBERED = 32_768


def normalized(address: str, *, smtputf8: bool = False) -> str:
    """The address as it is written to: trimmed, its domain in ASCII (IDNA 2008).

    Raises ``ValidationError`` for what is no address, and, unless ``smtputf8``, for a local part
    outside ASCII, which most mail servers still refuse (RFC 6531).
    """
    address = address.strip()
    if not address.isprintable() and any(unicodedata.category(char) in INVISIBLE for char in address):
        raise ValidationError(_("This address contains invisible characters."), code="invisible")
    try:
        return _usual(address) or _any(address, smtputf8)
    except EmailNotValidError as error:
        raise ValidationError(_("This is not a valid e-mail address."), code="invalid") from error


def _any(address: str, smtputf8: bool) -> str:
    checked = validate_email(address, check_deliverability=False, allow_smtputf8=smtputf8)
    return str(checked.ascii_email or f"{checked.local_part}@{checked.ascii_domain}")


def _usual(address: str) -> str | None:
    """What ``_any`` says, ten times as fast; None for an address that is not plain ASCII.

    Without quotation marks and outside of Unicode the two halves have nothing to do with each other
    but for their length, and most addresses in a long list share their domain with others.
    """
    local, _at, domain = address.partition("@")
    if not address.isascii() or not DOT_ATOM_TEXT.match(local):
        return None
    written, length = _domain(domain)
    if len(local) + length > EMAIL_MAX_LENGTH:
        raise EmailSyntaxError("The address is too long.")
    return f"{local.lower() if local.lower() in CASE_INSENSITIVE_MAILBOX_NAMES else local}@{written}"


@lru_cache(maxsize=DOMAINS_REMEMBERED)
def _domain(domain: str) -> tuple[str, int]:
    """A domain in ASCII, and how long the longest of its forms is with the “@”, in bytes."""
    checked = validate_email(f"x@{domain}", check_deliverability=False)
    forms = (domain, checked.domain, checked.ascii_domain)
    return str(checked.ascii_domain), 1 + max(len(form.encode()) for form in forms)


def address_key(address: str) -> str:
    """Equal for addresses that reach the same person: letter case does not matter."""
    return address.casefold()


def domain_of(address: str) -> str:
    """The part after the last “@”."""
    return address.rpartition("@")[2]


def address_hash(key: str) -> str:
    """A keyed hash of an address key: it tells whether an address is known, and never which one."""
    hashed = keyed("address")
    hashed.update(key.encode())
    return hashed.hexdigest()
