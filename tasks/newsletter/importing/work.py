"""The imports of the admin, as workers do them: in chunks, each of which is one transaction.

The number of lines that are done is committed with the lines themselves. Whoever goes on after a
worker was killed therefore begins where it stopped, and writes nobody twice and leaves out nobody.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from tasks.ledger.claims import lease, worker_name
from tasks.newsletter.importing.archive import FileUnreadable
from tasks.newsletter.importing.formats import There
from tasks.newsletter.importing.report import ImportReport
from tasks.newsletter.importing.run import Chunk, SubscriberFile, attempted
from tasks.newsletter.importing.settings import ImportSettings
from tasks.newsletter.importing.stored import discard, file_of
from tasks.newsletter.models.imports import WORKING, ImportState, ImportUpload, SubscriberImport

logger = logging.getLogger(__name__)

IMPORT_SECONDS = 20
"""How long one turn writes before it lets others have one. What is written is read again by the next."""
LISTED = 500
"""Problems that are kept of one import."""
MAX_ATTEMPTS = 5
"""Workers that may die over the same lines."""


class Lost(Exception):
    """The import is not this worker's any more: it was cancelled, or another one took it."""


def work(seconds: float) -> bool:
    """Check and write what is due for about ``seconds``; True where more is waiting."""
    until = time.monotonic() + seconds
    while (row := claim()) is not None:
        _guarded(row, until)
        if time.monotonic() >= until:
            break
    return due().exists()


def due() -> QuerySet[SubscriberImport]:
    """Imports that a worker may take now; those of dead workers are among them."""
    free = Q(lease_until=None) | Q(lease_until__lt=timezone.now())
    return SubscriberImport.objects.filter(free, state__in=WORKING)


def claim() -> SubscriberImport | None:
    """Take the oldest import that is due."""
    oldest = due().order_by("pk").first()
    if oldest is None:
        return None
    ours = due().filter(pk=oldest.pk)
    if not ours.update(worker=worker_name(), lease_until=lease(), attempts=F("attempts") + 1):
        return None
    return SubscriberImport.objects.get(pk=oldest.pk)


def _guarded(row: SubscriberImport, until: float) -> None:
    """One turn on one import. After an error its lease runs out before it is tried again."""
    try:
        with override(row.spoken):
            _turn(row, until)
    except (Lost, ImportUpload.DoesNotExist):
        logger.info("Import %s is not ours any more", row.pk)
    except FileUnreadable as error:
        _end(row, ImportState.FAILED, trouble=str(error)[:500])
    except SoftTimeLimitExceeded:
        raise
    except Exception:
        logger.exception("Import %s stopped", row.pk)


def _turn(row: SubscriberImport, until: float) -> None:
    if row.attempts > MAX_ATTEMPTS:
        _end(row, ImportState.FAILED, trouble=_("It stopped several times. The server's log says why."))
        return
    with file_of(row) as path:
        file = SubscriberFile(path, row.name, settings_of(row))
        if row.state == ImportState.CHECKING:
            _check(row, file)
        else:
            _write(row, file, until)


def settings_of(row: SubscriberImport) -> ImportSettings:
    """What the editor chose. Faulty lines are left out: their number was shown before."""
    return ImportSettings(
        row.consent_source,
        language=row.language,
        topics=tuple(row.topics),
        format=row.format,
        columns=row.columns,
        agreed_on=row.agreed_on,
        confirm=row.confirm,
        skip_errors=True,
    )


def hold(row: SubscriberImport, **changes: Any) -> None:
    """Note progress and keep the lease; raises ``Lost`` where the import is not ours any more."""
    ours = SubscriberImport.objects.filter(pk=row.pk, worker=row.worker, state=row.state)
    kept = {"lease_until": lease(), "updated_at": timezone.now(), "attempts": 0}
    if not ours.update(**kept | changes):
        raise Lost


def _check(row: SubscriberImport, file: SubscriberFile) -> None:
    """Count what would become of all lines. A check that was stopped begins again."""
    same = row.attempts
    hold(row, rows_done=0, rows_total=file.rows(), started_at=timezone.now(), attempts=same)
    done = 0

    def advance(lines: int) -> None:
        nonlocal done
        done += lines
        hold(row, rows_done=done, attempts=same)

    report = file.pass_over(advance, room=LISTED)
    if file.stricter:
        # Lines that were counted before their stricter double was seen.
        report = file.pass_over(lambda lines: hold(row, attempts=same), room=LISTED)
    stricter = {key: there.value for key, there in file.stricter.items()}
    ImportUpload.objects.filter(subscriber_import=row).update(stricter=stricter)
    now = timezone.now()
    hold(row, state=ImportState.CHECKED, report=report.to_json(), checked_at=now, lease_until=None)


def _write(row: SubscriberImport, file: SubscriberFile, until: float) -> None:
    """Write the chunks that are not written yet, until the time is up."""
    found = ImportUpload.objects.values_list("stricter", flat=True).get(subscriber_import=row)
    file.stricter = {key: There(value) for key, value in found.items()}
    if not row.rows_done:
        hold(row, started_at=timezone.now(), attempts=row.attempts)
        row.report = file.report().to_json() | {"written": True}
    for chunk, seen in _unwritten(row, file):
        row.report = attempted(partial(_write_chunk, row, file, chunk, seen)).to_json()
        if time.monotonic() >= until and seen < row.rows_total:
            hold(row, lease_until=None)
            return
    _end(row, ImportState.FINISHED, report=row.report)


def _unwritten(row: SubscriberImport, file: SubscriberFile) -> Iterator[tuple[Chunk, int]]:
    """Chunks with the number of lines up to their ends. What was written is read again, for the doubles."""
    seen, done = 0, row.rows_done
    for chunk in file.chunks():
        seen += len(chunk)
        if seen > done:
            yield chunk, seen
        else:
            hold(row, attempts=row.attempts)


def _write_chunk(row: SubscriberImport, file: SubscriberFile, chunk: Chunk, seen: int) -> ImportReport:
    report = ImportReport.from_json(row.report, LISTED)
    report.add(file.decide(chunk, writing=True))
    hold(row, rows_done=seen, report=report.to_json())
    return report


def _end(row: SubscriberImport, state: ImportState, **changes: Any) -> None:
    """Nothing more happens: the file goes."""
    try:
        hold(row, state=state, finished_at=timezone.now(), lease_until=None, **changes)
    except Lost:
        return
    discard(row)
