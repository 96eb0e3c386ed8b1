"""What dkimpy takes from PyNaCl to check an Ed25519 signature, done by ``cryptography``."""

from __future__ import annotations

import base64
from types import SimpleNamespace
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class VerifyKey:
    """A public key."""

    def __init__(self, text: bytes, encoder: Any) -> None:
        self._key = Ed25519PublicKey.from_public_bytes(base64.b64decode(text))

    def verify(self, message: bytes, signature: bytes) -> bytes:
        """Raises ``InvalidSignature`` for another message."""
        self._key.verify(signature, message)
        return message


nacl = SimpleNamespace(
    signing=SimpleNamespace(VerifyKey=VerifyKey),
    encoding=SimpleNamespace(Base64Encoder=None),
    exceptions=SimpleNamespace(BadSignatureError=InvalidSignature, ValueError=ValueError),
)
