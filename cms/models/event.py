"""What congresses, barcamps and other meetings have in common."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class DatePrecision(models.TextChoices):
    """How exactly the dates are known."""

    TIME = "time", _("Day and time")
    DAY = "day", _("Day only, times follow")
    OPEN = "open", _("Not yet fixed, details follow")


class EventMixin(models.Model):
    """When and where. An event may be published with little and completed later."""

    starts_at = models.DateTimeField(
        _("begins"), null=True, blank=True, help_text=_("In the time zone below.")
    )
    ends_at = models.DateTimeField(
        _("ends"), null=True, blank=True, help_text=_("Leave empty if it is not known.")
    )
    date_precision = models.CharField(
        _("precision of the dates"),
        max_length=8,
        choices=DatePrecision.choices,
        default=DatePrecision.TIME,
        help_text=_("Choose “details follow” while dates or times are open; readers are told so."),
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=40,
        default="Europe/Berlin",
        help_text=_("The zone of the place, e.g. Europe/Paris."),
    )
    venue_name = models.CharField(
        _("venue"), max_length=160, blank=True, help_text=_("Name of the house or place.")
    )
    venue_address = models.CharField(
        _("address"), max_length=200, blank=True, help_text=_("Street, postcode and town.")
    )

    times_follow: ClassVar[bool] = True
    """Whether a day without times still lacks them: true of announcements, not of reports."""

    class Meta:
        abstract = True

    def clean(self) -> None:
        """Refuse an end before the beginning and an unknown time zone."""
        super().clean()
        if self.starts_at and self.ends_at and self.ends_at < self.starts_at:
            raise ValidationError({"ends_at": _("The end lies before the beginning.")})
        try:
            ZoneInfo(self.time_zone)
        except (KeyError, ValueError, OSError) as error:
            raise ValidationError({"time_zone": _("This time zone is not known.")}) from error

    @property
    def local_start(self) -> datetime | None:
        """The beginning in the event's own time zone, or None."""
        return self._local(self.starts_at)

    @property
    def local_end(self) -> datetime | None:
        """The end in the event's own time zone, or None."""
        return self._local(self.ends_at)

    def _local(self, moment: datetime | None) -> datetime | None:
        return timezone.localtime(moment, ZoneInfo(self.time_zone)) if moment else None
