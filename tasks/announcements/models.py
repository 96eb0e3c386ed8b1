"""The outbox: one row per thing to announce, one per language version of it."""

from __future__ import annotations

import uuid
from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page, Revision

from cms.announceable import AnnouncementContent


class Purpose(models.TextChoices):
    """Why something is announced."""

    PUBLICATION = "publication", _("publication")


class Reason(models.TextChoices):
    """Why something is not sent."""

    EDITOR = "editor", _("The editor chose not to announce it.")
    COPY = "copy", _("It is a copy of a page that was already live.")
    BACKFILL = "backfill", _("It was live before announcements were set up.")
    UNPUBLISHED = "unpublished", _("The page is no longer live.")
    PRIVATE = "private", _("The page is not public.")
    CANCELLED = "cancelled", _("An editor cancelled it.")


class AnnouncementQuerySet(models.QuerySet["Announcement"]):
    """Announcements."""

    def announced(self) -> Self:
        """Those that somebody hears of."""
        return self.filter(silenced="", versions__silenced="").distinct()


class Announcement(models.Model):
    """One edition of one page's announcement; all its translations together are one."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    translation_key = models.UUIDField(_("translation key"), editable=False)
    purpose = models.CharField(
        _("purpose"), max_length=20, choices=Purpose.choices, default=Purpose.PUBLICATION
    )
    edition = models.PositiveSmallIntegerField(_("edition"), default=1)
    silenced = models.CharField(_("not announced because"), max_length=12, choices=Reason.choices, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    release_at = models.DateTimeField(
        _("goes out from"), default=timezone.now, help_text=_("The end of the undo window.")
    )
    wait_until = models.DateTimeField(
        _("waits for translations until"),
        default=timezone.now,
        help_text=_("After this, readers get the original in a frame of their own language."),
    )
    settled_at = models.DateTimeField(_("everything is under way since"), null=True, editable=False)

    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["translation_key", "purpose", "edition"], name="one_announcement_per_edition"
            )
        ]
        indexes = [
            models.Index(
                fields=["release_at"], name="announcement_to_route", condition=models.Q(settled_at=None)
            )
        ]

    def __str__(self) -> str:
        version = self.original
        return version.title if version else str(self.public_id)

    @property
    def original(self) -> AnnouncementVersion | None:
        """The version that went live first and is to be announced."""
        announced = (v for v in self.versions.all() if not v.silenced)
        return min(announced, key=lambda v: (v.live_at, v.pk), default=None)


class AnnouncementVersion(models.Model):
    """One language version: what it said at the moment it went live."""

    announcement = models.ForeignKey(Announcement, models.CASCADE, related_name="versions")
    language = models.CharField(_("language"), max_length=12)
    page = models.ForeignKey(Page, models.SET_NULL, null=True, related_name="+", verbose_name=_("page"))
    page_ref = models.PositiveBigIntegerField(
        _("page number"), help_text=_("Stays when the page is deleted.")
    )
    revision = models.ForeignKey(Revision, models.SET_NULL, null=True, related_name="+")
    silenced = models.CharField(_("not announced because"), max_length=12, choices=Reason.choices, blank=True)
    live_at = models.DateTimeField(_("live since"), default=timezone.now)
    title = models.CharField(_("title"), max_length=255)
    snapshot = models.JSONField(_("content"), null=True, editable=False)

    class Meta:
        verbose_name = _("language version")
        verbose_name_plural = _("language versions")
        constraints = [
            models.UniqueConstraint(fields=["announcement", "language"], name="one_version_per_language")
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.language})"

    @property
    def content(self) -> AnnouncementContent:
        """The frozen content; raises ``ValueError`` before ``content.freeze`` has run."""
        if self.snapshot is None:
            raise ValueError(f"Version {self.pk} has no snapshot yet")
        return AnnouncementContent.from_json(self.snapshot)


class Heartbeat(models.Model):
    """When a periodic job last ran, so that its silence can be noticed."""

    name = models.CharField(max_length=40, primary_key=True)
    beat_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name
