"""Other partnerships with a member near one of this partnership's members."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from partnerships.domain.directory import records
from partnerships.domain.index.current import current
from partnerships.domain.index.filters import Filters, Spot
from partnerships.domain.listing import page_urls
from partnerships.models import Partnership

if TYPE_CHECKING:
    from partnerships.models import DirectoryPage

NEAR_KM = 25
MOST = 8
"""More would be a second directory."""


@dataclass(frozen=True, slots=True)
class Nearby:
    """A neighbour; ``url`` is empty where it has no page in this language."""

    title: str
    url: str
    near_both: bool
    """Whether it is near more than one of the members."""


def nearby(partnership: Partnership, directory: DirectoryPage) -> list[Nearby]:
    """Neighbours within ``NEAR_KM``, those near most members first, with a fixed number of queries."""
    counted = _counted(partnership)
    shown = records([key for key, _number in counted.most_common(MOST)])
    urls = page_urls(directory, {record.pk for record in shown})
    language = directory.language
    return [
        Nearby(record.title(language), urls.get(record.pk, ""), counted[record.pk] > 1) for record in shown
    ]


def _counted(partnership: Partnership) -> Counter[int]:
    """How many of the members each neighbour is near, by its primary key; the nearest first."""
    index, counted = current(), Counter[int]()
    for spot in _spots(partnership):
        counted.update(index.find(Filters(spot=spot, km=NEAR_KM, sort="nearest")).keys)
    del counted[partnership.pk]
    return counted


def _spots(partnership: Partnership) -> set[Spot]:
    places = (member.municipality for member in partnership.members.all())
    # Without names, so that two partnerships of one place share what the index remembers.
    return {Spot("", *place.position) for place in places if place.position}
