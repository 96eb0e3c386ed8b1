"""The map: outlines, arcs and dots as plain values for an SVG made on the server.

A Lambert conformal conic projection with standard parallels for France and Germany, drawn in
a view box of fixed width that holds these two. Nothing is fetched from elsewhere.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import cos, log, radians, sin, tan, tau
from typing import Any
from urllib.parse import urlencode

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from partnerships.domain.distance import Position
from partnerships.domain.reference import DATA
from partnerships.models import Partnership

WIDTH, MARGIN = 600, 8
ORIGIN_LON, ORIGIN_LAT, PARALLELS = 5.0, 48.5, (44.5, 52.5)
MAX_NAMED = 60
"""So many arcs have a link and a name of their own; more would make the page too heavy."""
MAX_LINES = 400
"""More arcs than this cannot be told apart: then only places are drawn."""
CELL = 24
"""Where there are many, all places in a square of this size are one dot."""
HOME = ("Germany", "France")
BEND = 0.14
"""How far an arc's middle leaves the straight line, in parts of its length."""

ATTRIBUTION = _("Places: GeoNames (CC BY 4.0); map: Natural Earth")

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Outline:
    """A country's outline as SVG path data; ``is_home`` for the two that the map is about."""

    path: str
    is_home: bool


@dataclass(frozen=True, slots=True)
class Arc:
    """One connection; ``url`` may be empty."""

    title: str
    url: str
    path: str


@dataclass(frozen=True, slots=True)
class Dot:
    """One place; ``url`` leads to its partnerships and may be empty."""

    title: str
    url: str
    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class Map:
    """All that the template draws, and how many partnerships it cannot place."""

    width: int
    height: int
    outlines: tuple[Outline, ...]
    arcs: list[Arc]
    dots: list[Dot]
    without_place: int
    lines: str = ""
    """All connections as one path, where there are too many for one each."""
    shows: str = "arcs"
    """What is drawn: arcs, lines or places."""
    attribution: Any = ATTRIBUTION

    @property
    def drawn_land(self) -> SafeString:
        """The outlines as SVG."""
        return _land(self.outlines)

    @property
    def drawn_arcs(self) -> SafeString:
        """The arcs as SVG, each a link where it has an address."""
        return format_html_join(
            "", "{}", ((_linked(arc.url, format_html(ARC, arc.path, arc.title)),) for arc in self.arcs)
        )

    @property
    def drawn_dots(self) -> SafeString:
        """The dots as SVG, each a link where it has an address."""
        circles = (
            _linked(dot.url, format_html(DOT, f"{dot.x:g}", f"{dot.y:g}", f"{dot.radius:g}", dot.title))
            for dot in self.dots
        )
        return format_html_join("", "{}", ((circle,) for circle in circles))


ARC = '<path d="{}"><title>{}</title></path>'
DOT = '<circle cx="{}" cy="{}" r="{}"><title>{}</title></circle>'


def _linked(url: str, shape: SafeString) -> SafeString:
    return format_html('<a href="{}" tabindex="-1">{}</a>', url, shape) if url else shape


@cache
def _land(outlines: tuple[Outline, ...]) -> SafeString:
    home = mark_safe(' class="is-home"')
    shapes = ((home if outline.is_home else "", outline.path) for outline in outlines)
    return format_html_join("", '<path{} d="{}"/>', shapes)


def _raw(lat: float, lon: float) -> Point:
    """Lambert conformal conic on the sphere (Snyder 1987, eq. 15-1 to 15-5), radius 1, y downwards."""
    first, second = (radians(parallel) for parallel in PARALLELS)

    def cone(phi: float) -> float:
        return tan(tau / 8 + phi / 2)

    n = log(cos(first) / cos(second)) / log(cone(second) / cone(first))
    scale = cos(first) * cone(first) ** n / n
    rho, rho_origin = scale / cone(radians(lat)) ** n, scale / cone(radians(ORIGIN_LAT)) ** n
    theta = n * radians(lon - ORIGIN_LON)
    return rho * sin(theta), rho * cos(theta) - rho_origin


@dataclass(frozen=True, slots=True)
class _Base:
    """The projected background and the frame that fits the home countries."""

    left: float
    top: float
    scale: float
    height: int
    outlines: tuple[Outline, ...]

    def place(self, lat: float, lon: float) -> Point:
        """Position in the view box, to a tenth of its unit."""
        return _fit(_raw(lat, lon), self.left, self.top, self.scale)


def _fit(point: Point, left: float, top: float, scale: float) -> Point:
    return round((point[0] - left) * scale + MARGIN, 1), round((point[1] - top) * scale + MARGIN, 1)


