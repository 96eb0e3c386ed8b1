"""Which of a record's fields the list may write.

A field belongs to the list while it holds what the list last said, or while it is empty and the list
never said anything. Everything else was written by an editor or an import of partnerships, and stays.
"""

from __future__ import annotations

from typing import Any

from partnerships.domain.gazetteer.lines import Line
from partnerships.models import Municipality

# Fields that make one statement together change together.
GROUPS: tuple[tuple[str, ...], ...] = (
    *(("name",), ("parent_id",), ("successor_id",), ("district",), ("region",)),
    *(("postcodes",), ("merged_note",), ("lat", "lon")),
    ("population", "population_year", "population_source"),
)
FIELDS = tuple(name for group in GROUPS for name in group)
EMPTY = (None, "")
Values = dict[str, Any]


def listed(line: Line, known: dict[str, int]) -> Values:
    """What the line says, by field; ``known`` has the keys of wholes by code."""
    return {
        **{name: line.value(name) for name in ("name", "district", "region", "postcodes")},
        "parent_id": known.get(line.value("parent")),
        "successor_id": known.get(line.value("successor")),
        "merged_note": line.value("note"),
        **{name: float(line.value(name)) if line.value(name) else None for name in ("lat", "lon")},
        **{
            name: int(line.value(name)) if line.value(name) else None
            for name in ("population", "population_year")
        },
        "population_source": line.value("population_source"),
    }


def merge(record: Municipality, before: Values | None, now: Values) -> tuple[list[str], bool]:
    """Take over what belongs to the list; the fields changed, and whether something else was kept."""
    changed: list[str] = []
    is_kept = False
    for group in GROUPS:
        current, wanted = _values(record, group), [now[name] for name in group]
        if current == wanted:
            continue
        if _belongs_to_list(current, before, group):
            for name in group:
                setattr(record, name, now[name])
            changed += group
        else:
            is_kept = True
    return changed, is_kept


def _values(record: Municipality, group: tuple[str, ...]) -> list[Any]:
    return [getattr(record, name) for name in group]


def _belongs_to_list(current: list[Any], before: Values | None, group: tuple[str, ...]) -> bool:
    if before is None:
        return all(value in EMPTY for value in current)
    return current == [before.get(name) for name in group]
