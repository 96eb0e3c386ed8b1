"""Reading the file into typed rows. Values are checked in ``checks``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from partnerships.domain.importing import files
from partnerships.domain.importing.mapping import columns, constants
from partnerships.domain.importing.report import FileUnreadable, Problem
from partnerships.domain.names import TownName, parse_town
from partnerships.domain.reference import agreement_of

REQUIRED = ("town_a", "country_a", "town_b", "country_b")
COLUMNS = {
    *REQUIRED,
    *("id", "agreement", "ags", "insee", "level_a", "level_b", "kreis", "departement"),
    *(f"{name}_{side}" for name in ("lat", "lon", "pop", "pop_year", "pop_source", "qid") for side in "ab"),
    *("year_signed", "date_signed_a", "date_signed_b", "status", "type", "association"),
    *("distance_km", "sources", "note", "match_confidence"),
}
CONFIDENCE, HOMONYM = "match_confidence", "homonym"
CODE_TYPES = {"DE": "ags", "FR": "insee"}


@dataclass(frozen=True)
class Side:
    """One half of a row: the columns that end in ``_a`` or ``_b``, with code and area."""

    letter: str
    row: Mapping[str, str]

    def value(self, name: str) -> str:
        """The cell ``name_a`` or ``name_b``, empty where there is none."""
        return self.row.get(f"{name}_{self.letter}", "")

    @property
    def country(self) -> str:
        return self.value("country")

    @property
    def code_type(self) -> str:
        return CODE_TYPES.get(self.country, "") if self.code else ""

    @property
    def code_column(self) -> str:
        """The column of this side's official code: ags for Germany, insee for France."""
        return CODE_TYPES.get(self.country, "ags")

    @property
    def code(self) -> str:
        return self.row.get(self.code_column, "") if self.country in CODE_TYPES else ""

    @cached_property
    def town(self) -> TownName:
        return parse_town(self.value("town"), country=self.country, level=self.value("level"), code=self.code)


@dataclass(frozen=True)
class Row:
    """One line of the file with blanks around values removed."""

    line: int
    values: Mapping[str, str]

    def value(self, name: str) -> str:
        """The cell in column ``name``, empty where there is none."""
        return self.values.get(name, "")

    @cached_property
    def sides(self) -> tuple[Side, Side]:
        return Side("a", self.values), Side("b", self.values)

    @property
    def agreement(self) -> str:
        """The id that this row's agreement goes by: several rows of a three-way share it; or empty."""
        return self.value("agreement") or agreement_of(self.value("id"))


@dataclass(frozen=True)
class Table:
    """The rows of a file, and those of its columns that the import does not know.

    ``homonyms`` are rows of which the file itself says that one of the places may be another of the
    same name: they are left out until somebody has looked.
    """

    rows: list[Row]
    ignored_columns: list[str]
    homonyms: list[Problem]


def read_rows(
    path: Path, mapping: Mapping[str, str] | None = None, *, accept_homonyms: bool = False
) -> Table:
    """Read a CSV or Excel file; ``FileUnreadable`` says in words what is wrong with it as a whole.

    ``mapping`` is the name of a column of ours → what the file calls it, where that differs.
    """
    header, records = files.read(path)
    names = columns(header, mapping or {}, COLUMNS)
    fixed = {name: value for name, value in constants(header).items() if name not in names}
    _check_header([*names, *fixed])
    rows = [Row(line, {**fixed, **_clean(names, cells)}) for line, cells in records]
    doubtful = [] if accept_homonyms else [row for row in rows if row.value(CONFIDENCE).startswith(HOMONYM)]
    left_out = {row.line for row in doubtful}
    sound = [row for row in rows if row.line not in left_out]
    return Table(sound, sorted(set(names) - COLUMNS), [_homonym(row) for row in doubtful])


def _homonym(row: Row) -> Problem:
    places = " – ".join(f"{side.value('town')} ({side.code or '?'})" for side in row.sides)
    return Problem(row.line, CONFIDENCE, f"{places}: one of them may be another place of the same name")


def _check_header(header: list[str]) -> None:
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        raise FileUnreadable(f"The header lacks these columns: {', '.join(missing)}.")
    doubled = sorted({name for name in header if name and header.count(name) > 1})
    if doubled:
        raise FileUnreadable(f"These columns stand twice in the header: {', '.join(doubled)}.")


def _clean(names: list[str], cells: list[str]) -> dict[str, str]:
    """Cells as stripped text; cells beyond the header are kept under "" so that a check can name them."""
    kept = {name: cell.strip() for name, cell in zip(names, cells, strict=False)}
    beyond = any(cell.strip() for cell in cells[len(names) :])
    return {**kept, "": "…"} if beyond else kept
