"""Every filter against the same question asked of each record in turn, on real twinnings."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from partnerships.domain.distance import haversine_km
from partnerships.domain.importing import import_rows, read_rows
from partnerships.domain.index.current import current
from partnerships.domain.index.filters import FACETS, SORTS, UNKNOWN, Filters, Spot
from partnerships.domain.reference import DATA
from partnerships.domain.text import fold
from partnerships.models import Municipality, Partnership, Topic

PROJECT = Path(__file__).resolve().parents[2]
LARGE = (
    Path(os.environ.get("ANTENNE_SHARED") or PROJECT.parent / "shared") / "data/partnerships_defr_large.csv"
)
ROUNDS = 150


def without(filters: Filters, *names: str) -> Filters:
    """The same search with fewer conditions."""
    empty = Filters()
    return replace(filters, **{name: getattr(empty, name) for name in names})


@pytest.fixture(params=["region", "large"])
def twinnings(request: pytest.FixtureRequest, db: None) -> list[Partnership]:
    """The 55 of the region that the project ships, and 921 of the whole of both countries."""
    # Their licence lets the project test with them, not ship them; the 55 always run.
    if request.param == "large" and not LARGE.exists():
        pytest.skip(f"NOT RUN: the 921 twinnings are not there ({LARGE})")
    file = LARGE if request.param == "large" else DATA / "partnerships_region.csv"
    rows = read_rows(file).rows
    report = import_rows(rows, provenance="test")
    assert not report.problems
    dice = random.Random(7)
    topics = list(Topic.objects.all())
    found = list(Partnership.objects.order_by("pk"))
    for record in found[:: max(1, len(found) // 60)]:
        record.topics = dice.sample(topics, 2)
        record.status = dice.choice(["active", "dormant", "ended"])
        record.save()
    return list(Partnership.objects.listed().with_members().prefetch_related("topics"))


def places(record: Partnership) -> list[Municipality]:
    return [member.municipality for member in record.members.all()]


def decade(record: Partnership) -> str:
    return UNKNOWN if record.year_signed is None else f"{record.year_signed // 10}0"


VALUES: dict[str, Callable[[Partnership], set[str]]] = {
    "country": lambda record: {place.country for place in places(record)},
    "region": lambda record: {f"{place.country}:{place.region}" for place in places(record) if place.region},
    "area": lambda record: {
        f"{place.country}:{place.district}" for place in places(record) if place.district
    },
    "kind": lambda record: {record.kind},
    "status": lambda record: {record.status},
    "topic": lambda record: {topic.key for topic in record.topics.all()},
    "decade": lambda record: {decade(record)},
}


def fits(record: Partnership, filters: Filters) -> bool:
    """The question asked of one record, in the plainest way."""
    for facet, values in VALUES.items():
        wanted = getattr(filters, facet)
        if wanted and wanted not in values(record):
            return False
    if any(word not in record.search_text for word in fold(filters.q).split()):
        return False
    year, low, high = record.year_signed, filters.signed_from, filters.signed_to
    if low is not None and (year is None or year < low):
        return False
    if high is not None and (year is None or year > high):
        return False
    if not _is_peopled(record, filters):
        return False
    return filters.spot is None or filters.km is None or away(record, filters.spot) <= filters.km


def _is_peopled(record: Partnership, filters: Filters) -> bool:
    low, high = filters.population_from, filters.population_to
    if low is None and high is None:
        return True
    known = [place.population for place in places(record) if place.population is not None]
    return any((low is None or low <= number) and (high is None or number <= high) for number in known)


def away(record: Partnership, spot: Spot) -> float:
    """Kilometres to the nearest member."""
    positions = [place.position for place in places(record) if place.position]
    return min((haversine_km((spot.lat, spot.lon), at) for at in positions), default=1e9)


def question(dice: random.Random, record: Partnership) -> Filters:
    """Of one condition or several, which ``record`` answers to more often than not."""
    place = dice.choice(places(record))
    year, people = record.year_signed or 1970, place.population or 5000
    names = [place.name, place.name[:3], place.name.upper(), place.official_code or "a"]
    possible: dict[str, Any] = {
        **{facet: dice.choice(sorted(values(record) or {""})) for facet, values in VALUES.items()},
        "q": dice.choice(names),
        "signed_from": year - dice.randrange(3),
        "signed_to": year + dice.randrange(3),
        "population_from": people - dice.randrange(2000),
        "population_to": people + dice.randrange(2000),
        "spot": Spot("x", *place.position) if place.position else None,
    }
    made = {name: value for name, value in possible.items() if dice.random() < 0.25}
    if made.get("spot"):
        made["km"] = dice.choice([1, 10, 50, 300])
    return Filters(**made, sort=dice.choice(SORTS))


def questions(twinnings: list[Partnership]) -> Iterator[Filters]:
    dice = random.Random(42)
    return (question(dice, dice.choice(twinnings)) for _round in range(ROUNDS))


def test_every_search_finds_what_fits_and_nothing_else(twinnings: list[Partnership]) -> None:
    index, found_something = current(), 0
    for filters in questions(twinnings):
        found = index.find(filters)
        expected = {record.pk for record in twinnings if fits(record, filters)}
        assert set(found.keys) == expected, filters
        assert len(found.keys) == len(expected), filters
        found_something += bool(expected)
    assert found_something > ROUNDS / 2


def test_every_facet_counts_what_its_choice_would_find(twinnings: list[Partnership]) -> None:
    index = current()
    for filters in list(questions(twinnings))[:40]:
        for facet in FACETS:
            rest = [record for record in twinnings if fits(record, without(filters, facet))]
            expected: dict[str, int] = {}
            for record in rest:
                for value in VALUES[facet](record):
                    expected[value] = expected.get(value, 0) + 1
            counted = {value: number for value, number in index.find(filters).facets[facet].items() if number}
            assert counted == expected, (facet, filters)


def test_every_order_is_kept(twinnings: list[Partnership]) -> None:
    by_key = {record.pk: record for record in twinnings}
    spot = Spot("Hannover", 52.37, 9.73)

    def largest(record: Partnership) -> int:
        return max((place.population or 0 for place in places(record)), default=0)

    ranks: dict[str, Callable[[Partnership], Any]] = {
        "name": lambda record: (record.sort_key, record.public_id),
        "oldest": lambda record: record.year_signed or 9999,
        "newest": lambda record: -(record.year_signed or 0),
        "largest": lambda record: -largest(record),
        "nearest": lambda record: round(away(record, spot), 3),
    }
    for sort, rank in ranks.items():
        found = current().find(Filters(sort=sort, spot=spot))
        ranked = [rank(by_key[key]) for key in found.keys]
        assert ranked == sorted(ranked), sort
        assert len(ranked) == len(twinnings)


def test_spellings_make_no_difference(twinnings: list[Partnership]) -> None:
    def number(q: str) -> int:
        return len(current().find(Filters(q=q)).keys)

    assert number("Göttingen") == number("Goettingen") == number("gottingen") > 0
    assert number("Hanovre") > 0
    assert number("!?") == 0
    assert number("") == len(twinnings)


def test_a_smaller_question_finds_more(twinnings: list[Partnership]) -> None:
    for filters in list(questions(twinnings))[:40]:
        wider = replace(filters, q="", kind="")
        assert set(current().find(filters).keys) <= set(current().find(wider).keys)
