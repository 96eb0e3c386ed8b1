"""The private keys of ``ANTENNE_DKIM``: reading, judging and making them."""

from __future__ import annotations

import base64
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import idna
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from django.conf import settings

PrivateKey = RSAPrivateKey | Ed25519PrivateKey
PublicKey = RSAPublicKey | Ed25519PublicKey
TOO_SHORT, SHORT = 1024, 2048
SELECTOR = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*", re.IGNORECASE)


class DkimFault(ValueError):
    """An entry of ``ANTENNE_DKIM`` cannot be used; says which and why, and nothing of the key."""


@dataclass(frozen=True)
class Entry:
    """One ``selector:domain:path`` of the setting."""

    selector: str
    domain: str
    path: str

    def key(self) -> PrivateKey:
        """The key, read once per path; raises ``DkimFault``."""
        try:
            return load_key(self.path)
        except DkimFault as fault:
            raise DkimFault(f"“{self.selector}:{self.domain}:{self.path}”: {fault}") from None


def configured() -> list[Entry]:
    """The entries of ``ANTENNE_DKIM``; raises ``DkimFault`` for one that is none."""
    return [entry_of(text) for text in settings.ANTENNE_DKIM]


def entry_of(text: str) -> Entry:
    """The entry that ``text`` is; raises ``DkimFault``."""
    selector, _, rest = text.partition(":")
    domain, _, path = rest.partition(":")
    if not path:
        raise DkimFault(f"“{text}” is not of the form selector:domain:path-of-the-private-key")
    if not SELECTOR.fullmatch(selector):
        raise DkimFault(f"“{text}”: {selector!r} is no selector; it is made of letters, digits and hyphens")
    try:
        ascii_domain = idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        raise DkimFault(f"“{text}”: {domain!r} is no domain") from None
    return Entry(selector, ascii_domain, path)


@lru_cache(maxsize=32)
def load_key(path: str) -> PrivateKey:
    """The private key in the PEM file at ``path``; raises ``DkimFault``."""
    try:
        pem = Path(path).read_bytes()
    except OSError as error:
        raise DkimFault(f"the key cannot be read: {error.strerror}") from None
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError):
        # The reason may quote the file.
        raise DkimFault("the file holds no private key without a password in PEM form") from None
    if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
        raise DkimFault("the key is neither RSA nor Ed25519")
    if isinstance(key, RSAPrivateKey) and key.key_size < TOO_SHORT:
        raise DkimFault(f"the RSA key has {key.key_size} bits; receivers refuse less than {TOO_SHORT}")
    return key


def faults() -> Iterator[str]:
    """What keeps an entry from being used, each in one sentence."""
    for text in settings.ANTENNE_DKIM:
        try:
            entry_of(text).key()
        except DkimFault as fault:
            yield str(fault)


def weaknesses() -> Iterator[str]:
    """What should be mended in entries that can be used."""
    for text in settings.ANTENNE_DKIM:
        try:
            entry = entry_of(text)
            key = entry.key()
            readable = bool(os.stat(entry.path).st_mode & stat.S_IROTH)
        except (DkimFault, OSError):
            continue
        if isinstance(key, RSAPrivateKey) and key.key_size < SHORT:
            yield f"“{text}”: the RSA key has {key.key_size} bits; make one of {SHORT}"
        if readable:
            yield f"“{text}”: everybody on this machine can read the key; chmod o-rwx {entry.path}"


def new_key(kind: str, path: Path) -> PrivateKey:
    """Write a new key of ``kind`` to ``path``, for its owner only; never over a file that is there."""
    key: PrivateKey = (
        Ed25519PrivateKey.generate() if kind == "ed25519" else generate_private_key(65537, SHORT)
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
    return key


def dns_text(key: PublicKey) -> str:
    """The text of the DNS record that publishes ``key``."""
    if isinstance(key, Ed25519PublicKey):
        raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return f"v=DKIM1; k=ed25519; p={base64.b64encode(raw).decode()}"
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={base64.b64encode(der).decode()}"


def dns_line(selector: str, domain: str, text: str) -> str:
    """The line for a zone file, its text in pieces of at most 255 characters (RFC 1035 §3.3)."""
    pieces = " ".join(f'"{text[at : at + 255]}"' for at in range(0, len(text), 255))
    return f"{selector}._domainkey.{domain}. IN TXT {pieces}"
