"""Reading the list, plain or compressed, one line at a time, and checking what a line says."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from partnerships.domain.identifiers import municipality_id
from partnerships.domain.importing.checks import CODES, MUNICIPALITY_CODES, SIDE_CHECKS
from partnerships.domain.importing.report import FileUnreadable, Problem
from partnerships.models import CodeType, Level

REQUIRED = ("country", "level", "code_type", "code", "name")
TEXTS = {"name": 120, "district": 80, "region": 80, "postcodes": 500, "population_source": 80, "note": 200}
NUMBERS = {"lat": "lat", "lon": "lon", "population": "pop", "population_year": "pop_year"}
NUTS = re.compile(r"[A-Z]{2}[A-Z0-9]{1,3}")
GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Line:
    """One territory of the list."""

    number: int
    cells: dict[str, str]

    def value(self, column: str) -> str:
        """The cell, empty where there is none."""
        return self.cells.get(column, "")

    @property
    def is_part(self) -> bool:
        return self.value("level") == Level.DISTRICT_OF_CITY

    @property
    def public_id(self) -> str:
        """The id that a new record gets."""
        return municipality_id(
            self.value("country"), self.value("code"), self.value("name"), is_part=self.is_part
        )


def read(path: Path) -> Iterator[Line]:
    """The lines in order; ``FileUnreadable`` says what is wrong with the file as a whole."""
    try:
        with _opened(path) as file:
            reader = csv.DictReader(file, strict=True)
            missing = [name for name in REQUIRED if name not in (reader.fieldnames or [])]
            if missing:
                raise FileUnreadable(f"The header lacks these columns: {', '.join(missing)}.")
            for record in reader:
                yield Line(reader.line_num, _clean(record))
    except UnicodeDecodeError as error:
        raise FileUnreadable("The file is not UTF-8 text.") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FileUnreadable("The compressed file is damaged.") from error
    except OSError as error:
        raise FileUnreadable(f"The file cannot be opened: {error.strerror}.") from error
    except csv.Error as error:
        raise FileUnreadable(f"The file is not CSV: {error}.") from error


@contextmanager
def _opened(path: Path) -> Iterator[io.TextIOWrapper]:
    with path.open("rb") as raw:
        is_packed = raw.read(2) == GZIP
        raw.seek(0)
        data = cast("Any", gzip.GzipFile(fileobj=raw) if is_packed else raw)
        yield io.TextIOWrapper(data, encoding="utf-8-sig", newline="")


def _clean(record: dict[Any, Any]) -> dict[str, str]:
    return {key: (value or "").strip() for key, value in record.items() if key is not None}


def faults(line: Line) -> Iterator[Problem]:
    """Everything that is wrong with the line by itself."""
    for column, message in (*_names(line), *_codes(line), *_figures(line)):
        yield Problem(line.number, column, message)


def _names(line: Line) -> Iterator[tuple[str, str]]:
    if not line.value("name"):
        yield "name", "is empty: name the place"
    for column, length in TEXTS.items():
        if len(line.value(column)) > length:
            yield column, f"is longer than {length} characters"
    if line.is_part and not (line.value("parent") or line.value("successor")):
        yield "parent", "is empty: a part needs the code of the whole"


def _codes(line: Line) -> Iterator[tuple[str, str]]:
    country, level, code_type = (line.value(name) for name in ("country", "level", "code_type"))
    if country not in MUNICIPALITY_CODES:
        yield "country", f"must be one of {', '.join(MUNICIPALITY_CODES)}, not “{country}”"
    elif level not in Level.values:
        yield "level", f"“{level}” is none of {', '.join(Level.values)}"
    elif code_type not in CodeType.values:
        yield "code_type", f"“{code_type}” is none of {', '.join(CodeType.values)}"
    else:
        shape, words = CODES.get((country, level)) or MUNICIPALITY_CODES[country]
        if code_type == CodeType.NUTS:
            shape, words = NUTS, "a NUTS code such as FRD"
        if not shape.fullmatch(line.value("code")):
            yield "code", f"must be {words}, not “{line.value('code')}”"


def _figures(line: Line) -> Iterator[tuple[str, str]]:
    for column, check in NUMBERS.items():
        if line.value(column) and (message := SIDE_CHECKS[check](line.value(column))):
            yield column, message
    if bool(line.value("lat")) != bool(line.value("lon")):
        yield "lat", "latitude and longitude belong together"
