"""What a subscriber can follow: every listed partnership and the places in them."""

from __future__ import annotations

from partnerships.models import Partnership


def municipality_key(public_id: str) -> str:
    """The key of one municipality."""
    return f"municipality:{public_id}"[:80]


def partnership_key(public_id: str) -> str:
    """The key of one partnership."""
    return f"partnership:{public_id}"[:80]


def subjects_of(partnership: Partnership) -> tuple[str, ...]:
    """The keys of ``partnership`` and of its places."""
    places = (member.municipality.public_id for member in partnership.members.all())
    return (partnership_key(partnership.public_id), *map(municipality_key, places))


def subjects(language: str) -> list[tuple[str, str]]:
    """(key, label in ``language``) of all of them by label, in a fixed number of queries."""
    found: dict[str, str] = {}
    for partnership in Partnership.objects.listed().with_members():
        found[partnership_key(partnership.public_id)] = partnership.title(language)
        for member in partnership.members.all():
            place = member.municipality
            found[municipality_key(place.public_id)] = place.label(language)
    return sorted(found.items(), key=lambda subject: (subject[1].casefold(), subject[0]))
