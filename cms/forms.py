"""Forms of the page editor."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from wagtail.admin.forms import WagtailAdminPageForm

MOMENTS = ("starts_at", "ends_at")


def zone_or_none(name: str) -> ZoneInfo | None:
    """The time zone called ``name``, or None if there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


class EventPageForm(WagtailAdminPageForm):
    """Reads and shows the dates of an event in the event's own zone, not in the editor's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = zone_or_none(self.instance.time_zone)
        for name in MOMENTS:
            moment: datetime | None = getattr(self.instance, name)
            if zone and moment:
                self.initial[name] = timezone.make_naive(moment, zone)

    def clean(self) -> dict[str, Any]:
        """Take what was typed as wall-clock time of the place."""
        cleaned: dict[str, Any] = super().clean()
        zone = zone_or_none(cleaned.get("time_zone", ""))
        for name in MOMENTS:
            if zone and cleaned.get(name):
                cleaned[name] = timezone.make_aware(timezone.make_naive(cleaned[name]), zone)
        return cleaned
