"""Distances as the crow flies."""

from __future__ import annotations

from collections.abc import Iterable
from math import asin, cos, radians, sin, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from partnerships.models import PartnershipMember

EARTH_RADIUS_KM = 6371.0088
Position = tuple[float, float]
"""Latitude and longitude in degrees."""


def haversine_km(start: Position, end: Position) -> float:
    """Kilometres between two positions."""
    lat1, lon1, lat2, lon2 = (radians(value) for value in (*start, *end))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(half))


def distance_km(members: Iterable[PartnershipMember]) -> int | None:
    """Whole kilometres between the first members of the first two sides; None where one is not placed."""
    return distance_of((member.side, member.municipality.position) for member in members)


def distance_of(members: Iterable[tuple[str, Position | None]]) -> int | None:
    """The same for (side, position) of each member."""
    firsts: dict[str, Position | None] = {}
    for side, position in members:
        firsts.setdefault(side, position)
    places = list(firsts.values())[:2]
    if len(places) < 2 or places[0] is None or places[1] is None:
        return None
    return round(haversine_km(places[0], places[1]))
