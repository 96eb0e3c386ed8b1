"""The import of one file: first everything is checked, then all of it is written or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from django.db import IntegrityError, transaction

from tasks.newsletter.importing.formats import STRICTNESS, Format, There, recognized
from tasks.newsletter.importing.known import known
from tasks.newsletter.importing.lines import Line, LineReader, Problem
from tasks.newsletter.importing.outcomes import outcome_of
from tasks.newsletter.importing.reading import Table, tables
from tasks.newsletter.importing.report import MAX_LISTED, ImportReport, twice
from tasks.newsletter.importing.settings import ImportSettings
from tasks.newsletter.importing.values import vocabulary
from tasks.newsletter.importing.writing import write

CHUNK = 1000
ATTEMPTS = 3

Advance = Callable[[int], None]
Fence = Callable[[], None]
Chunk = list[Line | list[Problem]]
"""Some lines; in place of a faulty one, what is wrong with it."""


def import_file(
    path: Path,
    settings: ImportSettings,
    *,
    name: str = "",
    advance: Advance = lambda lines: None,
    fence: Fence = lambda: None,
) -> ImportReport:
    """Take over the people in the file, or say what would become of them.

    ``advance`` is called with the number of lines that were done, twice per line in all.
    ``fence`` is called at the end of the transaction and may stop it by raising. Raises
    ``FileUnreadable``.
    """
    file = SubscriberFile(path, name or path.name, settings)
    report = file.pass_over(advance)
    if file.stricter:
        # Lines that were counted before their stricter double was seen.
        report = file.pass_over()
    if settings.dry_run or not report.changes or (report.faulty and not settings.skip_errors):
        return report

    def all_of_it() -> ImportReport:
        report = file.pass_over(advance, writing=True)
        fence()
        return report

    report = attempted(all_of_it)
    report.written = True
    return report


def attempted(write_lines: Callable[[], ImportReport]) -> ImportReport:
    """What ``write_lines`` returns, in one transaction: once more where somebody subscribed at this moment.

    The next attempt knows them.
    """
    for _attempt in range(ATTEMPTS - 1):
        try:
            with transaction.atomic():
                return write_lines()
        except IntegrityError:
            continue
    with transaction.atomic():
        return write_lines()


class SubscriberFile:
    """A file that is read as ``settings`` say, a thousand lines at a time."""

    def __init__(self, path: Path, name: str, settings: ImportSettings) -> None:
        self.settings, self.name = settings, name
        self.tables = tables(path, name)
        told = Format(settings.format) if settings.format else None
        self.kinds = [told or recognized(table.header) for table in self.tables]
        words = vocabulary()
        self.readers = [
            LineReader(table, kind, words, settings)
            for table, kind in zip(self.tables, self.kinds, strict=True)
        ]
        self.stricter: dict[str, There] = {}
        """Of whom a second line says a stricter thing; complete once all lines were read."""

    def rows(self) -> int:
        """How many lines there are."""
        return sum(1 for table in self.tables for _row in table.rows())

    def report(self, room: int = MAX_LISTED) -> ImportReport:
        """A report on no lines yet."""
        return ImportReport(
            format=str(self.kinds[0]),
            columns={reader.table.name: _named(reader.table, reader.columns) for reader in self.readers},
            room=room,
        )

    def pass_over(
        self, advance: Advance = lambda lines: None, *, writing: bool = False, room: int = MAX_LISTED
    ) -> ImportReport:
        """Read all of the file and decide on every line; with ``writing``, carry it out as well."""
        report = self.report(room)
        for chunk in self.chunks():
            report.add(self.decide(chunk, writing=writing))
            advance(len(chunk))
        return report

    def chunks(self) -> Iterator[Chunk]:
        """All lines, read and checked. Doubles are found by those before them, so none can be left out."""
        items = self._items()
        while chunk := list(islice(items, CHUNK)):
            yield chunk

    def decide(self, chunk: Chunk, *, writing: bool = False) -> ImportReport:
        """What becomes of some lines; with ``writing``, in the caller's transaction, carried out."""
        report = ImportReport(lines=len(chunk), room=CHUNK)
        lines = [item for item in chunk if isinstance(item, Line)]
        for item in chunk:
            if not isinstance(item, Line):
                report.refuse(item)
        decisions = [
            (line, here, outcome_of(line, here, confirm=self.settings.confirm))
            for line, here in zip(lines, known(lines, lock=writing), strict=True)
        ]
        for line, _here, outcome in decisions:
            report.count(line, outcome)
        if writing:
            write(decisions, self.settings, self.name)
        return report

    def _items(self) -> Iterator[Line | list[Problem]]:
        """Every line, or what is wrong with it."""
        seen: dict[str, tuple[str, int, There]] = {}
        for reader in self.readers:
            for row in reader.table.rows():
                line = reader.read(row)
                if line is None:
                    yield reader.problems
                elif line.key in seen:
                    yield [self._again(line, seen[line.key], reader)]
                else:
                    seen[line.key] = (line.table, line.number, line.there)
                    line.there = self.stricter.get(line.key, line.there)
                    yield line

    def _again(self, line: Line, before: tuple[str, int, There], reader: LineReader) -> Problem:
        """A double is a fault; but where one of the two says “no”, that holds for the other."""
        table, number, there = before
        so_far = self.stricter.get(line.key, there)
        if STRICTNESS[line.there] > STRICTNESS[so_far]:
            self.stricter[line.key] = line.there
        return twice(line, reader.table.header[reader.columns["email"]], (table, number))


def _named(table: Table, columns: dict[str, int]) -> dict[str, str]:
    return {field: table.header[index] for field, index in columns.items()}
