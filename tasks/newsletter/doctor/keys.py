"""DKIM: is the key that signs the key that DNS shows?"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.utils.translation import gettext as _

from tasks.newsletter import dkim_keys
from tasks.newsletter.doctor.findings import Finding, Level, Subject
from tasks.newsletter.doctor.lookup import Lookup


def tags_of(record: str) -> dict[str, str]:
    """The ``name=value`` pairs of a DKIM or DMARC record."""
    pairs = (part.partition("=") for part in record.split(";") if part.strip())
    return {name.strip().lower(): value.strip() for name, _equals, value in pairs}


def public_key(record: str) -> dkim_keys.PublicKey | None:
    """The key in a record; None where none can be read from it."""
    tags = tags_of(record)
    try:
        raw = base64.b64decode("".join(tags.get("p", "").split()), validate=True)
        if tags.get("k", "rsa") == "ed25519":
            return Ed25519PublicKey.from_public_bytes(raw)
        key = load_der_public_key(raw)
    except (ValueError, binascii.Error):
        return None
    return key if isinstance(key, RSAPublicKey) else None


def check(subject: Subject, lookup: Lookup) -> Iterator[Finding]:
    """Each selector: a record, a key in it, long enough, and ours."""
    if not subject.selectors:
        found = _("No selector is known.")
        mend = _("Give the selector that your relay signs with (--selector), or sign with a key of your own.")
        yield Finding("DKIM", Level.UNCHECKED, found, mend)
    for selector, domain in subject.selectors:
        yield _key(selector, domain, lookup)


def _key(selector: str, domain: str, lookup: Lookup) -> Finding:
    name = f"{selector}._domainkey.{domain}"
    ours, fault = _ours(selector, domain)
    if fault:
        return Finding("DKIM", Level.WRONG, fault, _("Mend ANTENNE_DKIM."))
    line = dkim_keys.dns_line(selector, domain, dkim_keys.dns_text(ours)) if ours else ""
    records = lookup.texts(name)
    if len(records) != 1:
        found = _("%(name)s has %(number)d records") % {"name": name, "number": len(records)}
        return Finding("DKIM", Level.WRONG, found, _("Publish exactly one record."), line)
    published = public_key(records[0])
    if published is None:
        return Finding(
            "DKIM", Level.WRONG, _("%s holds no key that can be read.") % name, _("Publish the key."), line
        )
    if ours and dkim_keys.dns_text(ours) != dkim_keys.dns_text(published):
        found = _("%s is not the key that signs.") % name
        return Finding("DKIM", Level.WRONG, found, _("Publish the key that belongs to the file."), line)
    if isinstance(published, RSAPublicKey) and published.key_size < dkim_keys.SHORT:
        found = _("%(name)s has only %(bits)d bits.") % {"name": name, "bits": published.key_size}
        bad = published.key_size < dkim_keys.TOO_SHORT
        return Finding("DKIM", Level.WRONG if bad else Level.ADVICE, found, _("Make a key of 2048 bits."))
    return Finding("DKIM", Level.OK, name)


def _ours(selector: str, domain: str) -> tuple[dkim_keys.PublicKey | None, str]:
    """(our public key for this selector, what is wrong with it)."""
    try:
        for entry in dkim_keys.configured():
            if (entry.selector, entry.domain) == (selector, domain):
                return entry.key().public_key(), ""
    except dkim_keys.DkimFault as fault:
        return None, str(fault)
    return None, ""