@cache
def _base() -> _Base:
    """Projected once per process: outlines do not change."""
    data = json.loads((DATA / "basemap_defr.geojson").read_text(encoding="utf-8"))
    countries = [
        (feature["properties"]["name"], [_project(part[0]) for part in feature["geometry"]["coordinates"]])
        for feature in data["features"]
    ]
    home = [point for name, rings in countries if name in HOME for ring in rings for point in ring]
    left, right = min(x for x, _ in home), max(x for x, _ in home)
    top, bottom = min(y for _, y in home), max(y for _, y in home)
    scale = (WIDTH - 2 * MARGIN) / (right - left)
    outlines = tuple(
        Outline("".join(_path(ring, left, top, scale) for ring in rings), name in HOME)
        for name, rings in countries
    )
    # The home countries are drawn last so that their borders lie above those of their neighbours.
    ordered = tuple(sorted(outlines, key=lambda outline: outline.is_home))
    return _Base(left, top, scale, round((bottom - top) * scale + 2 * MARGIN), ordered)


def _project(ring: list[list[float]]) -> list[Point]:
    return [_raw(lat, lon) for lon, lat in ring]


def _path(ring: list[Point], left: float, top: float, scale: float) -> str:
    """Whole units are enough for an outline, and half the bytes."""
    points = (_fit(point, left, top, scale) for point in ring)
    return "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in points) + "Z"


def place_on_map(lat: float, lon: float) -> Point:
    """Where a position in degrees lies in the view box."""
    return _base().place(lat, lon)


def crowded_map(
    lines: Iterable[tuple[Point, Point]], dots: list[Dot], without_place: int, number: int
) -> Map:
    """The map of more partnerships than can have a link each; ``dots`` stand for all places near them."""
    base = _base()
    path = "".join(_arc(*line) for line in lines) if number <= MAX_LINES else ""
    shows = "lines" if path else "places"
    return Map(WIDTH, base.height, base.outlines, [], dots, without_place, path, shows)


def crowd(cell: tuple[int, int], number: int, title: str, url: str) -> Dot:
    """A dot in the middle of ``cell`` for ``number`` places."""
    x, y = ((index + 0.5) * CELL for index in cell)
    return Dot(title, url, x, y, round(min(CELL / 2, 2.5 + number**0.5), 1))


@dataclass(frozen=True, slots=True)
class Drawable:
    """A partnership as the map needs it: ``places`` are (side, name, position) of its members."""

    title: str
    url: str
    places: Sequence[tuple[str, str, Position | None]]


def map_of(
    partnerships: Iterable[Partnership], language: str, urls: Mapping[int, str], search_url: str = ""
) -> Map:
    """The map of these records (with members at hand); ``urls`` are those of their pages by primary key."""
    return map_with(
        (_drawable(record, language, urls.get(record.pk, "")) for record in partnerships), search_url
    )


def _drawable(record: Partnership, language: str, url: str) -> Drawable:
    members = [(member.side, member.municipality) for member in record.members.all()]
    places = [(side, place.label(language), place.position) for side, place in members]
    return Drawable(record.title(language), url, places)


def map_with(partnerships: Iterable[Drawable], search_url: str = "") -> Map:
    """The map of these partnerships.

    ``search_url`` is that of the directory, where a dot then leads to all partnerships of its place.
    """
    base = _base()
    arcs: list[Arc] = []
    partners: Counter[tuple[str, Position]] = Counter()
    without_place = 0
    for partnership in partnerships:
        pairs = list(_pairs(partnership))
        without_place += not pairs
        for pair in pairs:
            points = (base.place(*position) for _name, position in pair)
            arcs.append(Arc(partnership.title, partnership.url, _arc(*points)))
            partners.update(pair)
    dots = [_dot(base, *place, count, search_url) for place, count in partners.items()]
    return Map(WIDTH, base.height, base.outlines, arcs, dots, without_place)


def _dot(base: _Base, name: str, position: Position, partners: int, search_url: str) -> Dot:
    url = f"{search_url}?{urlencode({'q': name})}#results" if search_url else ""
    # The area grows with the number of partners, up to a size that hides no neighbours.
    return Dot(name, url, *base.place(*position), round(2.8 * min(partners, 4) ** 0.5, 1))


def _pairs(partnership: Drawable) -> Iterator[tuple[tuple[str, Position], tuple[str, Position]]]:
    """Places on different sides of a partnership that both can be placed."""
    placed = [(side, (name, position)) for side, name, position in partnership.places if position]
    for index, (side, first) in enumerate(placed):
        yield from ((first, second) for other, second in placed[index + 1 :] if other != side)


def _arc(start: Point, end: Point) -> str:
    """A curve that bends northwards, so that neighbouring connections can be told apart."""
    (x1, y1), (x2, y2) = sorted((start, end))
    x, y = (x1 + x2) / 2 + (y2 - y1) * BEND, (y1 + y2) / 2 - (x2 - x1) * BEND
    return f"M{x1:g} {y1:g}Q{x:.0f} {y:.0f} {x2:g} {y2:g}"
