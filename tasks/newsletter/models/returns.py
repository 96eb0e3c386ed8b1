"""What comes back: bounces and complaints, and who is never written to again."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tasks.newsletter.models.campaigns import Delivery


class EventKind(models.TextChoices):
    """What a mail server or provider says about a mail that was accepted."""

    HARD = "hard", _("permanent bounce")
    SOFT = "soft", _("temporary bounce")
    COMPLAINT = "complaint", _("complaint")
    UNSUBSCRIBED = "unsubscribed", _("unsubscribed")
    DELIVERED = "delivered", _("delivered")
    OTHER = "other", _("other")


class MailEvent(models.Model):
    """One event, stored once however often it is reported."""

    source = models.CharField(_("source"), max_length=40, help_text=_("dsn, arf, or the provider's name."))
    event_id = models.CharField(max_length=200, help_text=_("The same for every report of this event."))
    kind = models.CharField(_("kind"), max_length=12, choices=EventKind.choices)
    delivery = models.ForeignKey(Delivery, models.SET_NULL, null=True, related_name="events")
    address_hash = models.CharField(max_length=64, db_index=True)
    code = models.CharField(_("reply code"), max_length=20, blank=True)
    detail = models.TextField(_("reply"), blank=True)
    occurred_at = models.DateTimeField(_("when"), default=timezone.now)
    received_at = models.DateTimeField(_("received"), default=timezone.now)

    class Meta:
        verbose_name = _("bounce or complaint")
        verbose_name_plural = _("bounces and complaints")
        ordering = ["-occurred_at"]
        constraints = [models.UniqueConstraint(fields=["source", "event_id"], name="one_row_per_event")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.code}".strip()


class SuppressionReason(models.TextChoices):
    """Why an address is never written to."""

    BOUNCE = "bounce", _("mails come back for good")
    COMPLAINT = "complaint", _("complained about a mail")
    ERASED = "erased", _("erased all data")
    MANUAL = "manual", _("blocked by the editors")


class Suppression(models.Model):
    """An address that gets no mail. Only a keyed hash is kept, so it survives an erasure lawfully."""

    address_hash = models.CharField(max_length=64, unique=True)
    reason = models.CharField(_("reason"), max_length=12, choices=SuppressionReason.choices)
    note = models.TextField(_("note"), blank=True)
    created_at = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("blocked address")
        verbose_name_plural = _("blocked addresses")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} ({self.address_hash[:8]})"
