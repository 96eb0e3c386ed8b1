"""Keys that a test signs with, and a verifier that is not ours (dkimpy)."""

from __future__ import annotations

import re
from pathlib import Path
from unittest.mock import patch

import dkim as verifier

from tasks.newsletter.dkim_keys import dns_text, new_key
from tests.doubles.nacl import nacl

Keys = dict[str, str]
"""What DNS says: name → text."""
NAMES = {"rsa": "r1", "ed25519": "e1"}
ALGORITHM = re.compile(rb"a=([a-z0-9-]+);")


def keys_in(directory: Path, domain: str = "example.org") -> tuple[list[str], Keys]:
    """(the value of ``ANTENNE_DKIM``, what to publish) for a new key of each kind."""
    value = [f"{name}:{domain}:{directory / kind}" for kind, name in NAMES.items()]
    return value, {
        f"{name}._domainkey.{domain}.": dns_text(new_key(kind, directory / kind).public_key())
        for kind, name in NAMES.items()
    }


def signatures_of(message: bytes, keys: Keys) -> dict[str, bool]:
    """algorithm → whether the signature is valid."""
    found = [ALGORITHM.search(part) for part in message.split(b"DKIM-Signature:")[1:]]
    names = [match[1].decode() for match in found if match]
    return {name: is_valid(message, keys, index) for index, name in enumerate(names)}


def is_valid(message: bytes, keys: Keys, index: int = 0) -> bool:
    """Whether the signature at ``index`` fits the message and the published key."""

    def answer(name: bytes, timeout: int = 5) -> bytes:
        return keys.get(name.decode(), "").encode()

    with patch.object(verifier, "nacl", nacl, create=True):
        return bool(verifier.DKIM(message, minkey=1024).verify(idx=index, dnsfunc=answer))
