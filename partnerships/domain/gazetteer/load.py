"""Writing the list: each country in one transaction, in parts that fit into memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from django.db import transaction
from django.db.models import Q

from partnerships.domain.gazetteer.check import check
from partnerships.domain.gazetteer.lines import Line, read
from partnerships.domain.gazetteer.merge import FIELDS, Values, listed, merge
from partnerships.domain.gazetteer.report import CountryCount, GazetteerReport
from partnerships.domain.importing.common import BATCH, chunks
from partnerships.domain.search import refresh_around
from partnerships.models import GazetteerEntry, Municipality

Advance = Callable[[], None]
FITS_A_QUERY = 400


def import_gazetteer(
    path: Path, *, dry_run: bool = False, advance: Callable[[str, int], Advance] = lambda *_: lambda: None
) -> GazetteerReport:
    """Bring the records to what the list says. ``advance`` makes a country's function to call per line."""
    report, checked = GazetteerReport(dry_run=dry_run), check(read(path))
    for country, number in checked.lines.items():
        if problems := checked.problems.get(country):
            report.problems += problems
            continue
        with transaction.atomic():
            loader = _Loader(country, advance(country, number))
            loader.run(line for line in read(path) if line.value("country") == country)
            report.countries[country] = loader.count
            transaction.set_rollback(dry_run)
    return report


class _Loader:
    """One country."""

    def __init__(self, country: str, advance: Advance) -> None:
        self.country, self.advance = country, advance
        self.count = CountryCount()
        self.known: dict[str, int] = {}
        self.touched: set[int] = set()

    def run(self, lines: Iterator[Line]) -> None:
        """All lines; of one kind at a time, so that wholes are there before what belongs to them."""
        for part in _alike(lines):
            self._write(part)
        refresh_around(self.touched)

    def _write(self, lines: list[Line]) -> None:
        existing = _Existing(self.country, lines)
        new: list[tuple[Municipality, Values]] = []
        changed: list[Municipality] = []
        entries: list[GazetteerEntry] = []
        for line in lines:
            self.advance()
            values, record = listed(line, self.known), existing.find(line)
            if record is None:
                new.append((_made(line, values), values))
                continue
            before = existing.listed.get(record.pk)
            if self._merged(record, before, values):
                changed.append(record)
            if before != values:
                entries.append(GazetteerEntry(municipality=record, values=values))
            self._remember(line, record)
        Municipality.objects.bulk_update(changed, [*FIELDS_TO_WRITE, "search_text"], batch_size=FITS_A_QUERY)
        self._create(lines, new)
        _store(entries)

    def _merged(self, record: Municipality, before: Values | None, values: Values) -> bool:
        changed, is_kept = merge(record, before, values)
        self.count.kept += is_kept
        if not changed:
            self.count.unchanged += 1
            return False
        self.count.updated += 1
        record.search_text = record.make_search_text()
        self.touched.add(record.pk)
        return True

    def _create(self, lines: list[Line], new: list[tuple[Municipality, Values]]) -> None:
        Municipality.objects.bulk_create([record for record, _ in new], batch_size=FITS_A_QUERY)
        _store([GazetteerEntry(municipality=record, values=values) for record, values in new])
        self.count.created += len(new)
        by_id = {record.public_id: record for record, _ in new}
        for line in lines:
            if line.public_id in by_id:
                self._remember(line, by_id[line.public_id])
        # A new predecessor is a name by which its successor's partnerships are found.
        self.touched.update(record.successor_id for record, _ in new if record.successor_id)

    def _remember(self, line: Line, record: Municipality) -> None:
        if not line.is_part:
            self.known[line.value("code")] = record.pk


FIELDS_TO_WRITE = [name.removesuffix("_id") for name in FIELDS]


class _Existing:
    """The records that a few lines may speak of, and what the list said of them before."""

    def __init__(self, country: str, lines: list[Line]) -> None:
        codes, ids = {line.value("code") for line in lines}, [line.public_id for line in lines]
        self.listed: dict[int, Values] = {}
        self.by_code: dict[tuple[str, str, str], Municipality] = {}
        self.by_id: dict[str, Municipality] = {}
        wanted = Q(country=country, official_code__in=codes) | Q(public_id__in=ids)
        for record in Municipality.objects.filter(wanted):
            part = record.name if record.is_part else ""
            self.by_code[record.code_type, record.official_code, part] = record
            self.by_id[record.public_id] = record
        keys = [record.pk for record in self.by_id.values()]
        for chunk in chunks(keys):
            found = GazetteerEntry.objects.filter(pk__in=chunk)
            self.listed.update(found.values_list("pk", "values"))

    def find(self, line: Line) -> Municipality | None:
        """By code (and name, for a part); else by id, which outlives a name."""
        part = line.value("name") if line.is_part else ""
        found = self.by_code.get((line.value("code_type"), line.value("code"), part))
        return found or self.by_id.get(line.public_id)


def _made(line: Line, values: Values) -> Municipality:
    record = Municipality(
        public_id=line.public_id,
        country=line.value("country"),
        level=line.value("level"),
        code_type=line.value("code_type"),
        official_code=line.value("code"),
        **values,
    )
    record.search_text = record.make_search_text()
    return record


def _store(entries: list[GazetteerEntry]) -> None:
    GazetteerEntry.objects.bulk_create(
        entries,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["municipality"],
        update_fields=["values"],
    )


def _alike(lines: Iterator[Line]) -> Iterator[list[Line]]:
    """Parts of the list of one level each and not too long."""
    part: list[Line] = []
    for line in lines:
        if part and (len(part) == FITS_A_QUERY or part[0].value("level") != line.value("level")):
            yield part
            part = []
        part.append(line)
    if part:
        yield part
