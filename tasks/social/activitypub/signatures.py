"""Signed requests as the fediverse has them: draft-cavage-http-signatures-12 with RSA and SHA-256.

Mastodon, GoToSocial, snac and others sign and understand these; RFC 9421 is not yet spoken by all.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.utils import timezone

COVERED = ("(request-target)", "host", "date", "digest")
"""What the signature of a message has to cover: where it goes, when it was made, and all of its body."""
CLOCKS_DIFFER = timedelta(hours=1)
"""As far as a date may be from now. Servers sign every attempt anew, so this is only for their clocks."""
KEY_BITS = range(1024, 8193)
PARAMETER = re.compile(r'(\w+)="([^"]*)"')


class SignatureInvalid(Exception):
    """The request is not signed as it has to be; the text says what is wrong."""


@dataclass(frozen=True)
class Signature:
    """What the header ``Signature`` says."""

    key_id: str
    covered: tuple[str, ...]
    value: bytes

    @classmethod
    def parse(cls, header: str) -> Signature:
        """Raises ``SignatureInvalid``."""
        found = dict(PARAMETER.findall(header))
        covered = tuple(found.get("headers", "").lower().split())
        if missing := set(COVERED) - set(covered):
            raise SignatureInvalid(f"not signed: {', '.join(sorted(missing))}")
        try:
            value = base64.b64decode(found.get("signature", ""), validate=True)
        except (binascii.Error, ValueError) as error:
            raise SignatureInvalid("the signature is no Base64") from error
        return cls(found.get("keyId", ""), covered, value)

    def verify(self, target: str, headers: Mapping[str, str], key_pem: str) -> None:
        """Raises ``SignatureInvalid`` unless the owner of the key has signed exactly this.

        ``target`` is method and path as in ``post /inbox``; the names of ``headers`` are in small letters.
        """
        text = _signed_text(self.covered, target, headers)
        try:
            _public_key(key_pem).verify(self.value, text.encode(), PKCS1v15(), SHA256())
        except InvalidSignature as error:
            raise SignatureInvalid("the signature does not fit the key") from error


def check_body(headers: Mapping[str, str], body: bytes) -> None:
    """Raises ``SignatureInvalid`` unless the headers are about this body and were made now."""
    if headers.get("digest", "") != digest(body):
        raise SignatureInvalid("the digest is not that of the body")
    try:
        made = parsedate_to_datetime(headers.get("date", ""))
        away = abs(timezone.now() - made)
    except (ValueError, TypeError, OverflowError) as error:
        raise SignatureInvalid("the date cannot be read") from error
    if away > CLOCKS_DIFFER:
        raise SignatureInvalid("the date is too far from now")


def digest(body: bytes) -> str:
    """The header ``Digest`` (RFC 3230)."""
    return f"SHA-256={base64.b64encode(hashlib.sha256(body).digest()).decode()}"


def sign(method: str, url: str, body: bytes | None, key_id: str, key: RSAPrivateKey) -> dict[str, str]:
    """The headers that sign a request made now; a request without a body has no digest."""
    address = urlsplit(url)
    path = address._replace(scheme="", netloc="", fragment="").geturl() or "/"
    date = format_datetime(timezone.now(), usegmt=True)
    headers = {"host": address.netloc, "date": date}
    if body is not None:
        headers["digest"] = digest(body)
    covered = ("(request-target)", *headers)
    text = _signed_text(covered, f"{method.lower()} {path}", headers)
    value = base64.b64encode(key.sign(text.encode(), PKCS1v15(), SHA256())).decode()
    signature = f'keyId="{key_id}",algorithm="rsa-sha256",headers="{" ".join(covered)}",signature="{value}"'
    return {**headers, "signature": signature}


def _signed_text(covered: tuple[str, ...], target: str, headers: Mapping[str, str]) -> str:
    values = {**headers, "(request-target)": target}
    if missing := [name for name in covered if name not in values]:
        raise SignatureInvalid(f"not known: {', '.join(missing)}")
    return "\n".join(f"{name}: {values[name]}" for name in covered)


def _public_key(pem: str) -> RSAPublicKey:
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise SignatureInvalid("the key cannot be read") from error
    if not isinstance(key, RSAPublicKey) or key.key_size not in KEY_BITS:
        raise SignatureInvalid("the key is none of RSA")
    return key
