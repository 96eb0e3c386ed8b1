"""Reading tables: encoding and separator are found out, rows come one by one."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from django.utils.translation import gettext as _

from tasks.newsletter.importing.archive import (
    MAX_BYTES,
    FileUnreadable,
    is_zip,
    opened,
    tables_in,
    too_large,
)

BLOCK = 1 << 16
ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
DELIMITERS = ",;\t"
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class Row:
    """One line of a table; ``number`` is that of its first line in the file, as an editor counts."""

    number: int
    cells: list[str]


@dataclass(frozen=True)
class Table:
    """A CSV file, or one in a zip."""

    name: str
    path: Path
    member: str
    encoding: str
    delimiter: str
    header: tuple[str, ...]

    def rows(self) -> Iterator[Row]:
        """All lines below the header that are not empty."""
        records = _records(self.path, self.member, self.encoding, self.delimiter, self.name)
        next(records)
        return (row for row in records if any(cell.strip() for cell in row.cells))


def tables(path: Path, name: str = "") -> list[Table]:
    """The tables in the file. ``name`` is what it was called before it was stored under another name.

    Raises ``FileUnreadable``.
    """
    try:
        if is_zip(path):
            return [_table(path, member, PurePosixPath(member).name) for member in tables_in(path)]
        return [_table(path, "", name or path.name)]
    except OSError as error:
        raise FileUnreadable(_("The file cannot be opened.")) from error


def _table(path: Path, member: str, name: str) -> Table:
    encoding = _encoding(path, member)
    delimiter = _delimiter(path, member, encoding)
    first = next(_records(path, member, encoding, delimiter, name), None)
    if first is None or not any(cell.strip() for cell in first.cells):
        raise FileUnreadable(_("“%(file)s” has no header line.") % {"file": name})
    if any("\0" in cell for cell in first.cells):
        raise FileUnreadable(_("“%(file)s” is no text file. Save the table as CSV.") % {"file": name})
    if any(ADDRESS.fullmatch(cell.strip()) for cell in first.cells):
        raise FileUnreadable(
            _("The first line of “%(file)s” has an address. It must say what is in which column.")
            % {"file": name}
        )
    return Table(name, path, member, encoding, delimiter, tuple(cell.strip() for cell in first.cells))


def _encoding(path: Path, member: str) -> str:
    """UTF-8 or UTF-16 where the file says so, UTF-8 where all of it is that, else Windows-1252."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    size, utf8 = 0, True
    with opened(path, member) as file:
        while block := file.read(BLOCK):
            for mark, encoding in BYTE_ORDER_MARKS:
                if not size and block.startswith(mark):
                    return encoding
            size += len(block)
            # An archive may say less than it holds.
            if size > MAX_BYTES:
                raise too_large()
            utf8 = utf8 and _decodes(decoder, block)
    return "utf-8" if utf8 and not decoder.getstate()[0] else "cp1252"


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes) -> bool:
    try:
        decoder.decode(block)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(path: Path, member: str, encoding: str) -> str:
    with opened(path, member) as file, io.TextIOWrapper(file, encoding, errors="replace") as text:
        first = text.readline(BLOCK)
    return max(DELIMITERS, key=lambda sign: len(next(csv.reader([first], delimiter=sign), [])))


def _records(path: Path, member: str, encoding: str, delimiter: str, name: str) -> Iterator[Row]:
    number = 0
    with opened(path, member) as file, io.TextIOWrapper(file, encoding, newline="") as text:
        reader = csv.reader(text, delimiter=delimiter)
        try:
            for cells in reader:
                yield Row(number + 1, cells)
                number = reader.line_num
        except UnicodeError as error:
            raise FileUnreadable(
                _("“%(file)s” is neither in UTF-8 nor in Windows-1252.") % {"file": name}
            ) from error
        except csv.Error as error:
            raise FileUnreadable(
                _("“%(file)s”, line %(line)s: %(error)s. Perhaps a quotation mark is never closed.")
                % {"file": name, "line": number + 1, "error": error}
            ) from error
