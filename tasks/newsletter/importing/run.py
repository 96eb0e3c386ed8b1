"""The import of one file: first everything is checked, then all of it is written or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from django.db import IntegrityError, transaction

from tasks.newsletter.importing.formats import STRICTNESS, Format, There, recognized
from tasks.newsletter.importing.known import known
from tasks.newsletter.importing.lines import Line, LineReader
from tasks.newsletter.importing.outcomes import outcome_of
from tasks.newsletter.importing.reading import Table, tables
from tasks.newsletter.importing.report import ImportReport, twice
from tasks.newsletter.importing.settings import ImportSettings
from tasks.newsletter.importing.values import vocabulary
from tasks.newsletter.importing.writing import write

CHUNK = 1000
ATTEMPTS = 3

Advance = Callable[[int], None]
Fence = Callable[[], None]


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
    file = _File(path, name or path.name, settings)
    report = file.pass_over(advance)
    if file.stricter:
        # Lines that were counted before their stricter double was seen.
        report = file.pass_over()
    if settings.dry_run or not report.changes or (report.faulty and not settings.skip_errors):
        return report
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                report = file.pass_over(advance, writing=True)
                fence()
        except IntegrityError:
            # Somebody in the file subscribed at this moment; the next attempt knows them.
            if attempt == ATTEMPTS:
                raise
        else:
            break
    report.written = True
    return report


class _File:
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

    def pass_over(self, advance: Advance = lambda lines: None, *, writing: bool = False) -> ImportReport:
        """Read all of the file and decide on every line; with ``writing``, carry it out as well."""
        report = ImportReport(
            format=str(self.kinds[0]),
            columns={reader.table.name: _named(reader.table, reader.columns) for reader in self.readers},
        )
        people = self._people(report)
        while chunk := list(islice(people, CHUNK)):
            lines = [line for line in chunk if line is not None]
            decisions = [
                (line, here, outcome_of(line, here, confirm=self.settings.confirm))
                for line, here in zip(lines, known(lines, lock=writing), strict=True)
            ]
            for line, _here, outcome in decisions:
                report.count(line, outcome)
            if writing:
                write(decisions, self.settings, self.name)
            advance(len(chunk))
        return report

    def _people(self, report: ImportReport) -> Iterator[Line | None]:
        """Every line; None for one that has faults, which go into ``report``."""
        seen: dict[str, tuple[str, int, There]] = {}
        for reader in self.readers:
            for row in reader.table.rows():
                report.lines += 1
                line = reader.read(row)
                if line is None:
                    report.refuse(reader.problems)
                elif line.key in seen:
                    self._again(line, seen[line.key], report, reader)
                    line = None
                else:
                    seen[line.key] = (line.table, line.number, line.there)
                    line.there = self.stricter.get(line.key, line.there)
                yield line

    def _again(
        self, line: Line, before: tuple[str, int, There], report: ImportReport, reader: LineReader
    ) -> None:
        """A double is a fault; but where one of the two says “no”, that holds for the other."""
        table, number, there = before
        so_far = self.stricter.get(line.key, there)
        if STRICTNESS[line.there] > STRICTNESS[so_far]:
            self.stricter[line.key] = line.there
        report.refuse([twice(line, reader.table.header[reader.columns["email"]], (table, number))])


def _named(table: Table, columns: dict[str, int]) -> dict[str, str]:
    return {field: table.header[index] for field, index in columns.items()}
