"""The agreements of a file: rows of a three-way twinning put together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from partnerships.domain.importing.places import places_of
from partnerships.domain.importing.reader import Row
from partnerships.domain.importing.sources import parse_sources
from partnerships.domain.partial_dates import PartialDate, parse

NOTES_APART = "\n"


@dataclass
class Member:
    """A place in an agreement, by the public id of its municipality."""

    place: str
    side: str
    signed: PartialDate | None = None


@dataclass
class Agreement:
    """One partnership as the file has it. ``identifiers`` begins with the public id."""

    line: int
    identifiers: list[str]
    fields: dict[str, Any] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    sources: list[tuple[str, str]] = field(default_factory=list)
    associations: list[tuple[str, str]] = field(default_factory=list)
    """(name, public id of its municipality)"""


def agreements_of(rows: list[Row]) -> list[Agreement]:
    """The file's agreements, in the order of their first rows."""
    found: dict[str, Agreement] = {}
    for row in rows:
        key = row.agreement or _derived_id(row)
        _add(found.setdefault(key, Agreement(row.line, [key])), row)
    return list(found.values())


def derived_ids(rows: list[Row]) -> Iterator[tuple[Row, str]]:
    """The ids made for rows that bring none; see ``domain.identifiers`` for the rule."""
    return ((row, _derived_id(row)) for row in rows if not row.agreement)


def _derived_id(row: Row) -> str:
    return "-".join(_twinned(row))


def _twinned(row: Row) -> list[str]:
    """The public ids of the two places that twin (the part, where a part does)."""
    return [places_of(side)[-1].public_id for side in row.sides]


def _add(agreement: Agreement, row: Row) -> None:
    if row.value("id") and row.value("id") not in agreement.identifiers:
        agreement.identifiers.append(row.value("id"))
    agreement.fields = {**_fields(row), **agreement.fields}
    note = row.value("note")
    if note:
        notes = agreement.fields.get("internal_note", "").split(NOTES_APART)
        agreement.fields["internal_note"] = NOTES_APART.join(dict.fromkeys([*filter(None, notes), note]))
    for side, place in zip(row.sides, _twinned(row), strict=True):
        _add_member(agreement, Member(place, side.letter, _signed(side.value("date_signed"))))
    agreement.sources += [
        source for source in parse_sources(row.value("sources")) if source not in agreement.sources
    ]
    _add_association(agreement, row)


def _add_member(agreement: Agreement, member: Member) -> None:
    known = agreement.members.setdefault(member.place, member)
    known.signed = known.signed or member.signed


def _add_association(agreement: Agreement, row: Row) -> None:
    """Associations are named for the first side; one of a part belongs to the part."""
    if not row.value("association"):
        return
    association = (row.value("association"), _twinned(row)[0])
    if association not in agreement.associations:
        agreement.associations.append(association)


def _signed(text: str) -> PartialDate | None:
    return parse(text) if text else None


def _fields(row: Row) -> dict[str, Any]:
    fields = {
        "kind": row.value("type"),
        "status": row.value("status"),
        "year_signed": int(row.value("year_signed")) if row.value("year_signed") else None,
    }
    return {name: value for name, value in fields.items() if value}
