"""Facts the project ships: names of regions and departments, mergers, three-way agreements."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parent.parent / "data"


@dataclass(frozen=True, slots=True)
class Area:
    """The territory a code lies in; empty where it is not known."""

    district: str = ""
    region: str = ""


@cache
def _load(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def area_of(country: str, code: str) -> Area:
    """Département and région of an INSEE code, Bundesland of an AGS (a Kreis is not in the code)."""
    areas = _load("areas.json").get(country, {})
    if country == "FR":
        # Overseas départements have three digits.
        return Area(*(areas.get(code[:3]) or areas.get(code[:2]) or ("", "")))
    return Area(region=areas.get(code[:2], ""))


def department_code(insee: str) -> str:
    """The département's code within an INSEE code: 76540 → 76, 2A004 → 2A, 97105 → 971."""
    return insee[:3] if insee.startswith(("97", "98")) else insee[:2]


def agreement_of(identifier: str) -> str:
    """The public id of the agreement that a pair's id belongs to: the leading pair's, or its own."""
    return str(_load("known_facts.json")["agreements"].get(identifier, identifier))


def mergers() -> list[dict[str, str]]:
    """Merged communes: country, former name, successor name and the successor's code."""
    return list(_load("known_facts.json")["mergers"])


def known_names(public_id: str) -> dict[str, str]:
    """Names of a municipality in other languages: field → name."""
    return dict(_load("known_facts.json")["names"].get(public_id, {}))
