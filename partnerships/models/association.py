"""Who keeps a partnership alive: associations and partnership committees."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from modelcluster.models import ClusterableModel

from partnerships.models.municipality import Municipality
from partnerships.models.partnership import Partnership


class Association(ClusterableModel):
    """A twinning association of one place; it may look after several partnerships."""

    name = models.CharField(_("name"), max_length=200, help_text=_("The full name, in its own language."))
    municipality = models.ForeignKey(
        Municipality,
        verbose_name=_("municipality"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="associations",
        help_text=_("Where the association is at home."),
    )
    website = models.URLField(_("website"), blank=True, help_text=_("The association's own site."))
    partnerships = ParentalManyToManyField(
        Partnership,
        verbose_name=_("partnerships"),
        blank=True,
        related_name="associations",
        help_text=_("The partnerships it looks after."),
    )

    class Meta:
        verbose_name = _("association")
        verbose_name_plural = _("associations")
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["name", "municipality"], name="association_unique")
        ]

    def __str__(self) -> str:
        return self.name
