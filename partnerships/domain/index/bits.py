"""Sets of rows as whole numbers: bit n stands for row n."""

from __future__ import annotations

from collections.abc import Iterable


def bits_of(rows: Iterable[int], size: int) -> int:
    """The set of ``rows``, all of them below ``size``."""
    held = bytearray(size // 8 + 1)
    for row in rows:
        held[row >> 3] |= 1 << (row & 7)
    return int.from_bytes(held, "little")


def rows_of(bits: int) -> list[int]:
    """The rows of a set, in order."""
    return [row for row, bit in enumerate(_text(bits)) if bit == "1"]


def in_order(bits: int, order: Iterable[int]) -> list[int]:
    """The rows of a set in the order given."""
    text = _text(bits)
    size = len(text)
    return [row for row in order if row < size and text[row] == "1"]


def _text(bits: int) -> str:
    return bin(bits)[:1:-1]
