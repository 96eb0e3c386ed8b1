"""Reading all that can be searched, with a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import cos, radians, sin
from typing import Any

from partnerships.domain.index.bits import bits_of
from partnerships.domain.index.filters import UNKNOWN
from partnerships.domain.map import CELL, place_on_map
from partnerships.models import Level, Municipality, Partnership, PartnershipMember

PLACE = (
    *("pk", "parent_id", "country", "district", "region", "level"),
    *("lat", "lon", "population", "public_id", "name"),
)
Row = int
Cell = tuple[int, int]


@dataclass(slots=True)
class Table:
    """Partnerships by name, numbered from 0, and what each of them can be found by.

    ``facets`` are sets of rows by facet and value. ``member_row`` and ``member_spot`` have one
    entry for each member that has a position: its row, and its place on the unit sphere. ``points``
    (side and place on the map) are by row, in the same order. ``cells`` are the squares of the map
    with their rows, ``heads`` the largest place of each. ``signed`` are the rows of each year.
    """

    keys: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    years: list[int | None] = field(default_factory=list)
    signed: dict[int, int] = field(default_factory=dict)
    facets: dict[str, dict[str, int]] = field(default_factory=dict)
    population: list[tuple[int, Row]] = field(default_factory=list)
    largest: list[int] = field(default_factory=list)
    member_row: list[Row] = field(default_factory=list)
    member_spot: list[tuple[float, float, float]] = field(default_factory=list)
    cells: dict[Cell, int] = field(default_factory=dict)
    points: list[list[tuple[str, float, float]]] = field(default_factory=list)
    heads: dict[Cell, tuple[int, str, int]] = field(default_factory=dict)
    unplaced: int = 0


def build() -> Table:
    """All listed partnerships."""
    table, values = Table(), _Values()
    records = Partnership.objects.listed().order_by("sort_key", "public_id")
    fields = ("pk", "search_text", "year_signed", "kind", "status")
    for key, text, year, kind, status in records.values_list(*fields).iterator():
        row = len(table.keys)
        table.keys.append(key)
        table.texts.append(text)
        table.years.append(year)
        values.add("kind", kind, row)
        values.add("status", status, row)
        values.add("decade", UNKNOWN if year is None else str(year // 10 * 10), row)
    row_of = {key: row for row, key in enumerate(table.keys)}
    _add_members(table, values, row_of)
    through = Partnership.topics.through._default_manager
    for key, topic in through.values_list("partnership_id", "topic__key").iterator():
        if key in row_of:
            values.add("topic", topic, row_of[key])
    table.facets = values.as_bits(len(table.keys))
    table.signed = _by_year(table.years)
    return table


def _by_year(years: list[int | None]) -> dict[int, int]:
    rows: dict[int, list[Row]] = defaultdict(list)
    for row, year in enumerate(years):
        if year is not None:
            rows[year].append(row)
    return {year: bits_of(found, len(years)) for year, found in rows.items()}


class _Values:
    """Rows by facet and value, each row once."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))

    def add(self, facet: str, value: str, row: Row) -> None:
        self._rows[facet][value].append(row)

    def as_bits(self, size: int) -> dict[str, dict[str, int]]:
        return {
            facet: {value: bits_of(rows, size) for value, rows in sorted(found.items())}
            for facet, found in self._rows.items()
        }


def _add_members(table: Table, values: _Values, row_of: dict[int, Row]) -> None:
    places = _places()
    cells: dict[Cell, list[Row]] = defaultdict(list)
    table.points = [[] for _row in table.keys]
    table.largest = [0] * len(table.keys)
    members = PartnershipMember.objects.order_by("pk").values_list(
        "partnership_id", "municipality_id", "side"
    )
    for key, place_key, side in members.iterator():
        row = row_of.get(key)
        if row is None:
            continue
        place = places[place_key]
        _add_place(table, values, place, row)
        position = _position(place, places)
        if position:
            cells[_placed(table, place, position, row, side)].append(row)
    table.cells = {cell: bits_of(rows, len(table.keys)) for cell, rows in cells.items()}
    table.unplaced = bits_of(_unplaced(table), len(table.keys))
    table.population.sort()


def _unplaced(table: Table) -> Iterator[Row]:
    """Whatever has no line on the map: fewer than two sides with a position."""
    return (row for row, points in enumerate(table.points) if len({side for side, _x, _y in points}) < 2)


def _places() -> dict[int, dict[str, Any]]:
    """What members are, and what they are part of."""
    named = Municipality.objects.filter(memberships__isnull=False) | Municipality.objects.filter(
        parts__memberships__isnull=False
    )
    return {place["pk"]: place for place in named.distinct().order_by().values(*PLACE)}


def _add_place(table: Table, values: _Values, place: dict[str, Any], row: Row) -> None:
    country = place["country"]
    values.add("country", country, row)
    for facet, name in (("region", place["region"]), ("area", place["district"])):
        if name:
            values.add(facet, f"{country}:{name}", row)
    if place["population"] is not None:
        table.population.append((place["population"], row))
        table.largest[row] = max(table.largest[row], place["population"])


def _position(place: dict[str, Any], places: dict[int, dict[str, Any]]) -> tuple[float, float] | None:
    """As ``Municipality.position``: a part lies where the whole lies, unless its own place is known."""
    if place["lat"] is not None and place["lon"] is not None:
        return place["lat"], place["lon"]
    whole = places.get(place["parent_id"]) if place["level"] == Level.DISTRICT_OF_CITY else None
    return _position(whole, places) if whole else None


def _placed(table: Table, place: dict[str, Any], position: tuple[float, float], row: Row, side: str) -> Cell:
    lat, lon = (radians(degrees) for degrees in position)
    table.member_row.append(row)
    table.member_spot.append((cos(lat) * cos(lon), cos(lat) * sin(lon), sin(lat)))
    x, y = place_on_map(*position)
    table.points[row].append((side, x, y))
    cell = (int(x // CELL), int(y // CELL))
    known = (place["population"] or 0, place["public_id"], place["pk"])
    table.heads[cell] = max(table.heads.get(cell, known), known)
    return cell
