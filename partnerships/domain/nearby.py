"""Other partnerships with a member near one of this partnership's members."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from partnerships.domain.index.current import current
from partnerships.domain.index.filters import Spot
from partnerships.domain.listing import page_urls
from partnerships.domain.rows import SHORT, members_of, title_of
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
    keys = [key for key, _number in counted.most_common(MOST)]
    urls, members, language = page_urls(directory, set(keys)), members_of(keys, SHORT), directory.language
    return [Nearby(title_of(members[key], language), urls.get(key, ""), counted[key] > 1) for key in keys]


def _counted(partnership: Partnership) -> Counter[int]:
    """How many of the members each neighbour is near, by its primary key; the nearest first."""
    index, counted = current(), Counter[int]()
    for spot in _spots(partnership):
        counted.update(index.near(spot, NEAR_KM))
    del counted[partnership.pk]
    return counted


def _spots(partnership: Partnership) -> list[Spot]:
    places = (member.municipality for member in partnership.members.all())
    return list(dict.fromkeys(Spot("", *place.position) for place in places if place.position))
