"""A small picture of the day: one row of tables per round, numbered as on the page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

PER_LINE = 5
"""More tables than this continue on the next line, so that the picture fits a phone."""

STEP = 52
MARGIN = 26
LABEL_HEIGHT = 22
UNKNOWN_TABLES = 3
"""How many dashed tables stand for a round whose topics were not recorded."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One table, in the units of the view box; ``number`` 0 is one whose topic is not known."""

    x: int
    y: int
    number: int


@dataclass(frozen=True, slots=True)
class Row:
    """One round; ``y`` is the base line of its title, ``topics`` are the tables' topics."""

    title: str
    y: int
    seats: tuple[Seat, ...]
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sketch:
    """The whole picture."""

    width: int
    height: int
    rows: tuple[Row, ...]


def of_rounds(stream: Iterable[Any]) -> Sketch | None:
    """The picture of a report's rounds; None without at least one round that has tables."""
    rounds = [
        (block.value["title"], tuple(table["topic"] for table in block.value["tables"]))
        for block in stream
        if block.block_type == "round"
    ]
    return sketch(rounds) if any(topics for _, topics in rounds) else None


def sketch(rounds: Iterable[tuple[str, tuple[str, ...]]]) -> Sketch:
    """The picture of rounds given as (title, topics); no topics means not recorded."""
    rows: list[Row] = []
    top = 0
    for title, topics in rounds:
        seats = _seats(len(topics), top + LABEL_HEIGHT + MARGIN)
        rows.append(Row(title, top + LABEL_HEIGHT - 6, seats, topics))
        top = seats[-1].y + MARGIN + 4
    return Sketch(width=PER_LINE * STEP, height=top, rows=tuple(rows))


def _seats(tables: int, top: int) -> tuple[Seat, ...]:
    return tuple(
        Seat(
            x=MARGIN + (index % PER_LINE) * STEP,
            y=top + (index // PER_LINE) * STEP,
            number=index + 1 if tables else 0,
        )
        for index in range(tables or UNKNOWN_TABLES)
    )
