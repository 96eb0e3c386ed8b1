"""Which announcements a digest tells of, as a short text: who gets the same shares one mail."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from itertools import pairwise

LONGEST = 48
"""Bytes, which are 64 characters: what ``Delivery.variant`` holds."""
EVERYTHING = "all"
"""The variant of the public archive: all that was announced in the period."""


def encode(newest_first: Iterable[int]) -> str:
    """A variant for these keys. The oldest are counted only, where there are too many to name."""
    keys = sorted(newest_first, reverse=True)
    named = len(keys)
    while len(packed := _pack(keys[:named], len(keys) - named)) > LONGEST:
        named -= 1
    return urlsafe_b64encode(packed).decode().rstrip("=")


def decode(variant: str) -> tuple[list[int], int]:
    """(keys, newest first; how many more there are that are not named)."""
    more, *steps = _numbers(urlsafe_b64decode(variant + "=" * (-len(variant) % 4)))
    keys: list[int] = []
    for step in steps:
        keys.append(keys[-1] - step if keys else step)
    return keys, more


def _pack(keys: list[int], more: int) -> bytes:
    """The number of those left out, the first key, and the way from each to the next."""
    steps = [before - after for before, after in pairwise(keys)]
    return b"".join(map(_varint, [more, *keys[:1], *steps]))


def _varint(number: int) -> bytes:
    """Seven bits to a byte, lowest first; the eighth says that more follow."""
    packed = bytearray()
    while number > 127:
        packed.append(number & 127 | 128)
        number >>= 7
    return bytes([*packed, number])


def _numbers(packed: bytes) -> Iterator[int]:
    number = shift = 0
    for byte in packed:
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            yield number
            number = shift = 0
