"""Town names as lists write them: “Le Val d'Hazey (Aubevoye)”, “Wennigsen (Deister)”."""

from __future__ import annotations

import re
from dataclasses import dataclass

IN_BRACKETS = re.compile(r"(?P<name>[^()]+) \((?P<inner>[^()]+)\)")
# Words that say what a place is instead of naming a part of it, with the level they mean.
QUALIFIERS = {"former canton": "association_of_municipalities"}


@dataclass(frozen=True, slots=True)
class TownName:
    """A name taken apart. ``part`` is what twins, ``name`` the municipality that it belongs to."""

    name: str
    part: str = ""
    qualifier: str = ""


def parse_town(text: str, *, country: str, level: str, code: str) -> TownName:
    """Take a town's name apart.

    Brackets name a part where the list says so (level district_of_city) and behind a French commune
    with a code, because official French names have no brackets. Elsewhere they belong to the name:
    “Wennigsen (Deister)” is a town of that name.
    """
    match = IN_BRACKETS.fullmatch(text)
    if match is None:
        return TownName(text)
    name, inner = match["name"].strip(), match["inner"].strip()
    if inner in QUALIFIERS:
        return TownName(name, qualifier=inner)
    is_part = level == "district_of_city" or (not level and country == "FR" and bool(code))
    return TownName(name, part=inner) if is_part else TownName(text)
