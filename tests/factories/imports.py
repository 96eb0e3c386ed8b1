"""Imports in the admin, as far as a test needs them to be."""

from __future__ import annotations

import csv
import re
from io import StringIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tasks.newsletter.importing import work
from tasks.newsletter.models import ImportState, SubscriberImport

NEW, EXPORT = "/admin/imports/new/", "/admin/imports/export/"
SOURCE = "Papierliste, Mitgliederversammlung am 12. Mai 2025"
HEAD = "E-Mail;Sprache;Themen;Name\n"
CHOICES = {"consent_source": SOURCE, "column_0": "email", "column_1": "language", "column_2": "topics"}


def lines(number: int, start: int = 0) -> str:
    """Lines without faults, each with a person of its own."""
    return "".join(f"p{n}@example.org;de;congress;P\n" for n in range(start, start + number))


def upload(client: Client, text: str | bytes, name: str = "liste.csv", **more: str) -> Any:
    """The answer to a file."""
    content = text.encode() if isinstance(text, str) else text
    return client.post(NEW, {"file": SimpleUploadedFile(name, content), **more})


def uploaded(client: Client, text: str | bytes = HEAD + lines(3), **more: str) -> SubscriberImport:
    """An import that waits for its columns."""
    assert upload(client, text, **more).status_code == 302
    return SubscriberImport.objects.latest("pk")


def at(row: SubscriberImport, view: str) -> str:
    """The address of one of its views."""
    return reverse(f"imports:{view}", args=[row.public_id])


def checked(client: Client, text: str | bytes = HEAD + lines(3), **choices: Any) -> SubscriberImport:
    """An import whose check is done."""
    row = uploaded(client, text)
    client.post(at(row, "columns"), {**CHOICES, **choices})
    work.work(60)
    row.refresh_from_db()
    assert row.state == ImportState.CHECKED, row.trouble
    return row


def press_import(client: Client, row: SubscriberImport) -> Any:
    """The button “Import N people”."""
    assert row.checked_at is not None
    return client.post(at(row, "run"), {"checked": row.checked_at.isoformat()})


def imported(client: Client, row: SubscriberImport) -> SubscriberImport:
    """The same import when the workers are done."""
    press_import(client, row)
    work.work(60)
    row.refresh_from_db()
    return row


def fields(html: str) -> dict[str, str]:
    """Name of each select → the chosen value."""
    selects = re.findall(r'<select name="(\w+)".*?</select>', html, re.DOTALL)
    chosen = {}
    for name in selects:
        part = re.search(rf'<select name="{name}".*?</select>', html, re.DOTALL)
        found = re.search(r'<option value="([^"]*)" selected', part[0] if part else "")
        chosen[name] = found[1] if found else ""
    return chosen


def rows_of(text: str) -> list[list[str]]:
    """The cells of a table, without the mark at its beginning."""
    return list(csv.reader(StringIO(text.removeprefix("\ufeff"))))
