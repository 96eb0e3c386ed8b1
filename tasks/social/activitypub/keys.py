"""The key of each account, with which it signs what it sends."""

from __future__ import annotations

from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.db import transaction
from django.utils.translation import gettext as _

from tasks.social.errors import AuthFailed
from tasks.social.models import SocialAccount

BITS = 2048
"""What all servers take."""
NAME = "private_key"


def has_key(account: SocialAccount) -> bool:
    """Whether the account can be followed yet."""
    return bool(account.credentials.get(NAME))


@transaction.atomic
def ensure_key(account: SocialAccount) -> None:
    """Make the account's key where it has none; two workers make one."""
    locked = SocialAccount.objects.select_for_update().get(pk=account.pk)
    if not has_key(locked):
        locked.credentials = {**locked.credentials, NAME: _new()}
        locked.save(update_fields=["credentials"])
    account.credentials = locked.credentials


def private_key(account: SocialAccount) -> rsa.RSAPrivateKey:
    """Raises ``AuthFailed`` where the account has none."""
    pem = account.credentials.get(NAME)
    if not pem:
        raise AuthFailed(_("The account has no key yet."))
    return _loaded(pem)


def public_pem(account: SocialAccount) -> str:
    """What other servers verify with."""
    public = private_key(account).public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@lru_cache(maxsize=16)
def _loaded(pem: str) -> rsa.RSAPrivateKey:
    key = load_pem_private_key(pem.encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)  # noqa: S101 -- we made it
    return key


def _new() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
