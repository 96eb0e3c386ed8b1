"""Whom to write to. Addresses are for editors and for passing messages on, never for the public."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.models import Orderable

from partnerships.models.association import Association
from partnerships.models.choices import Language, Visibility


class ContactQuerySet(models.QuerySet["ContactPoint"]):
    """Ways to read contact points."""

    def reachable(self, on: date | None = None) -> Self:
        """Those to whom a message may be passed on: consent given and not run out."""
        today = on or timezone.localdate()
        still = Q(consent_expires_on=None) | Q(consent_expires_on__gte=today)
        given = self.exclude(visibility=Visibility.INTERNAL).exclude(email="")
        return given.filter(still, consent_given_on__isnull=False)


class ContactPoint(Orderable):
    """One person or mailbox of an association. A mailbox of the role outlives its people."""

    association = ParentalKey(Association, on_delete=models.CASCADE, related_name="contacts")
    role = models.CharField(_("role"), max_length=80, help_text=_("E.g. chair, twinning officer."))
    name = models.CharField(
        _("name"), max_length=120, blank=True, help_text=_("Shown only where the visibility says so.")
    )
    email = models.EmailField(
        _("e-mail address"), blank=True, help_text=_("Never shown. A mailbox of the role is best.")
    )
    phone = models.CharField(_("telephone"), max_length=40, blank=True, help_text=_("For editors only."))
    visibility = models.CharField(
        _("visibility"),
        max_length=16,
        choices=Visibility.choices,
        default=Visibility.INTERNAL,
        help_text=_("More than “for editors only” needs the consent of the person."),
    )
    language = models.CharField(
        _("language"),
        max_length=2,
        choices=Language.choices,
        default=Language.DE,
        help_text=_("In which we write to this person."),
    )
    consent_given_on = models.DateField(
        _("consent given on"), null=True, blank=True, help_text=_("Without it nothing is shown or passed on.")
    )
    consent_wording = models.CharField(
        _("wording of the consent"),
        max_length=80,
        blank=True,
        help_text=_("Which text was agreed to, e.g. “form of May 2026”."),
    )
    consent_expires_on = models.DateField(
        _("consent expires on"), null=True, blank=True, help_text=_("From the day after it counts no more.")
    )

    objects = ContactQuerySet.as_manager()

    class Meta(Orderable.Meta):
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")

    def __str__(self) -> str:
        return ", ".join(part for part in (self.name, self.role) if part)

    @property
    def is_reachable(self) -> bool:
        """Whether a message may be passed on today (the rule of ``ContactQuerySet.reachable``)."""
        still = self.consent_expires_on is None or self.consent_expires_on >= timezone.localdate()
        may = bool(self.visibility != Visibility.INTERNAL and self.email and self.consent_given_on)
        return may and still
