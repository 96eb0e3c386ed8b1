"""The uploaded file of an import: kept while it is needed and not a moment longer."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path, PurePath
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tasks.newsletter.importing.archive import FileUnreadable
from tasks.newsletter.importing.reading import Table, tables
from tasks.newsletter.models.imports import OPEN, ImportState, ImportUpload, SubscriberImport

MAX_UPLOAD = 20 * 1024 * 1024
SAMPLES = 3
SAMPLE_LENGTH = 60
PREFIX = "antenne-import-"
LEFT_OVER_SECONDS = 24 * 3600


def store(upload: UploadedFile[Any], user: Any, kind: str) -> SubscriberImport:
    """Keep ``upload`` for an import of ``user``. Raises ``FileUnreadable`` for what is no table."""
    if (upload.size or 0) > MAX_UPLOAD:
        raise FileUnreadable(
            _("The file is larger than %(size)s MB. Divide it, or ask who runs the server to import it.")
            % {"size": MAX_UPLOAD // 1024 // 1024}
        )
    if not upload.size:
        raise FileUnreadable(_("The file is empty."))
    name, content = PurePath(upload.name or "").name[:200], upload.read()
    with _on_disk(content) as path:
        found = [_preview(table) for table in tables(path, name)]
    with transaction.atomic():
        row = SubscriberImport.objects.create(
            name=name, format=kind, uploaded_by=user, spoken=get_language() or "de"
        )
        ImportUpload.objects.create(subscriber_import=row, content=content, tables=found)
    return row


def _preview(table: Table) -> dict[str, Any]:
    """What is shown of a table, so that its columns can be chosen."""
    lines = [[cell[:SAMPLE_LENGTH] for cell in row.cells] for row in islice(table.rows(), SAMPLES)]
    return {"name": table.name, "header": list(table.header), "lines": lines}


@contextmanager
def file_of(row: SubscriberImport) -> Iterator[Path]:
    """The file of ``row`` as long as the block lasts."""
    content = ImportUpload.objects.values_list("content", flat=True).get(subscriber_import=row)
    with _on_disk(bytes(content)) as path:
        yield path


@contextmanager
def _on_disk(content: bytes) -> Iterator[Path]:
    """``content`` where only this process's user can read it."""
    with tempfile.TemporaryDirectory(prefix=PREFIX) as directory:
        path = Path(directory) / "file"
        path.write_bytes(content)
        yield path


def discard(row: SubscriberImport) -> None:
    """Delete the file; the figures stay."""
    ImportUpload.objects.filter(subscriber_import=row).delete()


def forget_uploads(before: datetime) -> int:
    """Give up imports that nobody went on with since ``before``, and delete their files."""
    stale = SubscriberImport.objects.filter(state__in=OPEN, updated_at__lte=before)
    given_up = stale.update(state=ImportState.FORGOTTEN, finished_at=timezone.now(), lease_until=None)
    ImportUpload.objects.exclude(subscriber_import__state__in=OPEN).delete()
    _clear_left_over()
    return given_up


def _clear_left_over() -> None:
    """What a worker that was killed could not delete itself."""
    for directory in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            old = directory.stat().st_mtime < time.time() - LEFT_OVER_SECONDS
        except FileNotFoundError:
            continue  # its process has just deleted it
        if old:
            shutil.rmtree(directory, ignore_errors=True)
