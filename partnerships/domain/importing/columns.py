"""Whose columns are whose: other lists' names for ours, and those that a person gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

# A list of German and French towns side by side.
SIDES = {"de": "a", "fr": "b"}
OTHER_NAMES = {
    **{
        f"{name}_{land}": f"{name}_{side}"
        for name in ("town", "lat", "lon", "pop", "qid")
        for land, side in SIDES.items()
    },
    "level": "level_a",
}
IMPLIED = {"town_de": ("country_a", "DE"), "town_fr": ("country_b", "FR")}


def renamed(header: Sequence[str], given: Mapping[str, str]) -> list[str]:
    """The header in our names: as given (theirs → ours), else by what other lists call them."""
    return [given.get(name) or (name if name in header_of_ours(header) else _ours(name)) for name in header]


def header_of_ours(header: Sequence[str]) -> set[str]:
    """Columns that must keep their name, because ours of that meaning is there as well."""
    return {name for name in header if OTHER_NAMES.get(name) in header}


def implied(header: Sequence[str]) -> dict[str, str]:
    """Cells that the names of columns say for every row: “town_de” stands for Germany."""
    found = dict(IMPLIED[name] for name in header if name in IMPLIED)
    return {column: value for column, value in found.items() if column not in header}


def _ours(name: str) -> str:
    return OTHER_NAMES.get(name, name)
