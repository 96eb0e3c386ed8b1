"""The municipalities that a file speaks of, each once, with all that its rows say about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from partnerships.domain.identifiers import municipality_id
from partnerships.domain.importing.reader import Row, Side
from partnerships.domain.importing.report import Problem
from partnerships.domain.names import QUALIFIERS
from partnerships.domain.reference import area_of, known_names, mergers
from partnerships.models import Level


@dataclass
class Place:
    """One municipality as the file has it; ``whole`` and ``successor`` are public ids."""

    public_id: str
    fields: dict[str, Any]
    whole: str = ""
    successor: str = ""
    seen: dict[str, tuple[int, str]] = field(default_factory=dict)


def places_of(side: Side, line: int = 0) -> list[Place]:
    """The municipality of one side of a row; for a part, the whole first and then the part."""
    town = side.town
    level = side.value("level") or QUALIFIERS.get(town.qualifier) or Level.MUNICIPALITY
    if not town.part:
        note = {"internal_note": town.qualifier} if town.qualifier else {}
        return [_place(side, town.name, level, {**_figures(side), **note}, line)]
    whole = _place(side, town.name, Level.MUNICIPALITY, _figures(side), line)
    part = _place(side, town.part, Level.DISTRICT_OF_CITY, {}, line)
    part.whole = whole.public_id
    return [whole, part]


def _place(side: Side, name: str, level: str, figures: dict[str, Any], line: int) -> Place:
    area = area_of(side.country, side.code)
    public_id = municipality_id(side.country, side.code, name, level == Level.DISTRICT_OF_CITY)
    facts = {
        "country": side.country,
        "level": str(level),
        "code_type": side.code_type,
        "official_code": side.code,
        "name": name,
        "district": (side.row.get("kreis", "") if side.country == "DE" else "") or area.district,
        "region": area.region,
        **figures,
        **known_names(public_id),
    }
    known = {key: value for key, value in facts.items() if value not in ("", None)}
    return Place(public_id, known, seen={key: (line, str(value)) for key, value in known.items()})


def _figures(side: Side) -> dict[str, Any]:
    """Position and population. A row gives them for the municipality that the code names."""
    return {
        "lat": float(side.value("lat")) if side.value("lat") else None,
        "lon": float(side.value("lon")) if side.value("lon") else None,
        "population": int(side.value("pop")) if side.value("pop") else None,
        "population_year": int(side.value("pop_year")) if side.value("pop_year") else None,
        "population_source": side.value("pop_source"),
        "wikidata_qid": side.value("qid"),
    }


def gather(rows: list[Row]) -> dict[str, Place]:
    """All municipalities of the file by public id, wholes before their parts."""
    found: dict[str, Place] = {}
    for row in rows:
        for side in row.sides:
            for place in places_of(side, row.line):
                known = found.setdefault(place.public_id, place)
                known.fields = {**place.fields, **known.fields}
    for former in list(_former(found)):
        known = found.setdefault(former.public_id, former)
        known.whole = known.successor = former.successor
    return found


def _former(found: dict[str, Place]) -> Iterator[Place]:
    """The merged communes whose successors the file names."""
    for merger in mergers():
        successor = found.get(f"{merger['country']}{merger['code']}")
        if successor is None:
            continue
        kept = ("country", "code_type", "official_code", "district", "region")
        fields = {name: successor.fields[name] for name in kept if name in successor.fields}
        fields |= {"name": merger["former"], "level": str(Level.DISTRICT_OF_CITY)}
        public_id = municipality_id(merger["country"], merger["code"], merger["former"], is_part=True)
        yield Place(public_id, fields, successor=successor.public_id)


COLUMNS = {
    "name": "town_{}",
    "level": "level_{}",
    "lat": "lat_{}",
    "lon": "lon_{}",
    "population": "pop_{}",
    "population_year": "pop_year_{}",
    "population_source": "pop_source_{}",
    "wikidata_qid": "qid_{}",
    "district": "kreis",
}


LINKS = ("wikidata_qid",)
"""Where two rows differ in these, the first one counts, and somebody may want to look."""


def conflicts(rows: list[Row]) -> Iterator[Problem]:
    """Rows that say different things about one municipality."""
    return (problem for name, problem in _differences(rows) if name not in LINKS)


def remarks(rows: list[Row]) -> list[Problem]:
    """Differences that keep nothing from being imported."""
    return [problem for name, problem in _differences(rows) if name in LINKS]


def _differences(rows: list[Row]) -> Iterator[tuple[str, Problem]]:
    known: dict[str, dict[str, tuple[int, str]]] = {}
    for row in rows:
        for side in row.sides:
            for place in places_of(side, row.line):
                first = known.setdefault(place.public_id, {})
                for name, (line, value) in place.seen.items():
                    before, expected = first.setdefault(name, (line, value))
                    if value != expected and name in COLUMNS:
                        message = f"“{value}” differs from “{expected}” in line {before} for the same place"
                        yield name, Problem(line, COLUMNS[name].format(side.letter), message)
