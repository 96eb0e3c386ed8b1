"""Who keeps a partnership alive: associations and partnership committees."""

from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from modelcluster.models import ClusterableModel

from partnerships.models.choices import LegalForm
from partnerships.models.municipality import Municipality
from partnerships.models.partnership import YEARS, Partnership


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
    legal_form = models.CharField(
        _("legal form"),
        max_length=16,
        choices=LegalForm.choices,
        blank=True,
        help_text=_("A town hall that looks after the partnership itself is entered here, too."),
    )
    year_founded = models.PositiveSmallIntegerField(
        _("founded in"),
        null=True,
        blank=True,
        validators=YEARS,
        help_text=_("The year. Leave empty if it is not known."),
    )
    members_count = models.PositiveIntegerField(
        _("number of members"), null=True, blank=True, help_text=_("About. Leave empty if it is not known.")
    )
    website = models.URLField(_("website"), blank=True, help_text=_("The association's own site."))
    counterpart = models.ForeignKey(
        "self",
        verbose_name=_("counterpart"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="counterparts",
        help_text=_("The association on the other side that it works with."),
    )
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

    def clean(self) -> None:
        """Refuse an association that is its own counterpart."""
        super().clean()
        if self.pk and self.counterpart_id == self.pk:
            raise ValidationError({"counterpart": _("An association cannot be its own counterpart.")})
