"""Signing mails (DKIM, RFC 6376 and RFC 8463): the last thing that happens to their bytes."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256

from tasks.newsletter.dkim_keys import PrivateKey, configured

SIGNED = (
    *("from", "to", "subject", "date", "message-id", "mime-version", "content-type", "content-language"),
    *("list-id", "list-help", "list-unsubscribe", "list-unsubscribe-post", "auto-submitted", "feedback-id"),
)
OVERSIGNED = b"from"
"""Signed once more than it is there, so that nobody can put a second sender in front."""
WIDTH = 72

_BETWEEN_FIELDS = re.compile(rb"\r\n(?![ \t])")
_FOLDED = re.compile(rb"[ \t\r\n]+")


@dataclass(frozen=True)
class Signer:
    """One key under the name it is published by."""

    selector: str
    domain: str
    key: PrivateKey = field(repr=False)

    @property
    def algorithm(self) -> str:
        """The ``a=`` of the signature."""
        return "rsa-sha256" if isinstance(self.key, RSAPrivateKey) else "ed25519-sha256"

    def signature(self, data: bytes) -> bytes:
        """Over the SHA-256 of ``data``, in base64; the same for the same data."""
        digest = hashlib.sha256(data).digest()
        if isinstance(self.key, Ed25519PrivateKey):
            return base64.b64encode(self.key.sign(digest))
        return base64.b64encode(self.key.sign(digest, PKCS1v15(), Prehashed(SHA256())))


def signers() -> tuple[Signer, ...]:
    """Those of ``ANTENNE_DKIM``; raises ``DkimFault`` for an entry that cannot be used."""
    return tuple(Signer(entry.selector, entry.domain, entry.key()) for entry in configured())


def signing() -> Callable[[bytes, datetime], bytes] | None:
    """What signs a message of a given date; None without keys. Raises ``DkimFault``."""
    keys = signers()
    if not keys:
        return None

    def signed(message: bytes, date: datetime) -> bytes:
        return sign(message, keys, date)

    return signed


def date_of(message: bytes) -> datetime:
    """When ``message`` says that it was written."""
    return parsedate_to_datetime(BytesHeaderParser().parsebytes(message)["Date"])


def sign(message: bytes, signers: Sequence[Signer], date: datetime | None = None) -> bytes:
    """``message`` (CRLF lines) with one signature for each signer in front.

    ``date`` is the time of signing. It belongs to the campaign, so that a repeated mail is the same
    to the byte.
    """
    if not signers:
        return message
    head, _, body = message.partition(b"\r\n\r\n")
    names, canonical = _signed_fields(head)
    body_hash = base64.b64encode(hashlib.sha256(relaxed_body(body)).digest())
    lines = [_header(signer, names, canonical, body_hash, date) for signer in signers]
    return b"".join([*lines, message])


def relaxed_body(body: bytes) -> bytes:
    """The body as it is hashed (RFC 6376 §3.4.4)."""
    text = body.replace(b"\t", b" ")
    while b"  " in text:
        text = text.replace(b"  ", b" ")
    text = text.replace(b" \r\n", b"\r\n")
    text = text.removesuffix(b" ").rstrip(b"\r\n")
    return text + b"\r\n" if text else b""


def relaxed_field(line: bytes) -> tuple[bytes, bytes]:
    """(name, whole field) of a header field as it is hashed (RFC 6376 §3.4.2)."""
    name, _, value = line.partition(b":")
    name = name.strip().lower()
    return name, name + b":" + _FOLDED.sub(b" ", value).strip()


def _signed_fields(head: bytes) -> tuple[bytes, bytes]:
    """(the ``h=`` list, the fields it names), each name as often as it is there."""
    found: dict[bytes, list[bytes]] = {}
    for line in _BETWEEN_FIELDS.split(head):
        name, canonical = relaxed_field(line)
        found.setdefault(name, []).append(canonical)
    names: list[bytes] = [OVERSIGNED]
    fields: list[bytes] = []
    for wanted in SIGNED:
        # From the last to the first, as a verifier counts them.
        there = found.get(wanted.encode(), [])[::-1]
        names += [wanted.encode()] * len(there)
        fields += there
    return b":".join(names), b"".join(line + b"\r\n" for line in fields)


def _header(signer: Signer, names: bytes, canonical: bytes, body_hash: bytes, date: datetime | None) -> bytes:
    tags = [
        *(b"v=1", b"a=" + signer.algorithm.encode(), b"c=relaxed/relaxed"),
        *(b"d=" + signer.domain.encode(), b"s=" + signer.selector.encode()),
    ]
    if date is not None:
        tags.append(b"t=%d" % int(date.timestamp()))
    start = _folded(tags, names, body_hash) + b"\r\n\tb="
    signature = signer.signature(canonical + relaxed_field(start)[1])
    pieces = (signature[at : at + WIDTH] for at in range(0, len(signature), WIDTH))
    return start + b"\r\n\t ".join(pieces) + b"\r\n"


def _folded(tags: Sequence[bytes], names: bytes, body_hash: bytes) -> bytes:
    """The tags before ``b=``, in lines that a person can read."""
    # No blank beside a colon: lines end after one.
    words = [tag + b"; " for tag in tags] + [b"h=", *(name + b":" for name in names.split(b":"))]
    words[-1] = words[-1].removesuffix(b":") + b"; "
    lines = [b"DKIM-Signature: "]
    for word in [*words, b"bh=" + body_hash + b";"]:
        if len(lines[-1]) + len(word) > WIDTH:
            lines.append(b"\t")
        lines[-1] += word
    return b"\r\n".join(line.rstrip(b" ") for line in lines)
