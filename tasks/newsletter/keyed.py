"""Keyed hashes: only we can make them, and each is good for one purpose."""

from __future__ import annotations

import hmac
from functools import lru_cache

from django.conf import settings


def keyed(purpose: str) -> hmac.HMAC:
    """An HMAC-SHA256 (RFC 2104) for ``purpose``, to be fed.

    The key is ``ANTENNE_HASH_KEY``, which must stay the same for ever.
    """
    return _begun(purpose, settings.ANTENNE_HASH_KEY or settings.SECRET_KEY).copy()


@lru_cache(maxsize=16)
def _begun(purpose: str, secret: str) -> hmac.HMAC:
    """Beginning one costs several times as much as copying it, and some are made for every mail."""
    return hmac.new(f"antenne.{purpose}:{secret}".encode(), digestmod="sha256")
