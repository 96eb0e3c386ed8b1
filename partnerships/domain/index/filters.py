"""What a visitor can ask for: the same for the list, the map, the API and the files."""

from __future__ import annotations

from dataclasses import dataclass

UNKNOWN = "unknown"
SORTS = ("name", "oldest", "newest", "largest", "nearest")
FACETS = ("country", "region", "area", "kind", "status", "topic", "decade")
"""Fields of ``Filters`` with a fixed number of values."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place to measure from, in degrees."""

    name: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Filters:
    """What fits all of this; what is empty means any.

    ``area`` and ``region`` are like ``FR:Orne`` and ``FR:Normandie``, ``decade`` like ``1960`` or
    ``unknown``. Years of signing and numbers of inhabitants (of at least one member) are inclusive.
    ``among`` are primary keys of partnerships, where a condition lies outside of the index.
    ``km`` is from ``spot`` to the nearest member.
    """

    q: str = ""
    country: str = ""
    region: str = ""
    area: str = ""
    kind: str = ""
    status: str = ""
    topic: str = ""
    decade: str = ""
    signed_from: int | None = None
    signed_to: int | None = None
    population_from: int | None = None
    population_to: int | None = None
    among: frozenset[int] | None = None
    spot: Spot | None = None
    km: int | None = None
    sort: str = "name"
