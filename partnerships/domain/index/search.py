"""Answering from memory."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from math import cos, radians, sin

from partnerships.domain.distance import EARTH_RADIUS_KM
from partnerships.domain.index.bits import bits_of, in_order, rows_of
from partnerships.domain.index.build import Cell, Table
from partnerships.domain.index.filters import FACETS, Filters, Spot
from partnerships.domain.map import Point
from partnerships.domain.text import tokens

NOTHING = 0
FAR = -2.0
"""Less than any cosine: a partnership that cannot be placed is the furthest away."""


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

    def find(self, filters: Filters) -> Found:
        """The partnerships that fit, and what the facets would lead to."""
        found = self._remembered.get(filters)
        if found is None:
            if len(self._remembered) >= 500:
                self._remembered.clear()
            found = self._remembered[filters] = self._find(filters)
        return found

    def _find(self, filters: Filters) -> Found:
        near = self._cosines(filters.spot) if filters.spot else None
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

    def _unfaceted(self, filters: Filters, near: list[float] | None) -> int:
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
        if near is not None and filters.km is not None:
            bits &= self._within(near, filters.km)
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
        years = self._table.years
        return bits_of((row for row, year in enumerate(years) if year and low <= year <= high), self.size)

    def _populated(self, least: int | None, most: int | None) -> int:
        start = 0 if least is None else bisect_left(self._sizes, least)
        stop = len(self._sizes) if most is None else bisect_right(self._sizes, most)
        return bits_of((row for _number, row in self._table.population[start:stop]), self.size)

    def _cosines(self, spot: Spot) -> list[float]:
        """Of the angle between ``spot`` and each placed member, seen from the middle of the earth."""
        lat, lon = radians(spot.lat), radians(spot.lon)
        a, b, c = cos(lat) * cos(lon), cos(lat) * sin(lon), sin(lat)
        return [a * x + b * y + c * z for x, y, z in self._table.member_spot]

    def _within(self, near: list[float], km: int) -> int:
        least = cos(km / EARTH_RADIUS_KM)
        rows = self._table.member_row
        return bits_of((rows[at] for at, value in enumerate(near) if value >= least), self.size)

    def _sorted(self, bits: int, filters: Filters, near: list[float] | None) -> list[int]:
        if filters.sort in self._orders:
            return in_order(bits, self._orders[filters.sort])
        rows = rows_of(bits)
        if filters.sort == "nearest" and near is not None:
            best = [FAR] * self.size
            for row, value in zip(self._table.member_row, near, strict=True):
                best[row] = max(best[row], value)
            rows.sort(key=lambda row: -best[row])
        return rows

    def clusters(self, found: Found) -> list[tuple[Cell, int, int]]:
        """Where the members of ``found`` lie: cell of the map, key of its largest place, how many there."""
        counted = Counter(cell for row in found.rows for cell in self._table.cells[row])
        return [(cell, self._table.heads[cell][2], number) for cell, number in counted.items()]

    def lines(self, found: Found) -> Iterator[tuple[Point, Point]]:
        """Each pair of places on different sides."""
        for row in found.rows:
            points = self._table.points[row]
            for index, (side, *start) in enumerate(points):
                for other, *end in points[index + 1 :]:
                    if other != side:
                        yield (start[0], start[1]), (end[0], end[1])

    def values(self, facet: str) -> list[str]:
        """All values that there are of a facet."""
        return list(self._table.facets.get(facet, {}))

    def without_place(self, found: Found) -> int:
        """How many of them cannot be drawn."""
        return (found.bits & self._table.unplaced).bit_count()


def without(filters: Filters, *names: str) -> Filters:
    """The same search with fewer conditions."""
    empty = Filters()
    return replace(filters, **{name: getattr(empty, name) for name in names})
