"""Calls about changed pages, for endpoints that want to hear of every one."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tasks.ledger.models import LedgerRow
from tasks.social.models.account import SocialAccount


class WebhookCall(LedgerRow):
    """One call about one page to one endpoint."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(
        SocialAccount, models.CASCADE, related_name="calls", verbose_name=_("account")
    )
    event = models.CharField(_("event"), max_length=40)
    page_ref = models.PositiveBigIntegerField(_("page number"))
    data = models.JSONField(_("content"), default=dict)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("call to other software")
        verbose_name_plural = _("calls to other software")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["state", "next_try_at"], name="calls_due"),
            models.Index(fields=["page_ref", "account"], name="calls_about_page"),
        ]

    def __str__(self) -> str:
        return f"{self.event}: {self.page_ref}"
