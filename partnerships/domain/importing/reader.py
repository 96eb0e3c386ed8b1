"""Reading the CSV file into typed rows. Values are checked in ``checks``."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from partnerships.domain.importing.report import FileUnreadable
from partnerships.domain.names import TownName, parse_town
from partnerships.domain.reference import agreement_of

REQUIRED = ("town_a", "country_a", "town_b", "country_b")
COLUMNS = {
    *REQUIRED,
    *("id", "agreement", "ags", "insee", "level_a", "level_b", "kreis", "departement"),
    *(f"{name}_{side}" for name in ("lat", "lon", "pop", "pop_year", "pop_source", "qid") for side in "ab"),
    *("year_signed", "date_signed_a", "date_signed_b", "status", "type", "association"),
    *("distance_km", "sources", "note"),
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


def read_rows(path: Path) -> Table:
    """Read the file; ``FileUnreadable`` says in words what is wrong with it as a whole."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            header = [name.strip() for name in reader.fieldnames or []]
            _check_header(header)
            reader.fieldnames = header
            # The line of a record is that of its end: quoted cells may hold line breaks.
            rows = [Row(reader.line_num, _clean(record)) for record in reader]
    except OSError as error:
        raise FileUnreadable(f"The file cannot be opened: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise FileUnreadable("The file is not UTF-8 text. Save it as “CSV UTF-8”.") from error
    except csv.Error as error:
        raise FileUnreadable(f"The file is not CSV: {error}.") from error
    return Table(rows, sorted(set(header) - COLUMNS))


def _check_header(header: list[str]) -> None:
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        raise FileUnreadable(f"The header lacks these columns: {', '.join(missing)}.")
    doubled = sorted({name for name in header if name and header.count(name) > 1})
    if doubled:
        raise FileUnreadable(f"These columns stand twice in the header: {', '.join(doubled)}.")


def _clean(record: Mapping[str | None, str | list[str] | None]) -> dict[str, str]:
    """Cells as stripped text; cells beyond the header are kept under "" so that a check can name them."""
    cells = {key or "": value for key, value in record.items()}
    return {
        key: value.strip() if isinstance(value, str) else "…" if value else "" for key, value in cells.items()
    }
