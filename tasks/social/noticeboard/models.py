"""What hangs on the notice board."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Notice(models.Model):
    """One post; its key makes a repetition harmless."""

    key = models.CharField(max_length=80, unique=True)
    account_name = models.CharField(_("account"), max_length=80)
    language = models.CharField(_("language"), max_length=12)
    text = models.TextField(_("text"))
    url = models.URLField(_("link"), max_length=500)
    created_at = models.DateTimeField(_("posted"), default=timezone.now)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.text[:60]
