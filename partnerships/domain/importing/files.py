"""Tables as they come: CSV in UTF-8, or the first sheet of an Excel file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from partnerships.domain.importing.report import FileUnreadable

ZIP = b"PK\x03\x04"
"""How an Excel file begins, whatever it is called."""
Record = tuple[int, list[str]]


def read(path: Path) -> tuple[list[str], Iterator[Record]]:
    """The header, and every further line with its number (the header being line 1).

    Raises ``FileUnreadable``, also while the lines are read.
    """
    try:
        with path.open("rb") as file:
            is_excel = file.read(4) == ZIP
    except OSError as error:
        raise FileUnreadable(f"The file cannot be opened: {error.strerror}.") from error
    lines = _excel(path) if is_excel else _csv(path)
    _line, header = next(lines, (1, []))
    return [name.strip() for name in header], lines


def _csv(path: Path) -> Iterator[Record]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            # The line of a record is that of its end: quoted cells may hold line breaks.
            yield from ((reader.line_num, cells) for cells in reader if cells)
    except UnicodeDecodeError as error:
        raise FileUnreadable("The file is not UTF-8 text. Save it as “CSV UTF-8”.") from error
    except csv.Error as error:
        raise FileUnreadable(f"The file is not CSV: {error}.") from error


def _excel(path: Path) -> Iterator[Record]:
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError, ValueError, OSError) as error:
        raise FileUnreadable("The file is no Excel file (.xlsx) that can be read.") from error
    try:
        for line, cells in enumerate(book.worksheets[0].iter_rows(values_only=True), 1):
            texts = [_text(cell) for cell in cells]
            if any(texts):
                yield line, texts
    finally:
        book.close()


def _text(cell: Any) -> str:
    """As one would read it: a whole number without its decimals, a date as ISO has it."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if hasattr(cell, "date"):
        return str(cell.date().isoformat())
    return str(cell)
