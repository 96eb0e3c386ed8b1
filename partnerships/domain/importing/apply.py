"""Writing the checked rows: all in one transaction, only what is new or different.

A cell that is empty erases nothing, and what an editor added (further members, sources,
associations) stays. Importing the same file twice therefore changes nothing the second time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db import transaction

from partnerships.domain.importing.agreements import agreements_of
from partnerships.domain.importing.common import BATCH, Refused, amend, chunks, tally
from partnerships.domain.importing.places import Place, gather, remarks
from partnerships.domain.importing.reader import Row
from partnerships.domain.importing.report import Count, ImportReport
from partnerships.domain.importing.writer import AgreementWriter
from partnerships.domain.search import refresh_around
from partnerships.models import Municipality

Advance = Callable[[], None]
FIGURES = {"population", "population_year"}
LISTED = {"name", "district", "region", "lat", "lon", *FIGURES}


def import_rows(
    rows: list[Row],
    *,
    provenance: str,
    dry_run: bool = False,
    advance: Advance = lambda: None,
    after: Callable[[ImportReport, list[int]], None] | None = None,
) -> ImportReport:
    """Write rows that ``check_rows`` found sound. ``advance`` is called once per agreement.

    ``after`` runs within the transaction with the ids of the partnerships that the file names.
    """
    report = ImportReport(rows=len(rows), dry_run=dry_run, remarks=remarks(rows))
    try:
        with transaction.atomic():
            places, touched = _write_places(gather(rows), report.municipalities)
            writer = AgreementWriter(places, provenance, report)
            agreements = agreements_of(rows)
            writer.prepare(agreements)
            for agreement in agreements:
                writer.write(agreement)
                advance()
            written = writer.finish()
            refresh_around(touched)
            if after:
                after(report, written)
            transaction.set_rollback(dry_run)
    except Refused as refused:
        return ImportReport(rows=len(rows), dry_run=dry_run, problems=[refused.problem])
    return report


def _write_places(places: dict[str, Place], count: Count) -> tuple[dict[str, Municipality], set[int]]:
    """Create or update the municipalities; wholes before their parts, so that links find them.

    Also which of those that were there before changed.
    """
    known = _by_public_id(places)
    touched: set[int] = set()
    for are_parts in (False, True):
        new: list[Municipality] = []
        changes = _Changes()
        for public_id, place in places.items():
            if bool(place.whole) is not are_parts:
                continue
            links = {"parent": place.whole, "successor": place.successor}
            fields = {**place.fields, **{name: known[target] for name, target in links.items() if target}}
            if public_id in known:
                tally(count, changes.note(known[public_id], _wanted(known[public_id], fields)))
            else:
                record = Municipality(public_id=public_id, **fields)
                record.search_text = record.make_search_text()
                new.append(record)
        Municipality.objects.bulk_create(new, batch_size=BATCH)
        touched |= changes.write()
        known.update({record.public_id: record for record in new})
        count.created += len(new)
    return known, touched


class _Changes:
    """What differs, written at once: one by one, each would write its partnerships' search text anew."""

    def __init__(self) -> None:
        self._records: list[Municipality] = []
        self._names = {"search_text"}

    def note(self, record: Municipality, fields: dict[str, Any]) -> bool:
        """Whether anything differs."""
        names = amend(record, fields)
        if names:
            record.search_text = record.make_search_text()
            self._records.append(record)
            self._names.update(names)
        return bool(names)

    def write(self) -> set[int]:
        """The primary keys of what changed."""
        Municipality.objects.bulk_update(self._records, sorted(self._names), batch_size=BATCH)
        return {record.pk for record in self._records}


def _wanted(record: Municipality, fields: dict[str, Any]) -> dict[str, Any]:
    """What a row may say of a place. The list of all municipalities knows its names better."""
    if not hasattr(record, "gazetteer_entry"):
        return fields
    kept = {name for name in LISTED if getattr(record, name) not in (None, "")}
    if fields.get("population_source"):
        kept -= FIGURES
    return {name: value for name, value in fields.items() if name not in kept}


def _by_public_id(places: Iterable[str]) -> dict[str, Municipality]:
    found: dict[str, Municipality] = {}
    for chunk in chunks(list(places)):
        rows = Municipality.objects.select_related("parent", "successor", "gazetteer_entry").filter(
            public_id__in=chunk
        )
        found.update({record.public_id: record for record in rows})
    return found
