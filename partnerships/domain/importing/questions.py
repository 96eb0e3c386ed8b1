"""Places that a row names without saying which: asked about, never guessed.

A place is certain by its official code, unless the row itself calls the match doubtful, or by a name
that one listed place alone bears within the area that the row names. A French name that is borne once
is certain without an area; the German list has gaps, so a German one is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from partnerships.domain.importing.reader import CODE_TYPES, Row, Side
from partnerships.domain.importing.report import Candidate, Question
from partnerships.domain.names import QUALIFIERS
from partnerships.domain.reference import area_of
from partnerships.domain.text import fold
from partnerships.models import GazetteerEntry, Level, Municipality

DOUBTFUL = "homonym"
NEW, RIGHT = "new", "yes"
HEAD = re.compile(r"\s*(?:,|\(| – ).*")
LANDS = dict(
    zip(
        "SH HH NI HB NW HE RP BW BY SL BE BB MV SN ST TH".split(),  # noqa: SIM905
        (f"{number:02}" for number in range(1, 17)),
        strict=True,
    )
)
Answers = Mapping[str, str]


def settle(rows: list[Row], answers: Answers) -> tuple[list[Row], list[Question]]:
    """The rows whose places are certain, these written into them; and the questions of the others."""
    places = _Places(rows)
    settled, asked = [], []
    for row in rows:
        values, questions = dict(row.values), []
        for side in row.sides:
            answer = answers.get(f"{row.line}{side.letter}") or side.value("answer")
            found = _settle(row, side, answer.strip(), places)
            if isinstance(found, Question):
                questions.append(found)
            else:
                values |= found
        asked += questions
        if not questions:
            settled.append(Row(row.line, values))
    return settled, asked


def _settle(row: Row, side: Side, answer: str, places: _Places) -> dict[str, str] | Question:
    """The cells to change in the row, none where it is right as it is."""
    if answer in (NEW, RIGHT):
        return {side.code_column: ""} if answer == NEW and side.country in CODE_TYPES else {}
    if answer:
        chosen = places.by_code(side.country, answer)
        message = f"the answer “{answer}” is no listed code, nor “{NEW}” or “{RIGHT}”"
        return _cells(side, chosen) if chosen else _question(row, side, message, [])
    if not _is_open(row, side, places):
        return {}
    named = places.named(side)
    if side.code:
        return _question(row, side, f"“{side.value('town')}” with {side.code} is marked as doubtful", named)
    within = [place for place in named if _is_within(side, place)]
    if len(within) == 1 and _is_certain(side) and fold(within[0].name) == fold(side.value("town")):
        return _cells(side, within[0])
    return _question(row, side, f"“{side.value('town')}” has no official code", within or named)


def _is_open(row: Row, side: Side, places: _Places) -> bool:
    is_doubtful = bool(side.code) and row.value("match_confidence").startswith(DOUBTFUL)
    if side.country not in places.listed:
        return is_doubtful
    level = side.value("level") or QUALIFIERS.get(side.town.qualifier) or Level.MUNICIPALITY
    if level != Level.MUNICIPALITY or side.town.part:
        return False
    if not side.code:
        return not places.is_known_without_code(side)
    return is_doubtful and (len(places.named(side)) != 1 or not places.is_clear_by_the_other(row))


def _is_within(side: Side, place: Candidate) -> bool:
    if side.country == "FR":
        department = side.row.get("departement", "")
        return not department or department in (place.code[: len(department)], place.district)
    land, kreis = side.row.get("land", ""), side.row.get("kreis", "")
    fits_land = not land or LANDS.get(land) == place.code[:2] or area_of("DE", place.code).region == land
    return fits_land and (not kreis or fold(kreis) == fold(place.district))


def _is_certain(side: Side) -> bool:
    return side.country == "FR" or bool(side.row.get("land") or side.row.get("kreis"))


def _cells(side: Side, place: Candidate) -> dict[str, str]:
    """The listed place with the list's own name; the figures of the row may be another place's."""
    figures = ("lat", "lon", "pop", "pop_year", "pop_source", "qid")
    cells = {f"{name}_{side.letter}": "" for name in figures}
    if side.country == "DE":
        cells["kreis"] = ""
    else:
        cells["departement"] = ""
    return {**cells, f"town_{side.letter}": place.name, side.code_column: place.code}


def _question(row: Row, side: Side, message: str, candidates: list[Candidate]) -> Question:
    return Question(row.line, f"town_{side.letter}", f"{row.line}{side.letter}", message, candidates)


class _Places:
    """The listed municipalities that the rows' names may mean, read in a few queries."""

    def __init__(self, rows: Iterable[Row]) -> None:
        sides = [side for row in rows for side in row.sides]
        self.listed = set(
            GazetteerEntry.objects.order_by().values_list("municipality__country", flat=True).distinct()
        )
        self._uncoded = set(Municipality.objects.filter(official_code="").values_list("country", "name"))
        wanted = {name for side in sides for name in _names(side)}
        self._named: dict[tuple[str, str], list[Candidate]] = {}
        self._by_code: dict[tuple[str, str], Candidate] = {}
        if self.listed:
            self._read(wanted)

    def _read(self, wanted: set[str]) -> None:
        found = Municipality.objects.filter(level=Level.MUNICIPALITY).exclude(official_code="")
        fields = ("country", "official_code", "name", "district", "region")
        for country, *values in found.order_by("official_code").values_list(*fields).iterator():
            place = Candidate(*values)
            self._by_code[country, place.code] = place
            if (name := fold(place.name)) in wanted:
                self._named.setdefault((country, name), []).append(place)

    def named(self, side: Side) -> list[Candidate]:
        """Places of this name; else of the name before a comma, bracket or dash."""
        names = _names(side)
        return next((self._named[side.country, n] for n in names if (side.country, n) in self._named), [])

    def by_code(self, country: str, answer: str) -> Candidate | None:
        """The place of an official code, or of the public id made of it."""
        return self._by_code.get((country, answer.removeprefix(country)))

    def is_known_without_code(self, side: Side) -> bool:
        """Whether there is a record of this very name without a code: an earlier answer “new”."""
        return (side.country, side.value("town")) in self._uncoded

    def is_clear_by_the_other(self, row: Row) -> bool:
        """Whether a doubtful row's doubt can only lie in its other place."""
        return any(len(self.named(side)) > 1 for side in row.sides)


def _names(side: Side) -> list[str]:
    town = side.value("town")
    return [fold(town), fold(HEAD.sub("", town))]
