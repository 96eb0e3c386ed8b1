"""Record keys that are the same in every attempt (atproto.com/specs/tid)."""

from __future__ import annotations

import hashlib
from datetime import datetime

ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
LENGTH = 13


def tid(at: datetime, key: str) -> str:
    """The TID of the moment ``at``, with a clock identifier made of ``key``.

    A TID is a number of 64 bits, the highest of them zero: 53 bits of microseconds since 1970, then
    10 bits that keep those of one moment apart. It is written with 13 sortable letters.
    """
    microseconds = int(at.timestamp() * 1_000_000) & ((1 << 53) - 1)
    clock = int.from_bytes(hashlib.sha256(key.encode()).digest()[:2], "big") & 1023
    number = microseconds << 10 | clock
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(LENGTH)))
