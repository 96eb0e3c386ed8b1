"""What the list of all municipalities said of a record when it was last imported."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from partnerships.models.municipality import Municipality


class GazetteerEntry(models.Model):
    """The listed values of one municipality.

    A field that still holds what the list last said belongs to the list, and a newer list may change
    it. A field that differs was changed by an editor and stays. Kept beside the record, because only
    the import needs it.
    """

    municipality = models.OneToOneField(
        Municipality,
        verbose_name=_("municipality"),
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="gazetteer_entry",
    )
    values = models.JSONField(_("listed values"), default=dict)

    class Meta:
        verbose_name = _("entry in the list of municipalities")
        verbose_name_plural = _("entries in the list of municipalities")

    def __str__(self) -> str:
        return str(self.municipality)
