"""The columns that every ledger row has."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """Where a row stands."""

    PENDING = "pending", _("waiting")
    CLAIMED = "claimed", _("taken")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    DEFERRED = "deferred", _("tried again later")
    FAILED = "failed", _("failed")
    SUPPRESSED = "suppressed", _("not sent")
    UNKNOWN = "unknown", _("outcome unknown")


OPEN_STATES = (State.PENDING, State.CLAIMED, State.SENDING, State.DEFERRED)


class LedgerRow(models.Model):
    """One thing to send once, and how far it has come."""

    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PENDING)
    worker = models.CharField(_("worker"), max_length=80, blank=True, editable=False)
    lease_until = models.DateTimeField(_("taken until"), null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, editable=False)
    next_try_at = models.DateTimeField(_("next attempt"), null=True, editable=False)
    code = models.CharField(_("reply code"), max_length=20, blank=True, editable=False)
    detail = models.TextField(_("reply"), blank=True, editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, editable=False)
    updated_at = models.DateTimeField(_("last change"), auto_now=True)

    class Meta:
        abstract = True
