"""Secrets at rest: encrypted columns with keys that can be rotated."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any, Self

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


def _cipher() -> MultiFernet:
    """The first key encrypts, all of them decrypt. Any text will do as a key."""
    keys = settings.ANTENNE_ENCRYPTION_KEYS or [settings.SECRET_KEY]
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(f"antenne.crypto:{key}".encode()).digest())


def encrypt(text: str) -> str:
    """``text`` as a Fernet token."""
    return _cipher().encrypt(text.encode()).decode()


class Undecipherable(str):
    """A secret that no key fits: empty to whoever reads it, and written back as it was.

    A key that is missing for a while must not cost the secret. It is true, because there is one:
    forms that keep a stored secret keep this one too.
    """

    token: str

    def __bool__(self) -> bool:
        return True

    @classmethod
    def of(cls, token: str) -> Self:
        """The empty text that remembers ``token``."""
        empty = cls()
        empty.token = token
        return empty


def decrypt(token: str) -> str:
    """The inverse of ``encrypt``; ``Undecipherable``, an empty text, where no key fits."""
    try:
        return _cipher().decrypt(token.encode()).decode()
    except InvalidToken:
        return Undecipherable.of(token)


class EncryptedTextField(models.TextField[str, str]):
    """A text that is encrypted in the database and plain in Python. It cannot be searched."""

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt on the way to the database."""
        if isinstance(value, Undecipherable):
            return value.token
        return encrypt(value) if value else value

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        """Decrypt on the way back."""
        return decrypt(value) if value else value


class EncryptedJSONField(models.TextField[Any, Any]):
    """A dictionary of JSON types that is encrypted in the database. It cannot be searched.

    Where no key fits it reads as empty, and is written back as it was.
    """

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt on the way to the database."""
        if isinstance(value, UndecipherableSecrets):
            return value.token if not value else encrypt(json.dumps(dict(value)))
        return encrypt(json.dumps(value)) if value else ""

    def from_db_value(self, value: str | None, *_: Any) -> dict[str, Any]:
        """Decrypt on the way back."""
        text = decrypt(value) if value else ""
        if isinstance(text, Undecipherable):
            return UndecipherableSecrets(text.token)
        return json.loads(text) if text else {}


class UndecipherableSecrets(dict[str, Any]):
    """Secrets that no key fits: empty to whoever reads them. What is put in takes their place."""

    def __init__(self, token: str) -> None:
        super().__init__()
        self.token = token
