"""The first sheet of an XLSX file as lines of text, as a CSV file would give them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from partnerships.domain.importing.report import FileUnreadable

DAMAGED = (BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, EOFError)
MAX_ROWS = 100_000


def lines(path: Path) -> Iterator[list[str]]:
    """Rows of text; ``FileUnreadable`` where the file is no workbook."""
    try:
        book = load_workbook(path, read_only=True, data_only=True)
        for row in book.worksheets[0].iter_rows(values_only=True, max_row=MAX_ROWS):
            yield [_text(cell) for cell in row]
        book.close()
    except OSError as error:
        raise FileUnreadable(f"The file cannot be opened: {error.strerror}.") from error
    except DAMAGED as error:
        raise FileUnreadable("The file is not an XLSX workbook, or it is damaged.") from error


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat()
    # A spreadsheet's whole numbers are floats now and then.
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
