"""How public ids are made. They are stored once made and never computed again.

- A municipality with an official code of its own: country + code, ``DE03241001``.
- A part of it (Stadtbezirk, commune déléguée): that and the part's name in ASCII,
  ``DE03241001-ahlem-badenstedt-davenstedt``.
- A place without an official code: country and name, ``DE-samtgemeinde-wesendorf``.
- A partnership: the ids of its first two members, ``DE03241001-FR66136``; where such an id was
  ever given before, ``-2``, ``-3``… is added.

Files may bring ids of their own for partnerships; those win.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count

from partnerships.domain.text import fold_german


def slug(name: str) -> str:
    """The name as lower-case ASCII words with hyphens, umlauts written out."""
    return fold_german(name).replace(" ", "-").replace("_", "-")


def municipality_id(country: str, code: str, name: str, is_part: bool) -> str:
    """The public id of a municipality, by the rules above."""
    if not code:
        return f"{country}-{slug(name)}"
    return f"{country}{code}-{slug(name)}" if is_part else f"{country}{code}"


def partnership_id(places: Sequence[str], is_taken: Callable[[str], bool]) -> str:
    """A free public id for the partnership of these places (their ids, in order)."""
    base = "-".join(places[:2]) or "partnership"
    if not is_taken(base):
        return base
    return next(f"{base}-{number}" for number in count(2) if not is_taken(f"{base}-{number}"))
