"""Lists of people that editors take over in the admin, from the upload to the outcome."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tasks.newsletter.importing.formats import Format
from tasks.newsletter.models.subscribers import LANGUAGES


class ImportState(models.TextChoices):
    """How far an import is."""

    UPLOADED = "uploaded", _("waits for its columns")
    CHECKING = "checking", _("is being checked")
    CHECKED = "checked", _("checked, nothing written yet")
    RUNNING = "running", _("is being written")
    FINISHED = "finished", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")
    FORGOTTEN = "forgotten", _("given up: nobody went on within a day")


WORKING = (ImportState.CHECKING, ImportState.RUNNING)
OPEN = (ImportState.UPLOADED, ImportState.CHECKING, ImportState.CHECKED, ImportState.RUNNING)


class SubscriberImport(models.Model):
    """One file, how it is read, and what became of its lines. It holds no address and is kept."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("file"), max_length=200)
    format = models.CharField(
        _("format"),
        max_length=12,
        choices=Format.choices,
        blank=True,
        help_text=_("Found out from the first line of the file if you choose nothing."),
    )
    columns = models.JSONField(_("columns"), default=dict, blank=True)
    consent_source = models.CharField(
        _("where these people agreed"),
        max_length=500,
        blank=True,
        help_text=_(
            "One sentence, for example “Paper list, general assembly on 12 May 2025”. It goes into the "
            "consent record of everybody in the file, so that you can show it later."
        ),
    )
    agreed_on = models.DateField(
        _("agreed on"),
        null=True,
        blank=True,
        help_text=_("For lines that have no date of their own. Empty: today."),
    )
    language = models.CharField(
        _("language"),
        max_length=12,
        choices=LANGUAGES,
        blank=True,
        help_text=_("For lines that name none. Empty: such a line is a fault."),
    )
    topics = models.JSONField(
        _("topics"),
        default=list,
        blank=True,
        help_text=_("For lines that name none. Nothing chosen: such a line is a fault."),
    )
    confirm = models.BooleanField(
        _("ask everybody by mail first"),
        default=False,
        help_text=_("Choose this if you are not sure of the consent: nobody counts before answering."),
    )
    state = models.CharField(
        _("state"), max_length=12, choices=ImportState.choices, default=ImportState.UPLOADED
    )
    trouble = models.CharField(_("what went wrong"), max_length=500, blank=True)
    rows_total = models.PositiveIntegerField(_("lines"), default=0)
    rows_done = models.PositiveIntegerField(_("lines done"), default=0)
    report = models.JSONField(default=dict, blank=True)
    spoken = models.CharField(max_length=12, default="de", editable=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    created_at = models.DateTimeField(_("uploaded"), default=timezone.now)
    started_at = models.DateTimeField(null=True, editable=False)
    checked_at = models.DateTimeField(_("checked"), null=True, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    worker = models.CharField(max_length=80, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def working(self) -> bool:
        """Whether a worker has something to do here."""
        return self.state in WORKING

    @property
    def open(self) -> bool:
        """Whether it can still be cancelled."""
        return self.state in OPEN

    @property
    def written(self) -> bool:
        """Whether the figures are of what was written, not of what would be."""
        return bool(self.report.get("written"))

    @property
    def format_name(self) -> str:
        """Where the file comes from, as it was chosen or recognised."""
        return str(Format(self.report.get("format") or Format.CSV).label)

    @property
    def outcomes(self) -> dict[str, int]:
        """What becomes, or became, of the lines."""
        found: dict[str, Any] = self.report.get("outcomes", {})
        return found

    @property
    def changes(self) -> int:
        """How many people it changes, or has changed."""
        return int(self.report.get("changes", 0))


class ImportUpload(models.Model):
    """The file itself, with all the addresses: deleted as soon as it is not needed any more.

    It is in the database and not on a disk, because workers may run on another machine.
    """

    subscriber_import = models.OneToOneField(SubscriberImport, models.CASCADE, related_name="upload")
    content = models.BinaryField()
    tables = models.JSONField(default=list)
    """Name, header and first lines of each table, for choosing the columns."""
    stricter = models.JSONField(default=dict)
    """Found by the check: whom a second line of the file says “no” for."""

    def __str__(self) -> str:
        return str(self.subscriber_import)
