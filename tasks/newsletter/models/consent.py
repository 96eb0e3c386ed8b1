"""What people agreed to: an append-only record per person, in which later edits show."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tasks.newsletter.models.subscribers import LANGUAGES, Subscriber


class ConsentKind(models.TextChoices):
    """What happened."""

    ASKED = "asked", _("asked for mail")
    CONFIRMED = "confirmed", _("confirmed the address")
    CHANGED = "changed", _("changed the settings")
    WITHDRAWN = "withdrawn", _("withdrew the consent")
    IMPORTED = "imported", _("was taken over from another system")
    BLOCKED = "blocked", _("was blocked after a bounce or complaint")


class Way(models.TextChoices):
    """How it happened."""

    FORM = "form", _("form on the website")
    API = "api", _("form of another front end")
    LINK = "link", _("link in a mail")
    ONE_CLICK = "one_click", _("one click in the mail program")
    PREFERENCES = "preferences", _("settings page")
    ADMIN = "admin", _("by the editors")
    IMPORT = "import", _("import")
    MAIL = "mail", _("reply of a mail server")


class ConsentRecord(models.Model):
    """One step, with everything that proves it (GDPR Art. 7 (1)).

    ``digest`` is a keyed hash over this step and the digest of the one before, see
    ``tasks.newsletter.consent``. ``ip`` and ``user_agent`` are outside of it, because they are
    deleted after ``ANTENNE_CONSENT_IP_DAYS``.
    """

    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="consent_records")
    position = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("what"), max_length=12, choices=ConsentKind.choices)
    way = models.CharField(_("how"), max_length=12, choices=Way.choices)
    at = models.DateTimeField(_("when"), default=timezone.now)
    address = models.EmailField(_("address"))
    source = models.CharField(_("form or source"), max_length=500, blank=True)
    text = models.TextField(_("text that was shown"), blank=True)
    text_version = models.CharField(_("version of the text"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=12, choices=LANGUAGES, blank=True)
    details = models.JSONField(_("choices"), default=dict, blank=True)
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(_("check sum"), max_length=64)
    ip = models.GenericIPAddressField(_("IP address"), null=True)
    user_agent = models.CharField(_("browser"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("consent record")
        verbose_name_plural = _("consent records")
        ordering = ["subscriber", "position"]
        constraints = [
            models.UniqueConstraint(fields=["subscriber", "position"], name="one_consent_record_per_number")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.at:%Y-%m-%d})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert. Raises ``TypeError`` for a change: what was recorded stays as it is."""
        if not self._state.adding:
            raise TypeError("Consent records are only ever added.")
        super().save(*args, **kwargs)
