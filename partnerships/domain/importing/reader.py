"""Reading a CSV or XLSX file into typed rows. Values are checked in ``checks``."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from partnerships.domain.importing.columns import implied, renamed
from partnerships.domain.importing.report import FileUnreadable
from partnerships.domain.importing.sheets import lines
from partnerships.domain.names import TownName, parse_town
from partnerships.domain.reference import agreement_of

REQUIRED = ("town_a", "country_a", "town_b", "country_b")
COLUMNS = {
    *REQUIRED,
    *("id", "agreement", "ags", "insee", "level_a", "level_b", "kreis", "departement"),
    *(f"{name}_{side}" for name in ("lat", "lon", "pop", "pop_year", "pop_source", "qid") for side in "ab"),
    *("year_signed", "date_signed_a", "date_signed_b", "status", "type", "association"),
    *("distance_km", "sources", "note", "land", "match_confidence", "answer_a", "answer_b"),
}
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
    """The rows of a file, and those of its columns that the import does not know."""

    rows: list[Row]
    ignored_columns: list[str]


def read_rows(path: Path, columns: Mapping[str, str] | None = None) -> Table:
    """Read the file; ``FileUnreadable`` says in words what is wrong with it as a whole.

    ``columns`` says which of the file's columns is which of ours, where the names differ.
    """
    is_sheet = path.suffix.lower() == ".xlsx"
    return _table(_sheet(path) if is_sheet else _text(path), columns or {})


def _table(numbered: Iterator[tuple[int, list[str]]], columns: Mapping[str, str]) -> Table:
    _, first = next(numbered, (0, []))
    theirs = [name.strip() for name in first]
    _check_given(columns, theirs)
    header = renamed(theirs, columns)
    said = implied(theirs)
    _check_header([*header, *said])
    rows = [Row(number, said | _cells(header, cells)) for number, cells in numbered if any(cells)]
    return Table(rows, sorted(set(header) - COLUMNS))


def _text(path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            # The line of a record is that of its end: quoted cells may hold line breaks.
            for cells in reader:
                yield reader.line_num, cells
    except OSError as error:
        raise FileUnreadable(f"The file cannot be opened: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise FileUnreadable("The file is not UTF-8 text. Save it as “CSV UTF-8”.") from error
    except csv.Error as error:
        raise FileUnreadable(f"The file is not CSV: {error}.") from error


def _sheet(path: Path) -> Iterator[tuple[int, list[str]]]:
    return enumerate(lines(path), start=1)


def _check_given(columns: Mapping[str, str], theirs: list[str]) -> None:
    for name, ours in columns.items():
        if name not in theirs:
            raise FileUnreadable(f"There is no column “{name}” in the file.")
        if ours not in COLUMNS:
            raise FileUnreadable(f"“{ours}” is no column of the import: {', '.join(sorted(COLUMNS))}.")


def _check_header(header: list[str]) -> None:
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        raise FileUnreadable(f"The header lacks these columns: {', '.join(missing)}.")
    doubled = sorted({name for name in header if name and header.count(name) > 1})
    if doubled:
        raise FileUnreadable(f"These columns stand twice in the header: {', '.join(doubled)}.")


def _cells(header: list[str], cells: list[str]) -> dict[str, str]:
    """Cells as stripped text; cells beyond the header are kept under "" so that a check can name them."""
    values = dict(zip(header, (cell.strip() for cell in cells), strict=False))
    beyond = {"": "…"} if any(cell.strip() for cell in cells[len(header) :]) else {}
    return {**dict.fromkeys(header, ""), **values, **beyond}
