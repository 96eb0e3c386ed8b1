"""Counting, from the index in memory and one aggregate query; remembered until the directory changes."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from math import acos

from django.db.models import Count, Q
from django.utils import timezone

from partnerships.domain.distance import EARTH_RADIUS_KM
from partnerships.domain.index.build import Table
from partnerships.domain.index.current import current
from partnerships.domain.index.filters import UNKNOWN, Filters
from partnerships.domain.index.search import Index
from partnerships.models import Partnership, Verification

Counts = tuple[tuple[str, int], ...]
"""(value, number of partnerships), in the order in which they are shown."""
Vector = tuple[float, float, float]

FRESH_DAYS, STALE_DAYS = 365, 730
SIZES: tuple[tuple[int, int | None], ...] = (
    *((0, 1_999), (2_000, 4_999), (5_000, 9_999), (10_000, 19_999)),
    *((20_000, 49_999), (50_000, 99_999), (100_000, None)),
)
"""Inhabitants, both inclusive, as the filter of the directory has them."""
DISTANCES: tuple[tuple[int, int | None], ...] = (
    (0, 250),
    (250, 500),
    (500, 750),
    (750, 1_000),
    (1_000, None),
)
"""Kilometres from the first up to, but without, the second."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """All figures at one moment. ``by`` is by chart and in the order of the page."""

    total: int
    by: dict[str, Counts]


_held: tuple[Index, date, Numbers] | None = None


def numbers() -> Numbers:
    """The figures of today. One query where nothing has changed."""
    global _held
    index, today = current(), timezone.localdate()
    held = _held
    if held is None or held[0] is not index or held[1] != today:
        held = _held = (index, today, _count(index, today))
    return held[2]


def span(low: int, high: int | None) -> str:
    """The key of a class: ``2000-4999``, or ``100000-`` for what has no end."""
    return f"{low}-{'' if high is None else high}"


def _count(index: Index, today: date) -> Numbers:
    facets = index.find(Filters()).facets
    regions = _regions(facets.get("region", {}))
    by = {
        "decade": _decades(facets.get("decade", {})),
        **{f"region_{country.lower()}": found for country, found in regions.items()},
        "size": _sizes(index),
        "topic": _most_first(facets.get("topic", {})),
        "kind": _most_first(facets.get("kind", {})),
        "status": _most_first(facets.get("status", {})),
        **_freshness(today),
        "distance": _distances(index.table),
    }
    return Numbers(index.size, by)


def _decades(found: dict[str, int]) -> Counts:
    """Every decade from the first to the last, so that the bars keep their distance in time."""
    known = sorted(int(decade) for decade in found if decade != UNKNOWN)
    decades = range(known[0], known[-1] + 1, 10) if known else ()
    rows = [(str(decade), found.get(str(decade), 0)) for decade in decades]
    return (*rows, *((UNKNOWN, found[name]) for name in (UNKNOWN,) if name in found))


def _regions(found: dict[str, int]) -> dict[str, Counts]:
    by_country: dict[str, dict[str, int]] = defaultdict(dict)
    for value, number in found.items():
        by_country[value.partition(":")[0]][value] = number
    return {country: _most_first(by_country[country]) for country in sorted(by_country)}


def _most_first(found: dict[str, int]) -> Counts:
    return tuple(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def _sizes(index: Index) -> Counts:
    """Exactly what the directory finds by the same two numbers of inhabitants."""
    rows = [
        (span(low, high), len(index.find(Filters(population_from=low, population_to=high)).keys))
        for low, high in SIZES
    ]
    known = len(index.find(Filters(population_from=0)).keys)
    return (*rows, (UNKNOWN, index.size - known))


def _freshness(today: date) -> dict[str, Counts]:
    fresh, stale = today - timedelta(days=FRESH_DAYS), today - timedelta(days=STALE_DAYS)
    confirmed = {
        "year": Q(last_confirmed_on__gte=fresh),
        "two_years": Q(last_confirmed_on__lt=fresh, last_confirmed_on__gte=stale),
        "longer": Q(last_confirmed_on__lt=stale),
        "never": Q(last_confirmed_on=None),
    }
    verified = {key: Q(verified=key) for key in Verification.values}
    counted = Partnership.objects.listed().aggregate(
        **{f"confirmed_{name}": Count("pk", filter=where) for name, where in confirmed.items()},
        **{f"verified_{name}": Count("pk", filter=where) for name, where in verified.items()},
    )
    return {
        chart: tuple((name, counted[f"{chart}_{name}"]) for name in names)
        for chart, names in (("confirmed", confirmed), ("verified", verified))
    }


def _distances(table: Table) -> Counts:
    """Between the two nearest places that are on different sides."""
    spots: dict[int, list[Vector]] = defaultdict(list)
    for row, spot in zip(table.member_row, table.member_spot, strict=True):
        spots[row].append(spot)
    counted: Counter[str] = Counter()
    for row, points in enumerate(table.points):
        counted[_distance_class(_nearest([side for side, _x, _y in points], spots[row]))] += 1
    keys = (*(span(low, high) for low, high in DISTANCES), UNKNOWN)
    return tuple((key, counted[key]) for key in keys)


def _nearest(sides: list[str], spots: list[Vector]) -> float | None:
    cosines = [
        sum(x * y for x, y in zip(spots[one], spots[other], strict=True))
        for one, side in enumerate(sides)
        for other in range(one + 1, len(sides))
        if sides[other] != side
    ]
    # Rounding may take the cosine of no angle at all a little above 1.
    return acos(max(-1.0, min(1.0, max(cosines)))) * EARTH_RADIUS_KM if cosines else None


def _distance_class(km: float | None) -> str:
    if km is None:
        return UNKNOWN
    return next(span(low, high) for low, high in DISTANCES if high is None or km < high)
