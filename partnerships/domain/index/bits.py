"""Sets of rows as whole numbers: bit n stands for row n."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import compress
from operator import itemgetter

ZERO, ONE = b"01"
FLAGS = bytes.maketrans(b"01", b"\0\1")


def bits_of(rows: Iterable[int], size: int) -> int:
    """The set of ``rows``, all of them below ``size``."""
    digits = bytearray([ZERO]) * (size + 1)
    for row in rows:
        digits[row] = ONE
    return int(digits[::-1], 2)


def rows_of(bits: int) -> list[int]:
    """The rows of a set, in order."""
    flags = _flags(bits)
    return list(compress(range(len(flags)), flags))


def in_order(bits: int, order: Sequence[int]) -> list[int]:
    """The rows of a set in the order given, which is one of all rows."""
    if len(order) < 2:
        return rows_of(bits)
    flags = _flags(bits).ljust(len(order), b"\0")
    return list(compress(order, itemgetter(*order)(flags)))


def _flags(bits: int) -> bytes:
    return bin(bits)[:1:-1].encode().translate(FLAGS)
