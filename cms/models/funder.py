"""The mention that a funder asks for, written once and shown on every page of the project."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import TranslatableMixin


class FunderLine(TranslatableMixin, models.Model):
    """One funder's line in one language."""

    name = models.CharField(
        _("name"), max_length=120, help_text=_("For choosing it in the admin; not shown.")
    )
    text = models.TextField(_("text"), help_text=_("The mention as the funder wants it to be read."))
    url = models.URLField(
        _("web address"), blank=True, help_text=_("The funder's own page, if it is to be linked.")
    )

    panels = ["name", "text", "url"]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("funder line")
        verbose_name_plural = _("funder lines")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
