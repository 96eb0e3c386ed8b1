"""Answering from memory."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import accumulate
from math import cos, pi, radians, sin
from operator import itemgetter, or_
from typing import NamedTuple

from partnerships.domain.distance import EARTH_RADIUS_KM
from partnerships.domain.index.bits import bits_of, in_order, rows_of
from partnerships.domain.index.build import Cell, Table
from partnerships.domain.index.filters import FACETS, Filters, Spot
from partnerships.domain.index.names import Names
from partnerships.domain.map import Point
from partnerships.domain.text import tokens
from partnerships.models import Municipality

NOTHING = 0
REMEMBERED = 40
"""Answers kept: each may be of all partnerships, which are some hundred kilobytes at 25,000."""
FAR = -2.0
"""Less than any cosine: a partnership that cannot be placed is the furthest away."""


class Head(NamedTuple):
    """What a cell of the map is called after."""

    public_id: str
    label: str


@dataclass(frozen=True)
class Found:
    """The answer to one search. ``rows`` are in the order asked for."""

    filters: Filters
    bits: int
    rows: list[int]
    keys: list[int]
    """The partnerships' primary keys, in the same order."""
    facets: dict[str, dict[str, int]]
    """How many there would be with each value of a facet in place of the one that is chosen."""


class Index:
    """All that can be searched, as it was at one moment."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self.size = len(table.keys)
        self._all = (1 << self.size) - 1
        self._text = "\0".join(table.texts)
        self._starts = [0, *accumulate(len(text) + 1 for text in table.texts)][:-1]
        self._sizes = [number for number, _row in table.population]
        self._remembered: dict[Filters, Found] = {}
        self._heads: dict[str, dict[Cell, Head]] = {}

    @property
    def table(self) -> Table:
        """What it was made from, for those who count."""
        return self._table

    @cached_property
    def _orders(self) -> dict[str, list[int]]:
        years, rows = self._table.years, range(self.size)
        known = [row for row in rows if years[row] is not None]
        rest = [row for row in rows if years[row] is None]
        return {
            "oldest": sorted(known, key=lambda row: years[row] or 0) + rest,
            "newest": sorted(known, key=lambda row: -(years[row] or 0)) + rest,
            "largest": sorted(rows, key=lambda row: -self._table.largest[row]),
        }

    @cached_property
    def _row_of(self) -> dict[int, int]:
        return {key: row for row, key in enumerate(self._table.keys)}

    def find(self, filters: Filters) -> Found:
        """The partnerships that fit, and what the facets would lead to."""
        found = self._remembered.get(filters)
        if found is None:
            if len(self._remembered) >= REMEMBERED:
                self._remembered.clear()
            found = self._remembered[filters] = self._find(filters)
        return found

    def _find(self, filters: Filters) -> Found:
        near = self._near(filters.spot, filters.km) if filters.spot else None
        rest = self._unfaceted(filters, near)
        chosen = {name: self._chosen(name, getattr(filters, name)) for name in FACETS}
        bits = rest
        for part in chosen.values():
            bits &= part
        rows = self._sorted(bits, filters, near)
        facets = {name: self._counts(name, rest, chosen) for name in FACETS}
        return Found(filters, bits, rows, [self._table.keys[row] for row in rows], facets)

    def _chosen(self, facet: str, value: str) -> int:
        return self._table.facets.get(facet, {}).get(value, NOTHING) if value else self._all

    def _counts(self, facet: str, rest: int, chosen: dict[str, int]) -> dict[str, int]:
        for name, part in chosen.items():
            if name != facet:
                rest &= part
        return {value: (rest & rows).bit_count() for value, rows in self._table.facets.get(facet, {}).items()}

    def _unfaceted(self, filters: Filters, near: dict[int, float] | None) -> int:
        bits = self._all
        words = tokens(filters.q)
        if filters.q and not words:
            return NOTHING
        for word in words:
            bits &= self._naming(word)
        if filters.signed_from is not None or filters.signed_to is not None:
            bits &= self._signed(filters.signed_from, filters.signed_to)
        if filters.population_from is not None or filters.population_to is not None:
            bits &= self._populated(filters.population_from, filters.population_to)
        if filters.among is not None:
            bits &= bits_of((self._row_of[key] for key in filters.among if key in self._row_of), self.size)
        if near is not None and filters.km is not None:
            bits &= bits_of(near, self.size)
        return bits

    def _naming(self, word: str) -> int:
        """Texts with ``word`` anywhere in them; after a hit the search goes on with the next text."""
        rows, text, starts = [], self._text, self._starts
        at = text.find(word)
        while at >= 0:
            row = bisect_right(starts, at)
            rows.append(row - 1)
            at = text.find(word, starts[row]) if row < self.size else -1
        return bits_of(rows, self.size)

    def _signed(self, first: int | None, last: int | None) -> int:
        low, high = (0 if first is None else first), (9999 if last is None else last)
        parts = (rows for year, rows in self._table.signed.items() if low <= year <= high)
        return reduce(or_, parts, NOTHING)

    def _populated(self, least: int | None, most: int | None) -> int:
        start = 0 if least is None else bisect_left(self._sizes, least)
        stop = len(self._sizes) if most is None else bisect_right(self._sizes, most)
        return bits_of(map(itemgetter(1), self._table.population[start:stop]), self.size)

    @cached_property
    def _northwards(self) -> tuple[list[int], list[tuple[float, float, float]]]:
        """Rows and places of all members, from south to north."""
        rows, spots = self._table.member_row, self._table.member_spot
        order = sorted(range(len(rows)), key=lambda at: spots[at][2])
        return [rows[at] for at in order], [spots[at] for at in order]

    def near(self, spot: Spot, km: int) -> list[int]:
        """Primary keys of the partnerships with a member within ``km`` of ``spot``, the nearest first."""
        found = self._near(spot, km)
        return [self._table.keys[row] for row in sorted(found, key=lambda row: -found[row])]

    def _near(self, spot: Spot, km: int | None) -> dict[int, float]:
        """Row → cosine of the angle to its nearest member, seen from the middle of the earth, within ``km``.

        Only members in a band of latitude can be near enough.
        """
        lat, lon = radians(spot.lat), radians(spot.lon)
        a, b, c = cos(lat) * cos(lon), cos(lat) * sin(lon), sin(lat)
        angle = pi if km is None else km / EARTH_RADIUS_KM
        least, (rows, spots) = cos(min(angle, pi)), self._northwards
        start = bisect_left(spots, sin(max(lat - angle, -pi / 2)), key=itemgetter(2))
        stop = bisect_right(spots, sin(min(lat + angle, pi / 2)), key=itemgetter(2))
        found: dict[int, float] = {}
        for row, (x, y, z) in zip(rows[start:stop], spots[start:stop], strict=True):
            value = a * x + b * y + c * z
            if value >= least and value > found.get(row, FAR):
                found[row] = value
        return found

    def _sorted(self, bits: int, filters: Filters, near: dict[int, float] | None) -> list[int]:
        if filters.sort in self._orders:
            return in_order(bits, self._orders[filters.sort])
        rows = rows_of(bits)
        if filters.sort == "nearest" and near is not None:
            rows.sort(key=lambda row: -near.get(row, FAR))
        return rows

    def clusters(self, found: Found) -> list[tuple[Cell, int]]:
        """Where the members of ``found`` lie: cell of the map, and how many partnerships there."""
        counted = ((cell, (found.bits & rows).bit_count()) for cell, rows in self._table.cells.items())
        return [(cell, number) for cell, number in counted if number]

    def heads(self, language: str) -> dict[Cell, Head]:
        """The largest place of each cell."""
        if language not in self._heads:
            keys = {key: cell for cell, (_population, _public_id, key) in self._table.heads.items()}
            places = Municipality.objects.select_related("parent", "successor").in_bulk(list(keys))
            self._heads[language] = {
                keys[key]: Head(place.public_id, place.label(language)) for key, place in places.items()
            }
        return self._heads[language]

    def lines(self, found: Found) -> Iterator[tuple[Point, Point]]:
        """Each pair of places on different sides."""
        for row in found.rows:
            points = self._table.points[row]
            for index, (side, *start) in enumerate(points):
                for other, *end in points[index + 1 :]:
                    if other != side:
                        yield (start[0], start[1]), (end[0], end[1])

    @cached_property
    def _names(self) -> Names:
        return Names()

    def named(self, folded: str) -> list[int]:
        """Primary keys of the places with a position and this folded name."""
        return self._names.find(folded)

    def values(self, facet: str) -> list[str]:
        """All values that there are of a facet."""
        return list(self._table.facets.get(facet, {}))

    def without_place(self, found: Found) -> int:
        """How many of them cannot be drawn."""
        return (found.bits & self._table.unplaced).bit_count()
