"""Asking for the way to one's own settings."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tasks.ledger.models import LedgerRow
from tasks.newsletter.models.subscribers import LANGUAGES, Subscriber


class SettingsRequest(LedgerRow):
    """Somebody asked for a link to the settings of an address. This row is also the mail with it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="settings_requests")
    language = models.CharField(_("language"), max_length=12, choices=LANGUAGES)
    requested_at = models.DateTimeField(_("asked"), default=timezone.now)

    class Meta:
        verbose_name = _("request for the settings")
        verbose_name_plural = _("requests for the settings")
        ordering = ["-requested_at"]
        indexes = [models.Index(fields=["state", "next_try_at"], name="settings_mails_to_send")]

    def __str__(self) -> str:
        return f"{self.subscriber} ({self.requested_at:%Y-%m-%d})"
