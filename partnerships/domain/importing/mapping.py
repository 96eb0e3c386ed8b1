"""Which column of a file is which of ours: by name, by a usual other name, or as the operator says."""

from __future__ import annotations

from collections.abc import Mapping

from partnerships.domain.importing.report import FileUnreadable

SIDES = {"de": "a", "fr": "b"}
"""Lists of twinnings between two countries often name their columns by country."""
ALIASES = {
    **{
        f"{name}_{code}": f"{name}_{side}"
        for name in ("town", "lat", "lon", "pop", "qid")
        for code, side in SIDES.items()
    },
    "level": "level_a",
    "kind": "type",
    "category": "type",
    "source": "sources",
    "year": "year_signed",
}


def columns(header: list[str], given: Mapping[str, str], known: set[str]) -> list[str]:
    """Our name for each column of ``header``; its own name where it is none of ours.

    ``given`` is our name → the column's. Raises ``FileUnreadable`` for names that are nowhere.
    """
    _check(header, given, known)
    wanted = {column: name for name, column in given.items()}
    taken = set(given) | (known & set(header) - set(wanted))
    found = []
    for column in header:
        alias = ALIASES.get(column.lower(), column)
        name = wanted.get(column) or (alias if alias not in taken or column in known else column)
        found.append(name)
    return found


def _check(header: list[str], given: Mapping[str, str], known: set[str]) -> None:
    if strange := sorted(set(given) - known):
        raise FileUnreadable(f"These are no columns of an import: {', '.join(strange)}.")
    if missing := sorted(set(given.values()) - set(header)):
        raise FileUnreadable(f"The file has no column of this name: {', '.join(missing)}.")


def constants(header: list[str]) -> dict[str, str]:
    """The countries that the names of the columns tell."""
    low = {name.lower() for name in header}
    return {f"country_{side}": code.upper() for code, side in SIDES.items() if f"town_{code}" in low}
